/*
 * userfaultfd.c - contexts of userfaultfd(2): registration, close.
 *
 * In the kernel:  fs/userfaultfd.c; mm/userfaultfd.c userfaultfd_register_range(),
 *                 userfaultfd_clear_vma(), userfaultfd_release_all();
 *                 include/linux/userfaultfd_k.h vma_can_userfault().
 * Left out:       hugetlb.
 * Locks:          mmap_lock for writing.
 */
#include "pgtable.h"
#include "quirk.h"
#include "syscalls.h"
#include "uffd_internal.h"
#include "vma.h"

#define UFFD_API_IOCTLS							\
	(1UL << _UFFDIO_REGISTER | 1UL << _UFFDIO_UNREGISTER | 1UL << _UFFDIO_API)
#define UFFD_API_RANGE_IOCTLS						\
	(1UL << _UFFDIO_WAKE | 1UL << _UFFDIO_COPY | 1UL << _UFFDIO_ZEROPAGE |	\
	 1UL << _UFFDIO_MOVE | 1UL << _UFFDIO_WRITEPROTECT |		\
	 1UL << _UFFDIO_CONTINUE | 1UL << _UFFDIO_POISON)
#define UFFDIO_REGISTER_MODES						\
	(UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP |	\
	 UFFDIO_REGISTER_MODE_MINOR)

struct userfaultfd_ctx *userfaultfd_ctx_alloc(const struct mm_struct *mm, unsigned int flags)
{
	struct userfaultfd_ctx *ctx =
		NEW(KIND_UFFD_CTX, struct userfaultfd_ctx, "userfaultfd_ctx");

	if (!ctx)
		return NULL;
	ctx->refcount = 1;
	ctx->mm_id = mm->id;
	ctx->flags = flags;
	init_rwsem(&ctx->map_changing_lock, LOCK_UFFD_MAP);
	INIT_LIST_HEAD(&ctx->changing);
	INIT_LIST_HEAD(&ctx->events);
	INIT_LIST_HEAD(&ctx->fault_pending);
	INIT_LIST_HEAD(&ctx->fault_read);
	return ctx;
}

void userfaultfd_ctx_put(struct userfaultfd_ctx *ctx)
{
	if (!--ctx->refcount)
		model_free(KIND_UFFD_CTX, ctx);
}

struct mm_struct *uffd_mm_get(const struct userfaultfd_ctx *ctx)
{
	struct mm_struct *mm = current->mm;

	if (!mm || mm->id != ctx->mm_id)
		mm = object_by_id(mach, KIND_MM, ctx->mm_id);
	if (!mm || !mm->mm_users)
		return NULL;
	mmget(mm);
	return mm;
}

/* ---- areas ---- */

static void userfaultfd_set_ctx(struct vm_area_struct *vma, struct userfaultfd_ctx *ctx,
				vm_flags_t flags)
{
	vma_start_write(vma);
	vma->vm_userfaultfd_ctx = ctx;
	vma->vm_flags = (vma->vm_flags & ~VM_UFFD_FLAGS) | flags;
}

/* Nobody asks any more for the protection of pages in [start, end): see pgtable_wp_asked(). */
static bool forget_word(const struct pgtable *table, unsigned int slot, unsigned long addr, void *data)
{
	struct mm_struct *mm = data;
	struct pgtable *of = pgtable_lookup(mm, addr, (enum pgtable_level)table->level);

	pgtable_set_wp_asked(of, slot, false);
	return true;
}

static void forget_protection(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	pgtable_for_each(mm, start, end, forget_word, mm);
}

void userfaultfd_reset_ctx(struct vm_area_struct *vma)
{
	if (userfaultfd_wp(vma))
		forget_protection(vma->vm_mm, vma->vm_start, vma->vm_end);
	userfaultfd_set_ctx(vma, NULL, VM_NONE);
}

static bool vma_is_shmem(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &shmem_vm_ops;
}

