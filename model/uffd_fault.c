/*
 * uffd_fault.c - a fault that userfaultfd's reader resolves: who may ask, who waits, who is
 * woken.
 *
 * A waiter is in the list of what nobody has read yet, then in that of what was read; waking
 * takes it out.  It holds no lock, and begins its fault anew.
 *
 * In the kernel:  fs/userfaultfd.c handle_userfault(), userfaultfd_must_wait(),
 *                 userfaultfd_msg(), __wake_userfault(), userfaultfd_wake_function().
 * Locks:          entered with the lock of the area or mmap_lock held for reading, which
 *                 VM_FAULT_RETRY has given up; the lists are changed in one step.
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

/* Kernel: userfault_msg(). */
static struct uffd_msg fault_msg(const struct vm_fault *vmf, const struct userfaultfd_ctx *ctx,
				 vm_flags_t reason)
{
	bool exact = (ctx->features & UFFD_FEATURE_EXACT_ADDRESS) != 0;
	struct uffd_msg msg = {
		.event = UFFD_EVENT_PAGEFAULT,
		.address = exact ? vmf->real_address : vmf->address,
	};

	if (vmf->flags & FAULT_FLAG_WRITE)
		msg.flags |= UFFD_PAGEFAULT_FLAG_WRITE;
	if (reason & VM_UFFD_WP)
		msg.flags |= UFFD_PAGEFAULT_FLAG_WP;
	if (reason & VM_UFFD_MINOR)
		msg.flags |= UFFD_PAGEFAULT_FLAG_MINOR;
	if (ctx->features & UFFD_FEATURE_THREAD_ID)
		msg.ptid = current->pid;
	return msg;
}

/*
 * Is it still so?  Somebody may have resolved it before we were in the list, and will not
 * wake us.  Kernel: userfaultfd_must_wait().
 */
static bool must_wait(const struct vm_fault *vmf, vm_flags_t reason)
{
	const struct pgtable *table = pte_table_lookup(vmf->vma->vm_mm, vmf->address,
						       "userfaultfd_must_wait");
	pte_t pmd, pte;

	if (!table) {
		pmd = pgtable_entry(vmf->vma->vm_mm, vmf->address, LEVEL_PMD);
		if (pte_none(pmd))
			return true;
		return pte_leaf(pmd) && !pte_write(pmd) && reason & VM_UFFD_WP;
	}
	pte = ptep_get_lockless(table, vmf->slot, "userfaultfd_must_wait");
	if (pte_none(pte) || is_pte_marker(pte))
		return true;
	return !pte_write(pte) && reason & VM_UFFD_WP;
}

/* In the list, and no lock held any more: sleeps unless woken before. */
static void wait_for_reader(struct uffd_waiter *waiter, struct userfaultfd_ctx *ctx)
{
	if (waiter->waken || READ_SHARED(ctx, ctx->released, "handle_userfault"))
		return;
	wake_up(ctx);
	if (!waiter->waken && !ctx->released)
		wait_killable(waiter, "handle_userfault");
}

enum vm_fault_result handle_userfault(struct vm_fault *vmf, vm_flags_t reason)
{
	struct userfaultfd_ctx *ctx = vmf->vma->vm_userfaultfd_ctx;
	struct uffd_waiter waiter = { .task = current };
	bool wait;

	if (not_for_reader(vmf, ctx))
		return VM_FAULT_SIGBUS;
	if (READ_SHARED(ctx, ctx->released, "handle_userfault")) {
		release_fault_lock(vmf);
		return VM_FAULT_RETRY;
	}
	if (!mach->park) {
		model_unsupported("a userfault of uffd#%u at %s: there is nobody to wait for",
				  ctx->id, addr_name(vmf->vma->vm_mm, vmf->address).text);
		return VM_FAULT_SIGBUS;
	}
	ctx->refcount++;
	waiter.msg = fault_msg(vmf, ctx, reason);
	sched_step(ctx, ACCESS_WRITE, "fault_pending_wqh");
	list_add_tail(&waiter.list, &ctx->fault_pending);
	trace_event("uffd-wait", "uffd#%u: %s waits at %s", ctx->id, current->name,
		    addr_name(vmf->vma->vm_mm, waiter.msg.address).text);
	wait = must_wait(vmf, reason);
	point("uffd_fault:queued");
	release_fault_lock(vmf);
	if (wait)
		wait_for_reader(&waiter, ctx);
	if (!waiter.waken)
		list_del(&waiter.list);
	userfaultfd_ctx_put(ctx);
	return VM_FAULT_RETRY;
}

bool uffd_take_fault(struct userfaultfd_ctx *ctx, struct uffd_msg *msg)
{
	struct uffd_waiter *waiter;

	sched_step(ctx, ACCESS_WRITE, "userfaultfd_ctx_read");
	if (list_empty(&ctx->fault_pending))
		return false;
	waiter = list_first_entry(&ctx->fault_pending, struct uffd_waiter, list);
	list_del(&waiter->list);
	list_add_tail(&waiter->list, &ctx->fault_read);
	*msg = waiter->msg;
	return true;
}

/* Kernel: userfaultfd_wake_function() for each. */
static unsigned int wake_list(struct list_head *list, uint64_t start, uint64_t len)
{
	struct uffd_waiter *waiter, *next;
	unsigned int woken = 0;

	list_for_each_entry_safe(waiter, next, list, list) {
		uint64_t address = waiter->msg.address;

		if (len && (address < start || address >= start + len))
			continue;
		list_del(&waiter->list);
		waiter->waken = true;
		wake_up(waiter);
		woken++;
	}
	return woken;
}

void wake_userfault(struct userfaultfd_ctx *ctx, uint64_t start, uint64_t len)
{
	unsigned int woken;

	sched_step(ctx, ACCESS_WRITE, "wake_userfault");
	woken = wake_list(&ctx->fault_pending, start, len);
	woken += wake_list(&ctx->fault_read, start, len);
	if (woken)
		trace_event("uffd-wake", "uffd#%u [0x%lx, +0x%lx): %u woken", ctx->id, start, len,
			    woken);
}
