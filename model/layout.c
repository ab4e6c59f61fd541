/*
 * layout.c - what an address space holds when a program starts.
 *
 * Typical: the calls that execve() and then the dynamic loader make for a small
 * position-independent program without randomisation, its sizes those of a real
 * one, so that every area has the flags, offsets and anon_vma it has in life.
 *
 * In the kernel:  fs/binfmt_elf.c load_elf_binary(), mm/vma_exec.c.
 * Left out:       randomisation (but for layout = stack, always by as much), locale files and the like, contents.
 * Locks:          each call takes its own.
 */
#include "file.h"
#include "special.h"
#include "syscalls.h"
#include "vma.h"

/* Where a position-independent program goes, and its heap when there is none. */
#define PROGRAM_BASE	0x555555554000UL
#define EMPTY_HEAP	0x555555560000UL

/* A stack after execve(): the strings' page and 128 KiB more; the rest faults in. */
#define STACK_PAGES	33
#define STACK_TOUCHED	2
/* How far below the top a stack of layout = stack is; anything in life. */
#define STACK_SHIFT	(16 * PAGE_SIZE)

/* A piece of an ELF file. */
struct segment {
	unsigned long offset, len;	/* bytes from the start of the image */
	unsigned long prot;
	unsigned long file_offset;
	bool anonymous;			/* the rest of .bss */
};

/* An ELF file as its program headers say. */
struct image {
	const char *path;
	unsigned long len;		/* of the whole image */
	const struct segment *segments;
	size_t nr;
	unsigned long relro, relro_len;	/* made read-only after relocation */
	unsigned long data, data_len;	/* written to meanwhile, besides that */
};

#define R	PROT_READ
#define RW	(PROT_READ | PROT_WRITE)
#define RX	(PROT_READ | PROT_EXEC)

static const struct segment prog_segments[] = {
	{ 0x0000, 0x2000, R, 0x0000, false }, { 0x2000, 0x5000, RX, 0x2000, false },
	{ 0x7000, 0x3000, R, 0x7000, false }, { 0xa000, 0x2000, RW, 0x9000, false },
	{ 0xc000, 0x2000, RW, 0, true },
};
static const struct image prog = {
	NULL, 0xe000, prog_segments, ARRAY_SIZE(prog_segments), 0xa000, 0x1000, 0xb000, 0x1000,
};

static const struct segment ld_so_segments[] = {
	{ 0x00000, 0x01000, R, 0x00000, false }, { 0x01000, 0x26000, RX, 0x01000, false },
	{ 0x27000, 0x0a000, R, 0x27000, false }, { 0x31000, 0x04000, RW, 0x31000, false },
};
static const struct image ld_so = {
	"/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", 0x35000, ld_so_segments,
	ARRAY_SIZE(ld_so_segments), 0x31000, 0x2000, 0x33000, 0x2000,
};

static const struct segment libc_segments[] = {
	{ 0x000000, 0x026000, R, 0x000000, false }, { 0x026000, 0x156000, RX, 0x026000, false },
	{ 0x17c000, 0x053000, R, 0x17c000, false }, { 0x1cf000, 0x006000, RW, 0x1cf000, false },
	{ 0x1d5000, 0x00d000, RW, 0, true },
};
static const struct image libc_so = {
	"/usr/lib/x86_64-linux-gnu/libc.so.6", 0x1e2000, libc_segments,
	ARRAY_SIZE(libc_segments), 0x1cf000, 0x4000, 0x1d3000, 0x2000,
};

static long map_segment(const struct segment *segment, unsigned long base, int fd)
{
	unsigned long flags = MAP_PRIVATE | MAP_FIXED;

	if (segment->anonymous)
		return sys_mmap(base + segment->offset, segment->len, segment->prot,
				flags | MAP_ANONYMOUS, -1, 0);
	return sys_mmap(base + segment->offset, segment->len, segment->prot, flags, fd,
			segment->file_offset);
}

/* Maps @image at @base, or where there is room if that is 0; returns where. */
static long map_image(const struct image *image, unsigned long base, int fd)
{
	long addr = (long)base;

	/* One call for all, so that the pieces which replace it stay together. */
	if (!base)
		addr = sys_mmap(0, image->len, PROT_READ, MAP_PRIVATE, fd, 0);
	for (size_t i = 0; i < image->nr && addr > 0; i++) {
		long error = map_segment(&image->segments[i], (unsigned long)addr, fd);

		if (error < 0)
			addr = error;
	}
	return addr;
}

