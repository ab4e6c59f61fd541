/*
 * live_ksm.h - ksmd of the host, for a run that has it for itself.
 *
 * It merges for everybody: whoever lets it run holds the host alone (live_hold.h).
 *
 * In the kernel:  /sys/kernel/mm/ksm.
 */
#ifndef SIM_LIVE_KSM_H
#define SIM_LIVE_KSM_H

#include <sys/types.h>

struct live_ksm;

/* ksmd runs, and scans once when live_call_ksm() asks for it and at no other time; *why (g_free()) if
 * it cannot be had so, and then, too, what is returned undoes what has been done. */
struct live_ksm *live_ksm_change(char **why);
void live_ksm_undo(struct live_ksm *ksm);
/* Its process; 0 if there is none. */
pid_t live_ksm_pid(void);

#endif
