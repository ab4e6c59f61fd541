/*
 * rlimit.c - resource limits: what a process starts with, and prlimit().
 *
 * In the kernel:  kernel/sys.c do_prlimit(); include/asm-generic/resource.h.
 * Left out:       limits of other processes; those without meaning for memory are kept
 *                 and returned but bind nothing.
 * Locks:          task_lock of the leader is implied: nothing here lets another task run.
 */
#include "syscalls.h"

void signal_init(struct signal_struct *signal, const struct machine *machine)
{
	const struct machine_config *config = &machine->config;

	for (unsigned int i = 0; i < RLIM_NLIMITS; i++)
		signal->rlim[i] = (struct rlimit64){ RLIM_INFINITY, RLIM_INFINITY };
	signal->rlim[RLIMIT_STACK].rlim_cur = config->rlim_stack;
	signal->rlim[RLIMIT_NOFILE] = (struct rlimit64){ NR_OPEN_MAX, NR_OPEN_MAX };
	/* A process without privilege could not raise these again. */
	signal->rlim[RLIMIT_MEMLOCK] =
		(struct rlimit64){ config->rlim_memlock, config->rlim_memlock };
	signal->rlim[RLIMIT_AS].rlim_cur = config->rlim_as;
	signal->rlim[RLIMIT_DATA].rlim_cur = config->rlim_data;
	signal->cap_ipc_lock = signal->cap_sys_rawio = signal->cap_sys_admin = config->capable;
	signal->cap_sys_ptrace = signal->cap_sys_resource = config->capable;
	signal->cap_sys_nice = config->capable;
}

long sys_prlimit(unsigned int resource, const struct rlimit64 *new_limit, struct rlimit64 *old)
{
	struct signal_struct *signal = current->signal;
	struct rlimit64 before;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	before = signal->rlim[resource];
	if (new_limit) {
		if (new_limit->rlim_cur > new_limit->rlim_max)
			return -EINVAL;
		if (resource == RLIMIT_NOFILE && new_limit->rlim_max > NR_OPEN_MAX)
			return -EPERM;
		if (new_limit->rlim_max > before.rlim_max && !signal->cap_sys_resource)
			return -EPERM;
		signal->rlim[resource] = *new_limit;
	}
	if (old)
		*old = before;
	return 0;
}
