/*
 * rcu.c - see rcu.h.
 */
#include "machine.h"
#include "pgtable.h"
#include "rcu.h"

static void free_pending(void)
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
	if (!--mach->rcu_readers && unlikely(mach->rcu_tables))
		free_pending();
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

void pte_free_rcu(struct pgtable *table)
{
	if (likely(!mach->rcu_readers)) {
		pte_free(table);
		return;
	}
	table->deposit = mach->rcu_tables;
	mach->rcu_tables = table;
}