/* May @vma be registered for @flags by @ctx?  Kernel: vma_can_userfault(). */
static bool vma_can_userfault(const struct vm_area_struct *vma, vm_flags_t flags,
			      const struct userfaultfd_ctx *ctx)
{
	flags &= VM_UFFD_FLAGS;
	if (vma->vm_flags & VM_DROPPABLE)
		return false;
	if ((flags & VM_UFFD_MINOR) && !vma_is_shmem(vma))
		return false;
	/* Nobody has to answer these: any kind of memory will do. */
	if ((ctx->features & UFFD_FEATURE_WP_ASYNC) && flags == VM_UFFD_WP)
		return true;
	return vma_is_anonymous(vma) || vma_is_shmem(vma);
}

/*
 * Gives [start, end) of @vma the context @ctx (or none) and @flags: the area which has
 * that now, perhaps merged with neighbours, or NULL and *@error.
 */
static struct vm_area_struct *modify_ctx(struct vm_area_struct *vma, unsigned long start,
					 unsigned long end, struct userfaultfd_ctx *ctx,
					 vm_flags_t flags, int *error)
{
	struct vma_range range;
	struct vm_area_struct *modified;

	vma_range_of(&range, vma, start, end);
	range.flags = (vma->vm_flags & ~VM_UFFD_FLAGS) | flags;
	range.uffd = ctx;
	modified = vma_modify(&range, error);
	/* To take a context off a whole area must not fail for want of a merge. */
	if (!modified && !ctx && start == vma->vm_start && end == vma->vm_end)
		modified = vma;
	if (modified)
		userfaultfd_set_ctx(modified, ctx, flags);
	return modified;
}

/* Takes the registration off [start, end) of @vma, and what it did to pages; as modify_ctx().
 * Kernel: userfaultfd_clear_vma(). */
static struct vm_area_struct *userfaultfd_clear_vma(struct vm_area_struct *vma, unsigned long start,
						    unsigned long end, int *error)
{
	if (userfaultfd_wp(vma))
		uffd_wp_range(vma, start, end, false);
	return modify_ctx(vma, start, end, NULL, VM_NONE, error);
}

/* Kernel: userfaultfd_release_all(). */
static void release_all(struct userfaultfd_ctx *ctx)
{
	struct mm_struct *mm = uffd_mm_get(ctx);
	struct vm_area_struct *vma;
	unsigned long at;
	int error;

	if (!mm)
		return;
	mmap_write_lock(mm);
	for (vma = find_vma(mm, 0); vma; vma = find_vma(mm, at)) {
		if (vma->vm_userfaultfd_ctx == ctx)
			vma = userfaultfd_clear_vma(vma, vma->vm_start, vma->vm_end, &error);
		at = vma->vm_end;
	}
	mmap_write_unlock(mm);
	mmput(mm);
}

void userfaultfd_release(struct userfaultfd_ctx *ctx)
{
	WRITE_SHARED(ctx, ctx->released, true, "userfaultfd_release");
	trace_event("uffd-release", "uffd#%u", ctx->id);
	release_all(ctx);
	/* No fault can begin to wait from here on; those that do, try again. */
	wake_userfault(ctx, 0, 0);
	uffd_events_wake_all(ctx);
	userfaultfd_ctx_put(ctx);
}

bool userfaultfd_wp_use_markers(const struct vm_area_struct *vma)
{
	const struct userfaultfd_ctx *ctx = vma->vm_userfaultfd_ctx;

	if (!userfaultfd_wp(vma))
		return false;
	return !vma_is_anonymous(vma) || (ctx && ctx->features & UFFD_FEATURE_WP_UNPOPULATED);
}

bool userfaultfd_wp_async(const struct vm_area_struct *vma)
{
	const struct userfaultfd_ctx *ctx = vma->vm_userfaultfd_ctx;

	return ctx && ctx->features & UFFD_FEATURE_WP_ASYNC;
}

/* ---- calls ---- */

struct file *uffd_file_create(struct userfaultfd_ctx *ctx)
{
	struct inode *inode = inode_create(INODE_UFFD, "anon_inode:[userfaultfd]", 0);
	struct file *file;

