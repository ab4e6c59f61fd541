/*
 * vmstat.c - the table of counted events.
 */
#include "machine.h"
#include "vmstat.h"

#define VM_EVENT(name, source, what)	{ #name, source, what },
static const struct vm_event_info events[] = {
#include "vmstat.def"
};
#undef VM_EVENT

const struct vm_event_info *vm_event_table(size_t *nr)
{
	*nr = ARRAY_SIZE(events);
	return events;
}

void count_vm_events(enum vm_event event, unsigned long delta)
{
	mach->vm_events[event] += delta;
}
