/*
 * check_references.c - rules about who holds what: locks, users, references.
 */
#include "../file.h"
#include "../mempolicy.h"
#include "../rmap.h"
#include "check.h"

void check_locks_free(struct check *check)
{
	const struct task_struct *task;

	list_for_each_entry(task, &check->machine->tasks, tasks)
		for (unsigned int i = 0; !task->waits_for && i < task->nr_held; i++)
			check_fail(check, g_strdup_printf("task#%u %s", task->id, task->name),
				   "no lock held between calls", "%s, taken in %s",
				   lock_class_name((enum lock_class)task->held[i].class),
				   task->held[i].site);
}

/* Who points to what, counted by address; looked up only. */
struct holders {
	struct check *check;
	GHashTable *count;
};

static void hold(struct holders *holders, const void *object)
{
	guint held = GPOINTER_TO_UINT(g_hash_table_lookup(holders->count, object));

	if (object)
		g_hash_table_insert(holders->count, (gpointer)object, GUINT_TO_POINTER(held + 1));
}

static guint held(const struct holders *holders, const void *object)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(holders->count, object));
}

static void hold_from_task(void *object, void *data)
{
	const struct task_struct *task = object;

	hold(data, task->mm);
	hold(data, task->signal);
	hold(data, task->files);
}

static void hold_from_files(void *object, void *data)
{
	const struct files_struct *files = object;

	for (unsigned int fd = 0; fd < files->nr; fd++)
		hold(data, files->fd[fd]);
}

static void hold_from_vma(void *object, void *data)
{
	const struct vm_area_struct *vma = object;
	struct holders *holders = data;
	const struct anon_vma_chain *avc;

	hold(data, vma->vm_file);
	hold(data, vma->vm_policy);
	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		hold(data, avc);
	if (!vma->vm_mm || vma_lookup(vma->vm_mm, vma->vm_start) != vma)
		check_fail(holders->check, g_strdup_printf("vma#%u", vma->id),
			   "every VMA to be in the tree of its mm", "it is not");
}

static void hold_from_file(void *object, void *data)
{
	hold(data, ((const struct file *)object)->inode);
}

static void compare(struct holders *holders, const char *kind, unsigned int id, const void *object,
		    unsigned int refcount)
{
	/* Who sleeps in the middle of a call may hold more. */
	if (holders->check->machine->nr_waiting && held(holders, object) < refcount)
		return;
	if (held(holders, object) != refcount)
		check_fail(holders->check, g_strdup_printf("%s#%u", kind, id),
			   "the reference count to be the number of holders", "%u references, %u holders",
			   refcount, held(holders, object));
}

static void compare_mm(void *object, void *data)
{
	const struct mm_struct *mm = object;
	struct holders *holders = data;
	unsigned int lasting = (mm->mm_users > 0) + !list_empty(&mm->khugepaged_node);

	compare(data, "mm", mm->id, mm, mm->mm_users);
	if (mm->mm_count < lasting ||
	    (mm->mm_count > lasting && !holders->check->machine->nr_waiting))
		check_fail(holders->check, g_strdup_printf("mm#%u", mm->id),
			   "mm_count to be one for all users and one for khugepaged",
			   "%u, and there are %u", mm->mm_count, lasting);
}

static void compare_files(void *object, void *data)
{
	const struct files_struct *files = object;

	compare(data, "files", files->id, files, files->refcount);
}

static void compare_signal(void *object, void *data)
{
	const struct signal_struct *signal = object;

	compare(data, "signal", signal->id, signal, signal->refcount);
}

static void compare_file(void *object, void *data)
{
	const struct file *file = object;

	compare(data, "file", file->id, file, file->refcount);
}

static void compare_inode(void *object, void *data)
{
	const struct inode *inode = object;

	compare(data, "inode", inode->id, inode, inode->refcount);
}

static void compare_policy(void *object, void *data)
{
	const struct mempolicy *policy = object;

	compare(data, "mempolicy", policy->id, policy, policy->refcount);
}

static void compare_avc(void *object, void *data)
{
	const struct anon_vma_chain *avc = object;

	compare(data, "avc", avc->id, avc, 1);
}

void check_references(struct check *check)
{
	g_autoptr(GHashTable) count = g_hash_table_new(NULL, NULL);
	struct holders holders = { check, count };
	const struct machine *machine = check->machine;

	object_for_each(machine, KIND_TASK, hold_from_task, &holders);
	object_for_each(machine, KIND_FILES, hold_from_files, &holders);
	object_for_each(machine, KIND_VMA, hold_from_vma, &holders);
	object_for_each(machine, KIND_FILE, hold_from_file, &holders);
	for (guint i = 0; i < machine->inodes->len; i++)
		hold(&holders, machine->inodes->pdata[i]);

	object_for_each(machine, KIND_MM, compare_mm, &holders);
	object_for_each(machine, KIND_FILES, compare_files, &holders);
	object_for_each(machine, KIND_SIGNAL, compare_signal, &holders);
	object_for_each(machine, KIND_FILE, compare_file, &holders);
	object_for_each(machine, KIND_INODE, compare_inode, &holders);
	object_for_each(machine, KIND_MEMPOLICY, compare_policy, &holders);
	object_for_each(machine, KIND_AVC, compare_avc, &holders);
}
