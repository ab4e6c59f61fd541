/*
 * uffd_move.c - UFFDIO_MOVE: pages go from one range of anonymous memory to another, content and all,
 * by changing page table entries.
 *
 * In the kernel:  fs/userfaultfd.c userfaultfd_move(); mm/userfaultfd.c move_pages(),
 *                 validate_move_areas(), uffd_move_lock().
 * Left out:       shadow stacks; notifiers for devices that share page tables.
 * Locks:          the locks of both areas for reading; mmap_lock for reading only while one of them
 *                 has no anon_vma yet or cannot be locked at once; map_changing_lock for reading.
 *                 Folio, anon_vma and page table locks: uffd_move_pte.c.
 */
#include "syscalls.h"
#include "uffd_move.h"
#include "vma.h"

/* ---- the two areas, locked ---- */

/* Under mmap_lock: the destination, able to hold anonymous pages.  0, -ENOENT or -ENOMEM.
 * Kernel: find_vma_and_prepare_anon(). */
static int find_vma_and_prepare_anon(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **out)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);

	if (!vma)
		return -ENOENT;
	if (!(vma->vm_flags & VM_SHARED) && anon_vma_prepare(vma))
		return -ENOMEM;
	*out = vma;
	return 0;
}

/* Under mmap_lock nobody can be about to change @vma: its lock is to be had.
 * Kernel: vma_start_read_locked(). */
static void vma_start_read_locked(struct vm_area_struct *vma)
{
	down_read(&vma->vm_lock);
}

/* The area of @addr, locked and able to hold anonymous pages.  Kernel: uffd_lock_vma(). */
static int uffd_lock_vma(struct mm_struct *mm, unsigned long addr, struct vm_area_struct **out)
{
	struct vm_area_struct *vma = lock_vma_under_rcu(mm, addr);
	int error;

	if (vma) {
		if ((vma->vm_flags & VM_SHARED) ||
		    READ_SHARED(&vma->anon_vma, vma->anon_vma, "uffd_lock_vma")) {
			*out = vma;
			return 0;
		}
		vma_end_read(vma);
	}
	mmap_read_lock(mm);
	error = find_vma_and_prepare_anon(mm, addr, out);
	if (!error)
		vma_start_read_locked(*out);
	mmap_read_unlock(mm);
	return error;
}

static bool vma_contains(const struct vm_area_struct *vma, unsigned long addr)
{
	return addr >= vma->vm_start && addr < vma->vm_end;
}

/* Both at once, since one at a time did not do. */
static int lock_both_under_mmap_lock(struct uffd_move *move)
{
	struct mm_struct *mm = move->mm;
	int error;

	mmap_read_lock(mm);
	error = find_vma_and_prepare_anon(mm, move->dst, &move->dst_vma);
	if (error)
		goto unlock;
	move->src_vma = move->dst_vma;
	if (!vma_contains(move->dst_vma, move->src)) {
		move->src_vma = vma_lookup(mm, move->src);
		if (!move->src_vma) {
			error = -ENOENT;
			goto unlock;
		}
	}
	vma_start_read_locked(move->dst_vma);
	if (move->src_vma != move->dst_vma)
		vma_start_read_locked(move->src_vma);
unlock:
	mmap_read_unlock(mm);
	return error;
}

/* 0 with both areas locked, -ENOENT or -ENOMEM with none.  Kernel: uffd_move_lock(). */
static int uffd_move_lock(struct uffd_move *move)
{
	int error = uffd_lock_vma(move->mm, move->dst, &move->dst_vma);

	if (error)
		return error;
	move->src_vma = move->dst_vma;
	if (vma_contains(move->dst_vma, move->src))
		return 0;
	move->src_vma = lock_vma_under_rcu(move->mm, move->src);
	if (move->src_vma)
		return 0;
	/* Not there, or somebody is changing it: to wait for mmap_lock we may hold nothing. */
	vma_end_read(move->dst_vma);
	return lock_both_under_mmap_lock(move);
}