	if (!inode)
		return NULL;
	file = file_create(inode, OPEN_RDONLY);
	inode_put(inode);
	if (file)
		file->uffd = ctx;
	return file;
}

long sys_userfaultfd(int flags)
{
	struct userfaultfd_ctx *ctx;
	struct file *file;
	int fd;

	if (!(flags & UFFD_USER_MODE_ONLY) && !current->signal->cap_sys_ptrace)
		return -EPERM;
	if (flags & ~(UFFD_USER_MODE_ONLY | UFFD_O_CLOEXEC | UFFD_O_NONBLOCK))
		return -EINVAL;
	ctx = userfaultfd_ctx_alloc(current->mm, (unsigned int)flags);
	if (!ctx)
		return -ENOMEM;
	file = uffd_file_create(ctx);
	if (!file) {
		userfaultfd_ctx_put(ctx);
		return -ENOMEM;
	}
	fd = fd_install(file);
	if (fd < 0)
		fput(file);
	else
		fd_set_close_on_exec(fd, (flags & UFFD_O_CLOEXEC) != 0);
	return fd;
}

static int ctx_of_fd(int fd, struct userfaultfd_ctx **ctx)
{
	struct file *file = fget(fd);

	if (!file)
		return -EBADF;
	*ctx = file->uffd;
	return *ctx ? 0 : -ENOTTY;
}

int uffd_ctx_of_fd(int fd, struct userfaultfd_ctx **ctx)
{
	int error = ctx_of_fd(fd, ctx);

	if (!error && !(*ctx)->initialized)
		error = -EINVAL;
	return error;
}

static int uffd_api(struct userfaultfd_ctx *ctx, struct uffdio_api *arg)
{
	uint64_t features = arg->features;

	if (arg->api != UFFD_API)
		return -EINVAL;
	if ((features & UFFD_FEATURE_EVENT_FORK) && !current->signal->cap_sys_ptrace)
		return -EPERM;
	if (features & UFFD_FEATURE_WP_ASYNC)
		features |= UFFD_FEATURE_WP_UNPOPULATED;
	if (features & ~UFFD_API_FEATURES)
		return -EINVAL;
	if (ctx->initialized)
		return -EINVAL;
	ctx->features = features;
	ctx->initialized = true;
	arg->features = UFFD_API_FEATURES;
	arg->ioctls = UFFD_API_IOCTLS;
	return 0;
}

long sys_uffdio_api(int fd, struct uffdio_api *arg)
{
	struct userfaultfd_ctx *ctx;
	int error = ctx_of_fd(fd, &ctx);

	if (error)
		return error;
	error = uffd_api(ctx, arg);
	if (error)
		*arg = (struct uffdio_api){};
	return error;
}

int validate_unaligned_range(uint64_t start, uint64_t len)
{
	if (offset_in_page(len) || !len)
		return -EINVAL;
	if (start >= TASK_SIZE)
		return -EINVAL;
	return len > TASK_SIZE - start ? -EINVAL : 0;
}

int validate_range(uint64_t start, uint64_t len)
{
	return offset_in_page(start) ? -EINVAL : validate_unaligned_range(start, len);
}

/* May all areas of [start, end) be registered?  Kernel: the first loop of
 * userfaultfd_register(). */
static int register_check(const struct userfaultfd_ctx *ctx, const struct mm_struct *mm,
			  unsigned long start, unsigned long end, vm_flags_t flags)
{
	const struct vm_area_struct *vma = find_vma_intersection(mm, start, end);

	if (!vma)
		return -EINVAL;
	for (; vma && vma->vm_start < end; vma = vma_next(vma)) {
		if (!vma_can_userfault(vma, flags, ctx))
			return -EINVAL;
		/* The reader will fill holes of files: as a writer of the file might. */
		if (!(vma->vm_flags & VM_MAYWRITE))
			return -EPERM;
		if (vma->vm_userfaultfd_ctx && vma->vm_userfaultfd_ctx != ctx)
			return -EBUSY;
	}
	return 0;
}