static int touch(unsigned long start, unsigned long len)
{
	for (unsigned long addr = start; addr < start + len; addr += PAGE_SIZE) {
		uint64_t value = 0;

		if (access_user(addr, USER_STORE, &value))
			return -ENOMEM;
	}
	return 0;
}

/* What the loader writes to: relocations, variables. */
static int relocate_image(const struct image *image, unsigned long base)
{
	if (touch(base + image->relro, image->relro_len) ||
	    touch(base + image->data, image->data_len))
		return -ENOMEM;
	return sys_mprotect(base + image->relro, image->relro_len, PROT_READ) ? -ENOMEM : 0;
}

/* Opens, maps and closes; the address or -errno. */
static long load_image(const struct image *image, const char *path, unsigned long base)
{
	long fd = sys_open(path, OPEN_RDONLY, image->len), addr;

	if (fd < 0)
		return fd;
	addr = map_image(image, base, (int)fd);
	sys_close((int)fd);
	return addr;
}

/* Pages that a stack gets at first. */
static unsigned long stack_pages(void)
{
	return MIN(STACK_PAGES, MAX(rlimit(RLIMIT_STACK) >> PAGE_SHIFT, 1));
}

/* Where it stays. */
static int map_stack(struct mm_struct *mm)
{
	return create_stack_vma(mm, stack_pages(), false);
}

/* What is to be moved, and the move. */
static int map_first_stack(struct mm_struct *mm)
{
	return create_stack_vma(mm, 1, true);
}

static int move_stack(struct mm_struct *mm)
{
	return setup_arg_pages(mm, STACK_SHIFT, stack_pages());
}

static int map_kernel_areas(struct mm_struct *mm, int (*map)(struct mm_struct *mm))
{
	int error;

	mmap_write_lock(mm);
	error = map(mm);
	mmap_write_unlock(mm);
	return error;
}

/* In the order in which the kernel and then the loader do it. */
static int layout_typical(struct mm_struct *mm, const char *path)
{
	unsigned long stack = MIN(STACK_TOUCHED << PAGE_SHIFT, rlimit(RLIMIT_STACK) & PAGE_MASK);
	long loader, libc, malloc_area;

	if (map_kernel_areas(mm, map_stack) || touch(TASK_SIZE - stack, stack))
		return -ENOMEM;
	if (load_image(&prog, path, PROGRAM_BASE) < 0)
		return -ENOMEM;
	loader = load_image(&ld_so, ld_so.path, 0);
	if (loader < 0 || map_kernel_areas(mm, map_vdso))
		return -ENOMEM;
	mm->start_data = PROGRAM_BASE + prog.relro;
	mm->end_data = PROGRAM_BASE + prog.data + prog.data_len;
	mm->start_brk = mm->brk = PROGRAM_BASE + prog.len;

	if (relocate_image(&ld_so, (unsigned long)loader))
		return -ENOMEM;
	malloc_area = sys_mmap(0, 2 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (malloc_area < 0 || touch((unsigned long)malloc_area, 2 * PAGE_SIZE))
		return -ENOMEM;
	libc = load_image(&libc_so, libc_so.path, 0);
	if (libc < 0 || relocate_image(&libc_so, (unsigned long)libc) ||
	    relocate_image(&prog, PROGRAM_BASE))
		return -ENOMEM;
	return 0;
}

static int layout_empty(struct mm_struct *mm)
{
	mm->start_data = mm->end_data = EMPTY_HEAP;
	mm->start_brk = mm->brk = EMPTY_HEAP;
	mm->start_stack = TASK_SIZE - PAGE_SIZE;
	return 0;
}

/* Nothing but a stack, and where randomisation would have put it. */
static int layout_stack(struct mm_struct *mm)
{
	layout_empty(mm);
	if (map_kernel_areas(mm, map_first_stack) || touch(TASK_SIZE - PAGE_SIZE, PAGE_SIZE) ||
	    map_kernel_areas(mm, move_stack))
		return -ENOMEM;
	return 0;
}

int mm_set_layout(struct mm_struct *mm, const char *path)
{
	switch (mach->config.layout) {
	case LAYOUT_EMPTY:
		return layout_empty(mm);
	case LAYOUT_STACK:
		return layout_stack(mm);
	case LAYOUT_TYPICAL:
		return layout_typical(mm, path);
	}
	return -EINVAL;
}
