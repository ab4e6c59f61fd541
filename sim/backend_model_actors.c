/*
 * backend_model_actors.c - what the kernel does of its own accord, told to do it now.
 *
 * In the kernel:  kswapd, the swap device, ksmd.
 */
#include "model/ksm.h"
#include "model/syscalls.h"
#include "model/vmscan.h"
#include "sim/backend_model.h"

long model_call_actor(struct model_backend *model, const struct call_request *request,
		      struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	struct mm_struct *mm[2] = {};

	for (unsigned int i = 0; i < args->nr && i < 2; i++) {
		if (request->op->args[i].kind != ARG_PLACE)
			continue;
		mm[i] = model_process_mm(model, args->process[i]);
		if (mm[i])
			continue;
		outcome_refuse(outcome, "%s() in %s, which has no memory", request->op->name,
			       args->process[i]);
		return 0;
	}
	switch (request->op->id) {
	case OP_KSWAPD_RECLAIM:
		return kswapd_reclaim(mm[0], args->number[0] & PAGE_MASK,
				      PAGE_ALIGN(args->number[1]) >> PAGE_SHIFT);
	case OP_WRITEBACK_START:
		return disk_writeback_start(mm[0], args->number[0] & PAGE_MASK);
	case OP_WRITEBACK_END:
		return disk_writeback_end(mm[0], args->number[0] & PAGE_MASK);
	case OP_KSM_MERGE:
		return ksmd_merge(mm[0], args->number[0] & PAGE_MASK, mm[1],
				  args->number[1] & PAGE_MASK);
	case OP_KSM_SCAN:
		return ksmd_scan();
	case OP_KSM_UNMERGE:
		return ksmd_unmerge();
	default:
		return -ENOSYS;
	}
}