static bool is_marked(const struct pgtable *table, unsigned int slot,
		      unsigned long addr G_GNUC_UNUSED, void *data)
{
	pte_t pte = ptep_get(table, slot);
	bool *marked = data;

	if (pte_present(pte))
		*marked = pte_uffd_wp(pte);
	else
		*marked = is_pte_marker(pte) ? pte_marker_uffd_wp(pte) : pte & _PAGE_SWP_UFFD_WP;
	return !*marked;
}

/* Protection that is given up this way leaves its marks. */
static void note_marks(const struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	bool marked = false;

	pgtable_for_each(vma->vm_mm, start, end, is_marked, &marked);
	if (marked)
		quirk_met(QUIRK_marks_outlive_registration);
}

/* As modify_ctx(); the modes that @vma had are replaced. */
static struct vm_area_struct *register_area(struct vm_area_struct *vma, unsigned long start,
					    unsigned long end, struct userfaultfd_ctx *ctx,
					    vm_flags_t flags, int *error)
{
	if (userfaultfd_wp(vma) && !(flags & VM_UFFD_WP)) {
		note_marks(vma, start, end);
		forget_protection(vma->vm_mm, start, end);
	}
	return modify_ctx(vma, start, end, ctx, flags, error);
}

/* Kernel: userfaultfd_register_range(). */
static int register_range(struct userfaultfd_ctx *ctx, struct mm_struct *mm,
			  unsigned long start, unsigned long end, vm_flags_t flags)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, start, end);
	int error = 0;

	while (vma && vma->vm_start < end) {
		bool done = vma->vm_userfaultfd_ctx == ctx && (vma->vm_flags & flags) == flags;

		if (!done)
			vma = register_area(vma, MAX(start, vma->vm_start), MIN(end, vma->vm_end),
					    ctx, flags, &error);
		if (!vma)
			return error;
		vma = vma_next(vma);
	}
	return 0;
}

static vm_flags_t mode_flags(uint64_t mode)
{
	vm_flags_t flags = VM_NONE;

	if (mode & UFFDIO_REGISTER_MODE_MISSING)
		flags |= VM_UFFD_MISSING;
	if (mode & UFFDIO_REGISTER_MODE_WP)
		flags |= VM_UFFD_WP;
	if (mode & UFFDIO_REGISTER_MODE_MINOR)
		flags |= VM_UFFD_MINOR;
	return flags;
}

long sys_uffdio_register(int fd, struct uffdio_register *arg)
{
	unsigned long start = arg->range.start, end = start + arg->range.len;
	vm_flags_t flags = mode_flags(arg->mode);
	struct userfaultfd_ctx *ctx;
	struct mm_struct *mm;
	int error = uffd_ctx_of_fd(fd, &ctx);

	if (error)
		return error;
	if (!arg->mode || (arg->mode & ~(uint64_t)UFFDIO_REGISTER_MODES))
		return -EINVAL;
	error = validate_range(arg->range.start, arg->range.len);
	if (error)
		return error;
	mm = uffd_mm_get(ctx);
	if (!mm)
		return -ENOMEM;
	mmap_write_lock(mm);
	error = register_check(ctx, mm, start, end, flags);
	if (!error)
		error = register_range(ctx, mm, start, end, flags);
	mmap_write_unlock(mm);
	mmput(mm);
	if (error)
		return error;
	arg->ioctls = UFFD_API_RANGE_IOCTLS;
	if (!(flags & VM_UFFD_WP))
		arg->ioctls &= ~(1UL << _UFFDIO_WRITEPROTECT);
	if (!(flags & VM_UFFD_MINOR))
		arg->ioctls &= ~(1UL << _UFFDIO_CONTINUE);
	return 0;
}

