/*
 * live_internal.h - what the parts of the live backend share.  Nobody else includes this.
 */
#ifndef SIM_LIVE_INTERNAL_H
#define SIM_LIVE_INTERNAL_H

#include <sched.h>

#include "sim/backend_live.h"
#include "sim/live_fuse.h"
#include "sim/live_hold.h"
#include "sim/live_task.h"

struct live_backend {
	struct backend base;
	struct live_settings settings;
	struct live_world world;
	GPtrArray *tasks;	/* struct live_task *, in order of birth */
	uint64_t next_content;	/* for stores without a value */
	GPtrArray *pins;	/* struct live_pin *, in order of birth */
	struct live_fuse *fuse;	/* what some of them wait for; NULL: not needed yet */
	char *folder;		/* private files, made at first use; NULL for none */
	bool touched;		/* pages were read as user space does: they look used */
	bool pinned;		/* to one CPU; before was: */
	cpu_set_t cpus;
};

static inline struct live_backend *to_live(struct backend *backend)
{
	return (struct live_backend *)backend;
}

/* backend_live.c */
struct live_task *live_find(struct live_backend *live, const char *name);
/* Any live task of @process, or NULL. */
struct live_task *live_any_of(struct live_backend *live, const char *process);
struct live_task *live_add(struct live_backend *live, const char *name, const char *process,
			   pid_t pid);
/* Who waits in vfork() for @task goes on. */
void live_vfork_done(struct live_backend *live, const struct live_task *task);
/* @task is no more; who waits in vfork() for it goes on. */
void live_forget(struct live_backend *live, struct live_task *task);
void live_refuse(struct call_outcome *outcome, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* What a step gave, as an outcome. */
void live_outcome(struct live_backend *live, struct live_task *task,
		  const struct live_result *result, struct call_outcome *outcome);

/* backend_live.c: settings that a process's children inherit; what failed (g_free()), or NULL */
char *live_task_set_up(struct live_world *world, pid_t pid, const struct live_settings *settings);

/* live_calls.c */
void live_call(struct backend *backend, const struct call_request *request,
	       struct call_outcome *outcome);
/* Puts @size bytes into the structs' area; the address in the task. */
uint64_t live_put(struct live_backend *live, uint64_t at, const void *data, size_t size);
/* live_calls_tasks.c: fork, clone, exit, process_madvise */
void live_call_task(struct live_backend *live, struct live_task *task,
		    const struct call_request *request, struct call_outcome *outcome);
/* A negative value is an errno, where the call has errors. */
void live_errno(const struct call_request *request, struct call_outcome *outcome);
/* What a new task needs once @result is there. */
void live_clone_done(struct live_backend *live, struct live_task *task,
		     const struct call_request *request, const struct live_result *result,
		     struct call_outcome *outcome);
/* The output fields of a call that has returned. */
void live_struct_done(struct live_backend *live, struct live_task *task,
		      const struct call_request *request, struct call_outcome *outcome);
/* live_blocked.c: @task sleeps in @request; all who do are asleep or at rest again after
 * live_settle(); live_collect() as in backend.h. */
void live_block(struct live_task *task, const struct call_request *request);
void live_settle(struct live_backend *live);
bool live_collect(struct backend *backend, const char *name, struct call_outcome *outcome);
/* live_calls_structs.c: userfaultfd's ioctls, limits, mincore */
void live_call_struct(struct live_backend *live, struct live_task *task,
		      const struct call_request *request, struct call_outcome *outcome);
/* live_pins.c: pin, unpin */
void live_call_pin(struct live_backend *live, struct live_task *task,
		   const struct call_request *request, struct call_outcome *outcome);
void live_pin_free(void *pin);
/* What keeps the memory of @task's process as a whole has to go before it ends. */
void live_pins_before_exit(struct live_backend *live, const struct live_task *task);
/* @process has ended: its devices stay, but nobody else is called so. */
void live_pins_orphan(struct live_backend *live, const char *process);
/* live_calls_migrate.c: move_pages() */
void live_call_move_pages(struct live_backend *live, struct live_task *task,
			  const struct call_request *request, struct call_outcome *outcome);
/* live_ksm.c: what ksmd does */
/* khugepaged: scan(P). */
void live_call_khugepaged(struct live_backend *live, const struct call_request *request,
			  struct call_outcome *outcome);
void live_call_ksm(struct live_backend *live, const struct call_request *request,
		   struct call_outcome *outcome);
/* live_access.c */
void live_call_mem_write(struct live_backend *live, struct live_task *task,
			 const struct call_request *request, struct call_outcome *outcome);
void live_call_access(struct live_backend *live, struct live_task *task,
		      const struct call_request *request, struct call_outcome *outcome);
/* live_files.c: the real path that stands for @path (g_free()); NULL: not here. */
char *live_path(struct live_backend *live, const char *path, uint64_t flags);
/* The path as the scenario has it; g_free(). */
char *live_shown_path(const struct live_backend *live, const char *path);
void live_files_remove(struct live_backend *live);
/* live_observe.c */
struct observation *live_observe(struct backend *backend, bool pages);

#endif
