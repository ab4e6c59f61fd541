/*
 * backend_model_calls.c - one call of a scenario as a call of the model.
 *
 * What is done around each is in backend_model_blocked.c.
 */
#include <stdarg.h>
#include <string.h>

#include "model/gup.h"
#include "model/khugepaged.h"
#include "model/syscalls.h"
#include "model/vmscan.h"
#include "sim/backend_model.h"

void outcome_refuse(struct call_outcome *outcome, const char *format, ...)
{
	va_list args;

	if (outcome->kind == OUTCOME_REFUSED)
		return;
	outcome->kind = OUTCOME_REFUSED;
	va_start(args, format);
	outcome->why = g_strdup_vprintf(format, args);
	va_end(args);
}

void outcome_field(struct call_outcome *outcome, const char *name, struct value value)
{
	if (!outcome->has_out) {
		outcome->out = value_struct();
		outcome->has_out = true;
	}
	value_set_field(&outcome->out, name, &value, true);
}

#define MAX_VEC	65536	/* pages whose bytes can be asserted in one mincore() */

static long do_mincore(const uint64_t *a, struct call_outcome *outcome)
{
	uint64_t pages = a[1] / PAGE_SIZE + (a[1] % PAGE_SIZE != 0);
	g_autofree unsigned char *vec = NULL;
	long result;

	/* No more than a process can have mapped; the call itself refuses such ranges. */
	vec = g_malloc0(pages && pages <= (1UL << 24) ? pages : 1);
	if (pages > (1UL << 24) && a[1] < TASK_SIZE)
		outcome_refuse(outcome, "mincore() of more than 64 GiB");
	if (outcome->kind == OUTCOME_REFUSED)
		return 0;
	result = sys_mincore(a[0], a[1], vec);
	if (result == 0 && pages <= MAX_VEC) {
		outcome->out = value_list();
		outcome->has_out = true;
		for (uint64_t i = 0; i < pages; i++) {
			struct value one = value_int(vec[i] & 1);

			value_append(&outcome->out, &one);
		}
	}
	return result;
}