static int unregister_check(const struct userfaultfd_ctx *ctx, const struct mm_struct *mm,
			    unsigned long start, unsigned long end)
{
	const struct vm_area_struct *vma = find_vma_intersection(mm, start, end);

	if (!vma)
		return -EINVAL;
	for (; vma && vma->vm_start < end; vma = vma_next(vma)) {
		if (vma->vm_userfaultfd_ctx && vma->vm_userfaultfd_ctx != ctx)
			return -EINVAL;
		if (!vma_can_userfault(vma, vma->vm_flags, ctx))
			return -EINVAL;
	}
	return 0;
}

static int unregister_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, start, end);
	int error = 0;

	while (vma && vma->vm_start < end) {
		unsigned long from = MAX(start, vma->vm_start), to = MIN(end, vma->vm_end);

		if (userfaultfd_missing(vma))
			wake_userfault(vma->vm_userfaultfd_ctx, from, to - from);
		if (vma->vm_userfaultfd_ctx)
			vma = userfaultfd_clear_vma(vma, from, to, &error);
		if (!vma)
			return error;
		vma = vma_next(vma);
	}
	return 0;
}

long sys_uffdio_unregister(int fd, const struct uffdio_range *arg)
{
	unsigned long start = arg->start, end = start + arg->len;
	struct userfaultfd_ctx *ctx;
	struct mm_struct *mm;
	int error = uffd_ctx_of_fd(fd, &ctx);

	if (!error)
		error = validate_range(arg->start, arg->len);
	if (error)
		return error;
	mm = uffd_mm_get(ctx);
	if (!mm)
		return -ENOMEM;
	mmap_write_lock(mm);
	error = unregister_check(ctx, mm, start, end);
	if (!error)
		error = unregister_range(mm, start, end);
	mmap_write_unlock(mm);
	mmput(mm);
	return error;
}

/* ---- what a context is, for whoever shows or compares one ---- */

#define GETTER(field)								\
	static uint64_t get_##field(const void *object)				\
	{									\
		return ((const struct userfaultfd_ctx *)object)->field;		\
	}
GETTER(mm_id)
GETTER(flags)
GETTER(features)
GETTER(initialized)
GETTER(mmap_changing)
#undef GETTER

static uint64_t list_length(const struct list_head *list)
{
	const struct list_head *at;
	uint64_t length = 0;

	for (at = list->next; at != list; at = at->next)
		length++;
	return length;
}

static uint64_t get_pending(const void *object)
{
	return list_length(&((const struct userfaultfd_ctx *)object)->fault_pending);
}

static uint64_t get_waiting(const void *object)
{
	return list_length(&((const struct userfaultfd_ctx *)object)->fault_read);
}

static uint64_t get_events(const void *object)
{
	return list_length(&((const struct userfaultfd_ctx *)object)->events);
}

static const struct field uffd_fields[] = {
	{ .name = "mm", .type = FIELD_NUMBER, .get = get_mm_id, .hidden = true,
	  .what = "number of the address space it is about, which may be gone" },
	{ .name = "flags", .type = FIELD_NUMBER, .get = get_flags,
	  .what = "flags of userfaultfd(2)" },
	{ .name = "initialized", .type = FIELD_BOOL, .get = get_initialized,
	  .what = "has UFFDIO_API been called?" },
	{ .name = "features", .type = FIELD_ADDR, .get = get_features,
	  .what = "UFFD_FEATURE_* asked for" },
	{ .name = "mmap_changing", .type = FIELD_NUMBER, .get = get_mmap_changing,
	  .what = "changes of areas whose event nobody has read yet" },
	{ .name = "pending", .type = FIELD_NUMBER, .get = get_pending,
	  .what = "faults that wait and that nobody has read of" },
	{ .name = "waiting", .type = FIELD_NUMBER, .get = get_waiting,
	  .what = "faults that wait and have been read of" },
	{ .name = "events", .type = FIELD_NUMBER, .get = get_events,
	  .what = "events that can be read" },
};

const struct object_type uffd_type = {
	.name = "uffd",
	.fields = uffd_fields,
	.nr_fields = ARRAY_SIZE(uffd_fields),
};
