/*
 * vmstat.h - how often things happened since the machine was created: what a comparison of two ways to
 * the same end counts.
 *
 * In the kernel:  include/linux/vmstat.h, include/linux/vm_event_item.h, by role.
 * Locks:          none.
 */
#ifndef MODEL_VMSTAT_H
#define MODEL_VMSTAT_H

#include "types.h"

#define VM_EVENT(name, source, what)	VM_EVENT_##name,
enum vm_event {
#include "vmstat.def"
	NR_VM_EVENTS
};
#undef VM_EVENT

struct vm_event_info {
	const char *name, *source, *what;	/* name: as in `sys().NAME` */
};

/* All events, in the order of the table. */
const struct vm_event_info *vm_event_table(size_t *nr);
void count_vm_events(enum vm_event event, unsigned long delta);
static inline void count_vm_event(enum vm_event event)
{
	count_vm_events(event, 1);
}

#endif