static long do_mmap(const struct call_request *request)
{
	const uint64_t *a = request->args->number;

	if (request->has_placed && !(a[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		return sys_mmap_placed(a[0], a[1], a[2], a[3], (int)a[4], a[5],
				       request->placed);
	return sys_mmap(a[0], a[1], a[2], a[3], (int)a[4], a[5]);
}

static long do_mremap(const struct call_request *request)
{
	const uint64_t *a = request->args->number;

	if (request->has_placed && (a[3] & MREMAP_MAYMOVE) && !(a[3] & MREMAP_FIXED))
		return sys_mremap_placed(a[0], a[1], a[2], a[3], a[4], request->placed);
	return sys_mremap(a[0], a[1], a[2], a[3], a[4]);
}

/* The first word of a node mask: a number, or [0x1]. */
static uint64_t node_mask(const struct op_args *args, unsigned int i)
{
	const struct value *list = args->value[i];

	if (!list || (list->kind != VALUE_LIST && list->kind != VALUE_SET))
		return args->number[i];
	if (!list->items->len)
		return 0;
	return ((const struct value *)list->items->pdata[0])->number;
}

static long do_prctl(const struct op_args *args)
{
	uint64_t a[5];

	for (unsigned int i = 0; i < 5; i++) {
		const struct value *value = args->value[i];

		a[i] = value && value->kind == VALUE_STRING ? (uintptr_t)value->text :
							      args->number[i];
	}
	return sys_prctl((int)a[0], a[1], a[2], a[3], a[4]);
}

static long do_limits(const struct op_args *args, unsigned int resource, unsigned int new_arg,
		      bool set, bool get, struct call_outcome *outcome)
{
	struct rlimit64 new_limit = {}, old = {};
	long result;

	set = set && args->value[new_arg] && args->value[new_arg]->kind == VALUE_STRUCT;
	if (set) {
		new_limit.rlim_cur = op_args_field(args, new_arg, "rlim_cur", 0);
		new_limit.rlim_max = op_args_field(args, new_arg, "rlim_max",
						   new_limit.rlim_cur);
	}
	result = sys_prlimit(resource, set ? &new_limit : NULL, get ? &old : NULL);
	if (result == 0 && get) {
		outcome_field(outcome, "rlim_cur", value_unsigned(old.rlim_cur));
		outcome_field(outcome, "rlim_max", value_unsigned(old.rlim_max));
	}
	return result;
}

static long do_prlimit(const struct op_args *args, struct call_outcome *outcome)
{
	if (args->number[0] && args->number[0] != current->tgid) {
		outcome_refuse(outcome, "prlimit64() of another process than the caller (0)");
		return 0;
	}
	return do_limits(args, (unsigned int)args->number[1], 2, true, args->value[3] &&
			 args->value[3]->kind == VALUE_STRUCT, outcome);
}

/* What io_uring asks for, unless flags are given. */
static long do_pin(enum op_id id, const struct op_args *args)
{
	unsigned int flags = args->nr > 2 ? (unsigned int)args->number[2] :
					    FOLL_WRITE | FOLL_LONGTERM;
	uint64_t len = args->nr > 1 ? args->number[1] : PAGE_SIZE;

	if (id == OP_PIN)
		return device_pin(args->number[0], len, flags);
	return device_pin_fast(args->number[0], len, flags);
}

/* Not by a store of user space. */
static long write_page(enum op_id id, uint64_t addr, uint64_t value)
{
	return id == OP_DMA ? device_write(addr, value) : access_remote_write(addr, value);
}

/* Each page of the range. */
static long write_pages(enum op_id id, const struct op_args *args)
{
	uint64_t start = ALIGN_DOWN(args->number[0], PAGE_SIZE);
	uint64_t len = args->nr > 1 && args->number[1] ? args->number[1] : 1, last;
	long error = 0;

	last = args->number[0] + (len - 1);
	for (uint64_t addr = start; addr >= start && addr <= last && !error; addr += PAGE_SIZE)
		error = write_page(id, addr, args->nr > 2 ? args->number[2] :
							    mach->next_content++);
	return error;
}

/* Those which are a function of their numbers. */
static long plain_call(enum op_id id, const struct op_args *args)
{
	const uint64_t *a = args->number;

	switch (id) {
	case OP_MUNMAP:		return sys_munmap(a[0], a[1]);
	case OP_MPROTECT:	return sys_mprotect(a[0], a[1], a[2]);
	case OP_PKEY_MPROTECT:	return sys_pkey_mprotect(a[0], a[1], a[2], (int)a[3]);
	case OP_MADVISE:	return sys_madvise(a[0], a[1], (int)a[2]);
	case OP_MLOCK:		return sys_mlock(a[0], a[1]);
	case OP_MLOCK2:		return sys_mlock2(a[0], a[1], (int)a[2]);
	case OP_MUNLOCK:	return sys_munlock(a[0], a[1]);
	case OP_MLOCKALL:	return sys_mlockall((int)a[0]);
	case OP_MUNLOCKALL:	return sys_munlockall();
	case OP_BRK:		return sys_brk(a[0]);
	case OP_MSYNC:		return sys_msync(a[0], a[1], (int)a[2]);
	case OP_MSEAL:		return sys_mseal(a[0], a[1], a[2]);
	case OP_MBIND:		return sys_mbind(a[0], a[1], a[2], node_mask(args, 3), a[4],
						 (unsigned int)a[5]);
	case OP_PKEY_ALLOC:	return sys_pkey_alloc(a[0], a[1]);
	case OP_PKEY_FREE:	return sys_pkey_free((int)a[0]);
	case OP_PRCTL:		return do_prctl(args);
	case OP_PIN:
	case OP_GUP_FAST:	return do_pin(id, args);
	case OP_UNPIN:		return device_unpin(a[0], a[1]);
	case OP_MEM_WRITE:
	case OP_DMA:		return write_pages(id, args);
	default:		return -ENOSYS;
	}
}

/* Not this task's own memory: that of the process named. */
static long do_collapse(struct model_backend *model, const struct op_args *args,
			struct call_outcome *outcome)
{
	struct mm_struct *mm = model_process_mm(model, args->process[0]);

	if (!mm) {
		outcome_refuse(outcome, "no process '%s' to collapse memory of", args->process[0]);
		return 0;
	}
	return (long)khugepaged_collapse(mm, args->number[0]);
}

/* One process, or the pass that is the thread's own. */
static long do_scan(struct model_backend *model, const struct op_args *args,
		    struct call_outcome *outcome)
{
	struct mm_struct *mm;

	if (!args->nr)
		return khugepaged_do_scan();
	mm = model_process_mm(model, args->process[0]);
	if (mm)
		return khugepaged_scan_mm(mm);
	outcome_refuse(outcome, "no process '%s' to scan", args->process[0]);
	return 0;
}

void model_carry_out(struct model_backend *model, struct model_task *entry,
		     const struct call_request *request, struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	enum op_id id = request->op->id;
	long result;

	switch (id) {
	case OP_LOAD:
	case OP_STORE:
	case OP_EXEC:
		model_access(request, outcome);
		return;
	case OP_MMAP:
		result = do_mmap(request);
		break;
	case OP_MREMAP:
		result = do_mremap(request);
		break;
	case OP_MINCORE:
		result = do_mincore(args->number, outcome);
		break;
	case OP_PRLIMIT64:
		result = do_prlimit(args, outcome);
		break;
	case OP_SETRLIMIT:
	case OP_GETRLIMIT:
		result = do_limits(args, (unsigned int)args->number[0], 1,
				   id == OP_SETRLIMIT, id == OP_GETRLIMIT, outcome);
		break;
	case OP_FORK: case OP_VFORK: case OP_CLONE: case OP_CLONE3:
	case OP_EXIT: case OP_EXIT_GROUP: case OP_EXECVE: case OP_PROCESS_MADVISE:
		result = model_call_task(model, request, entry, outcome);
		break;
	case OP_SWAPON:
		result = sys_swapon(args->value[0]->text, (int)args->number[1]);
		break;
	case OP_SWAPOFF:
		result = sys_swapoff(args->value[0]->text);
		break;
	case OP_KSWAPD_SHRINK:
		result = (long)try_to_free_pages(PAGE_ALIGN(args->number[0]) >> PAGE_SHIFT);
		break;
	case OP_KSWAPD_RECLAIM: case OP_WRITEBACK_START: case OP_WRITEBACK_END:
	case OP_KSM_MERGE: case OP_KSM_SCAN: case OP_KSM_UNMERGE:
		result = model_call_actor(model, request, outcome);
		break;
	case OP_MIGRATE: case OP_MIGRATE_FAIL: case OP_MOVE_PAGES:
		result = model_call_migrate(model, request, outcome);
		break;
	case OP_USERFAULTFD: case OP_UFFDIO: case OP_READ: case OP_MEMFD_CREATE:
	case OP_OPEN: case OP_OPENAT: case OP_CLOSE: case OP_FTRUNCATE: case OP_FALLOCATE:
	case OP_DUP: case OP_FCNTL:
		result = model_call_file(request, outcome);
		break;
	case OP_COLLAPSE:
		result = do_collapse(model, args, outcome);
		break;
	case OP_SCAN:
		result = do_scan(model, args, outcome);
		break;
	default:
		result = plain_call(id, args);
	}
	if (outcome->kind == OUTCOME_REFUSED)
		return;
	outcome->kind = result < 0 && result >= -4095 ? OUTCOME_ERRNO : OUTCOME_VALUE;
	outcome->value = outcome->kind == OUTCOME_ERRNO ? -result : result;
}
