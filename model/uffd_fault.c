/*
 * uffd_fault.c - a fault that userfaultfd's reader resolves: who may ask, who waits, who is woken.
 *
 * In the kernel:  fs/userfaultfd.c handle_userfault(), wake_userfault().
 * Left out:       waiting: a fault that would wait is refused.
 * Locks:          entered with the lock of the area or mmap_lock held for reading.
 */
#include "machine.h"
#include "uffd_internal.h"
#include "vm_fault.h"

static void release_fault_lock(const struct vm_fault *vmf)
{
	if (vmf->flags & FAULT_FLAG_VMA_LOCK)
		vma_end_read(vmf->vma);
	else
		mmap_read_unlock(vmf->vma->vm_mm);
}

/* Is this a fault of which the reader is told nothing? */
static bool not_for_reader(const struct vm_fault *vmf, const struct userfaultfd_ctx *ctx)
{
	if (current->exited || !ctx || ctx->features & UFFD_FEATURE_SIGBUS)
		return true;
	if (!(vmf->flags & FAULT_FLAG_USER) && ctx->flags & UFFD_USER_MODE_ONLY)
		return true;
	return !(vmf->flags & FAULT_FLAG_ALLOW_RETRY);
}

static const char *reason_words(vm_flags_t reason)
{
	return reason & VM_UFFD_MISSING ? "missing" : reason & VM_UFFD_WP ? "write-protect" : "minor";
}

enum vm_fault_result handle_userfault(struct vm_fault *vmf, vm_flags_t reason)
{
	struct userfaultfd_ctx *ctx = vmf->vma->vm_userfaultfd_ctx;

	if (not_for_reader(vmf, ctx))
		return VM_FAULT_SIGBUS;
	if (READ_SHARED(ctx, ctx->released, "handle_userfault")) {
		release_fault_lock(vmf);
		return VM_FAULT_RETRY;
	}
	model_unsupported("a userfault (%s, uffd#%u) at %s: waiting for the reader is not modelled",
			  reason_words(reason), ctx->id,
			  addr_name(vmf->vma->vm_mm, vmf->real_address).text);
	return VM_FAULT_SIGBUS;
}

void wake_userfault(struct userfaultfd_ctx *ctx, uint64_t start, uint64_t len)
{
	trace_event("uffd-wake", "uffd#%u [0x%lx, +0x%lx)", ctx->id, start, len);
}