static void uffd_move_unlock(const struct uffd_move *move)
{
	vma_end_read(move->src_vma);
	if (move->src_vma != move->dst_vma)
		vma_end_read(move->dst_vma);
}

/* ---- what the areas must be like ---- */

/* Pages of these are not the process's own to move.  Kernel: vma_move_compatible(). */
static bool vma_move_compatible(const struct vm_area_struct *vma)
{
	return !(vma->vm_flags & (VM_PFNMAP | VM_IO | VM_HUGETLB | VM_MIXEDMAP));
}

/* May pages of one be pages of the other?  0 or -EINVAL.  Kernel: validate_move_areas(). */
static int validate_move_areas(const struct uffd_move *move)
{
	const struct vm_area_struct *src = move->src_vma, *dst = move->dst_vma;

	if ((src->vm_flags ^ dst->vm_flags) & VM_ACCESS_FLAGS ||
	    vma_page_prot(src) != vma_page_prot(dst))
		return -EINVAL;
	if ((src->vm_flags ^ dst->vm_flags) & VM_LOCKED)
		return -EINVAL;
	/* Moved entries are writable. */
	if (!(src->vm_flags & VM_WRITE))
		return -EINVAL;
	if (!vma_move_compatible(src) || !vma_move_compatible(dst))
		return -EINVAL;
	if (!dst->vm_userfaultfd_ctx || dst->vm_userfaultfd_ctx != move->ctx)
		return -EINVAL;
	return vma_is_anonymous(src) && vma_is_anonymous(dst) ? 0 : -EINVAL;
}

/* Kernel: the checks of move_pages() between the locks and the loop. */
static int validate_move(const struct uffd_move *move)
{
	const struct vm_area_struct *src = move->src_vma, *dst = move->dst_vma;
	unsigned long len = move->end - move->src;

	/* An event was begun since the ioctl looked: its reader must come first. */
	if (READ_SHARED(move->ctx, move->ctx->mmap_changing, "move_pages: mmap_changing"))
		return -EAGAIN;
	if (src->vm_flags & VM_SHARED || move->end > src->vm_end)
		return -EINVAL;
	if (dst->vm_flags & VM_SHARED || move->dst + len > dst->vm_end)
		return -EINVAL;
	return validate_move_areas(move);
}

/* ---- the loop ---- */

/* The source must have a PTE table, or be allowed to be a hole.  0, -ENOENT or -ENOMEM. */
static int prepare_src(const struct uffd_move *move)
{
	if (pte_table_lookup(move->mm, move->src, "move_pages: src_pmd"))
		return 0;
	if (!move->allow_holes)
		return -ENOENT;
	return pgtable_alloc(move->mm, move->src, LEVEL_PTE) ? 0 : -ENOMEM;
}

/* Of the PMD level, present or migrating. */
static bool is_leaf(pte_t pmd)
{
	return pte_leaf(pmd) || is_migration_pte(pmd);
}

/* One step: bytes done, -errno, or 1 to begin again, for a huge page was split.  *@leaf: it was about a
 * huge page as a whole. */
static long try_step(const struct uffd_move *move, bool *leaf)
{
	enum pgtable_level level = LEVEL_PMD;
	int error;

	/* In the kernel's order: what exists of the tables afterwards can be seen. */
	if (!pgtable_lookup(move->mm, move->src, level) && !move->allow_holes)
		return -ENOENT;
	if (!pgtable_alloc(move->mm, move->src, level) || !pgtable_alloc(move->mm, move->dst, level))
		return -ENOMEM;
	if (pte_leaf(pgtable_entry(move->mm, move->dst, level)))
		return -EEXIST;
	*leaf = is_leaf(pgtable_entry(move->mm, move->src, level));
	if (*leaf)
		return move_huge_page(move);
	error = prepare_src(move);
	if (error)
		return error;
	if (!pgtable_alloc(move->mm, move->dst, LEVEL_PTE))
		return is_leaf(pgtable_entry(move->mm, move->dst, level)) ? -EAGAIN : -ENOMEM;
	return move_pages_ptes(move);
}

