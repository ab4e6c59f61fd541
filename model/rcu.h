/*
 * rcu.h - walks of page tables without their locks, and who waits for them.
 *
 * Between local_irq_save() and _restore() a processor answers no interrupt: whoever sends one to
 * all of them returns when each has answered.  Between rcu_read_lock() and _unlock(), and while
 * interrupts are off, what is freed behind RCU stays.  Here it is freed as soon as nobody reads.
 *
 * In the kernel:  kernel/rcu/tree.c, by role; mm/mmu_gather.c tlb_remove_table_sync_one(),
 *                 tlb_remove_table_free(); mm/pgtable-generic.c pte_free_defer().
 * Left out:       grace periods that last longer than they have to.  VMAs and anon_vmas are no longer
 *                 freed behind RCU: their slabs are type-stable, see quarantine.h.
 * Locks:          none.
 */
#ifndef MODEL_RCU_H
#define MODEL_RCU_H

#include "object.h"

struct pgtable;

/* Nest.  Kernel: same names; spinlocks held count as well there. */
void rcu_read_lock(void);
void rcu_read_unlock(void);

/* Do not nest.  Each is a step. */
void local_irq_save(void);
void local_irq_restore(void);

/* Waits until every processor that has interrupts off has had them on.  May sleep.
 * Kernel: tlb_remove_table_sync_one(). */
void tlb_remove_table_sync_one(void);

/* pte_free() once nobody reads who may have found @table.  Kernel: tlb_remove_table_free(). */
void pte_free_rcu(struct pgtable *table);
/* model_free() once nobody reads.  Kernel: kfree_rcu(), call_rcu(). */
#define model_free_rcu(kind, object)	model_free_rcu_at((kind), (object), __func__)
void model_free_rcu_at(enum object_kind kind, void *object, const char *site);

#endif
