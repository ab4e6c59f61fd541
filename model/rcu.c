/*
 * rcu.c - see rcu.h.
 */
#include "machine.h"
#include "pgtable.h"
#include "rcu.h"

struct rcu_object {
	enum object_kind kind;
	void *object;
	const char *site;
};

static void free_objects(void)
{
	for (guint i = 0; i < mach->rcu_objects->len; i++) {
		const struct rcu_object *rcu =
			&g_array_index(mach->rcu_objects, struct rcu_object, i);

		model_free_at(rcu->kind, rcu->object, rcu->site);
	}
	g_array_set_size(mach->rcu_objects, 0);
}

UNWATCHED static void free_pending(void)
{
	struct pgtable *table = mach->rcu_tables, *next;

	mach->rcu_tables = NULL;
	for (; table; table = next) {
		next = table->deposit;
		table->deposit = NULL;
		pte_free(table);
	}
}

static void reader_ends(void)
{
	if (--mach->rcu_readers)
		return;
	if (unlikely(mach->rcu_tables))
		free_pending();
	if (unlikely(mach->rcu_objects && mach->rcu_objects->len))
		free_objects();
}

void rcu_read_lock(void)
{
	mach->rcu_readers++;
}

void rcu_read_unlock(void)
{
	reader_ends();
}

void local_irq_save(void)
{
	WRITE_SHARED(&current->irq_seq, current->irq_seq, current->irq_seq + 1, "local_irq_save");
	mach->rcu_readers++;
}

void local_irq_restore(void)
{
	WRITE_SHARED(&current->irq_seq, current->irq_seq, current->irq_seq + 1,
		     "local_irq_restore");
	wake_up(&current->irq_seq);
	reader_ends();
}

void tlb_remove_table_sync_one(void)
{
	struct task_struct *task;

	if (likely(!mach->sched))
		return;
	list_for_each_entry(task, &mach->tasks, tasks) {
		unsigned int seq = READ_SHARED(&task->irq_seq, task->irq_seq,
					       "tlb_remove_table_sync_one");

		while (seq & 1 && task->irq_seq == seq &&
		       wait_on(&task->irq_seq, "tlb_remove_table_sync_one"))
			;
	}
}

UNWATCHED void pte_free_rcu(struct pgtable *table)
{
	if (likely(!mach->rcu_readers)) {
		pte_free(table);
		return;
	}
	table->deposit = mach->rcu_tables;
	mach->rcu_tables = table;
}

void model_free_rcu_at(enum object_kind kind, void *object, const char *site)
{
	const struct rcu_object rcu = { kind, object, site };

	if (likely(!mach->rcu_readers)) {
		model_free_at(kind, object, site);
		return;
	}
	if (!mach->rcu_objects)
		mach->rcu_objects = g_array_new(FALSE, FALSE, sizeof(struct rcu_object));
	g_array_append_val(mach->rcu_objects, rcu);
}