static long move_step(const struct uffd_move *move, bool *leaf)
{
	long result;

	do
		result = try_step(move, leaf);
	while (result == 1);
	return result;
}

/* More tries than this at one place while nobody else runs, and it would never end. */
#define MAX_ROUNDS	1000

/*
 * Bytes moved, or why there are none.  Kernel: the loop of move_pages().
 *
 * What a try that failed for the moment left in `error` outlives the next one that moves small pages:
 * then the step is not taken, and the next finds the destination in use.  Mended later.
 */
static long move_loop(struct uffd_move *move)
{
	unsigned long moved = 0, rounds = 0;
	long error = 0;
	bool leaf;

	while (move->src < move->end) {
		long step = move_step(move, &leaf);

		if (step < 0)
			error = step;
		else if (leaf || !semantics()->uffd_move_keeps_error)
			error = 0;
		might_sleep("move_pages: cond_resched");
		if (error == -EAGAIN) {
			point("uffd_move:again");
			if (mach->sched || ++rounds < MAX_ROUNDS)
				continue;
			violation_add("progress", current->name, "a move that ends",
				      "UFFDIO_MOVE tries again at %s without end",
				      addr_name(move->mm, move->src).text);
		}
		if (error)
			break;
		move->dst += (unsigned long)step;
		move->src += (unsigned long)step;
		moved += (unsigned long)step;
		rounds = 0;
		point("uffd_move:step-done");
	}
	return moved ? (long)moved : error;
}

/* Kernel: move_pages(). */
static long move_pages(struct uffd_move *move)
{
	long result = uffd_move_lock(move);

	if (result)
		return result;
	point("uffd_move:areas-locked");
	down_read(&move->ctx->map_changing_lock);
	result = validate_move(move);
	if (!result)
		result = move_loop(move);
	up_read(&move->ctx->map_changing_lock);
	uffd_move_unlock(move);
	return result;
}

/* ---- the ioctl ---- */

static int validate_arguments(const struct userfaultfd_ctx *ctx, const struct uffdio_move *arg)
{
	const uint64_t modes = UFFDIO_MOVE_MODE_DONTWAKE | UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES;
	int error;

	if (!current->mm || ctx->mm_id != current->mm->id)
		return -EINVAL;
	error = validate_range(arg->dst, arg->len);
	if (!error)
		error = validate_range(arg->src, arg->len);
	if (!error && arg->mode & ~modes)
		error = -EINVAL;
	return error;
}

long sys_uffdio_move(int fd, struct uffdio_move *arg)
{
	struct uffd_move move = {};
	int error = uffd_ctx_of_fd(fd, &move.ctx);

	if (error)
		return error;
	if (READ_SHARED(move.ctx, move.ctx->mmap_changing, "userfaultfd_move")) {
		arg->move = -EAGAIN;
		return -EAGAIN;
	}
	error = validate_arguments(move.ctx, arg);
	if (error)
		return error;
	move.mm = current->mm;
	move.dst = arg->dst;
	move.src = arg->src;
	move.end = arg->src + arg->len;
	move.allow_holes = arg->mode & UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES;
	mmget(move.mm);
	arg->move = move_pages(&move);
	mmput(move.mm);
	trace_event("uffd-move", "from 0x%lx to 0x%lx: %ld of 0x%lx bytes", arg->src, arg->dst,
		    (long)arg->move, arg->len);
	if (arg->move < 0)
		return (long)arg->move;
	/* Also those who wait for what was a hole: they wait again. */
	if (!(arg->mode & UFFDIO_MOVE_MODE_DONTWAKE))
		wake_userfault(move.ctx, arg->dst, (uint64_t)arg->move);
	return (uint64_t)arg->move == arg->len ? 0 : -EAGAIN;
}
