/*
 * kernel_bpf.c - loads deep.bpf.c and asks it; see kernel.h.
 *
 * Where the array of struct pages begins is random. A file of one page tells: the root
 * of its page cache is the address of that page, and pagemap has its number.
 *
 * In the kernel:  mm/sparse-vmemmap.c; include/linux/xarray.h: a root that is no node.
 * Left out:       kernels without CONFIG_SPARSEMEM_VMEMMAP; one array is assumed and tried.
 * Locks:          none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "deep.skel.h"
#include "sim/deep/kernel.h"

#define PAGE	4096UL
#define PM_PFN	((1UL << 55) - 1)

struct deep_kernel {
	struct deep *programs;
	uint64_t vmemmap;	/* address of page 0's struct page */
	uint64_t page_size;	/* of struct page, bytes */
};

void deep_kernel_close(struct deep_kernel *kernel)
{
	if (!kernel)
		return;
	deep__destroy(kernel->programs);
	g_free(kernel);
}

/* ---- areas ---- */

/* False at the end: of the areas, or where the iterator begins again. */
static bool take(GArray *records, const struct deep_record *record, uint64_t *last)
{
	if (record->kind == DEEP_END || (record->kind == DEEP_VMA && record->start < *last))
		return false;
	if (record->kind == DEEP_VMA)
		*last = record->end;
	g_array_append_val(records, *record);
	return true;
}

/* A read after the end would begin anew: there is none. */
static void read_records(int fd, GArray *records)
{
	struct deep_record buffer[64];
	size_t held = 0;
	uint64_t last = 0;
	ssize_t got;

	while ((got = read(fd, (char *)buffer + held, sizeof(buffer) - held)) != 0) {
		size_t nr;

		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return;
		held += got > 0 ? (size_t)got : 0;
		nr = held / sizeof(buffer[0]);
		for (size_t i = 0; i < nr; i++)
			if (!take(records, &buffer[i], &last))
				return;
		held -= nr * sizeof(buffer[0]);
		memmove(buffer, &buffer[nr], held);
	}
}

GArray *deep_kernel_areas(struct deep_kernel *kernel, pid_t tid)
{
	union bpf_iter_link_info info = { .task.tid = (__u32)tid };
	LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &info,
		    .link_info_len = sizeof(info));
	struct bpf_link *link = bpf_program__attach_iter(kernel->programs->progs.deep_vma,
							 &options);
	GArray *records = NULL;
	int fd;

	if (!link)
		return NULL;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd >= 0) {
		records = g_array_new(FALSE, FALSE, sizeof(struct deep_record));
		read_records(fd, records);
		close(fd);
	}
	bpf_link__destroy(link);
	return records;
}

/* ---- single objects ---- */

static bool ask(const struct bpf_program *program, void *args, size_t size)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = args, .ctx_size_in = (__u32)size);

	return !bpf_prog_test_run_opts(bpf_program__fd(program), &options);
}

bool deep_kernel_anon_vma(struct deep_kernel *kernel, struct deep_anon_vma *anon_vma)
{
	anon_vma->known = 0;
	return ask(kernel->programs->progs.deep_anon_vma, anon_vma, sizeof(*anon_vma)) &&
	       anon_vma->known;
}

bool deep_kernel_page(struct deep_kernel *kernel, __u64 pfn, struct deep_page *page)
{
	*page = (struct deep_page){ .address = kernel->vmemmap + pfn * kernel->page_size };
	return ask(kernel->programs->progs.deep_page, page, sizeof(*page)) && page->known;
}

uint64_t deep_kernel_vmemmap(const struct deep_kernel *kernel)
{
	return kernel->vmemmap;
}

/* ---- the array of struct pages ---- */

uint64_t deep_kernel_frame_of(const void *at)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)at / PAGE * 8)) != sizeof(entry))
		entry = 0;
	close(fd);
	return entry & PM_PFN;
}

/* The root of the page cache of the file that is mapped at @at. */
static uint64_t cache_head(struct deep_kernel *kernel, const void *at)
{
	g_autoptr(GArray) records = deep_kernel_areas(kernel, gettid());

	for (guint i = 0; records && i < records->len; i++) {
		const struct deep_record *record =
			&g_array_index(records, struct deep_record, i);

		if (record->kind == DEEP_VMA && record->start == (uintptr_t)at)
			return record->cache_head;
	}
	return 0;
}

static char *derive(struct deep_kernel *kernel, const void *at)
{
	uint64_t head = cache_head(kernel, at), pfn = deep_kernel_frame_of(at);
	struct deep_page page = { .address = head };

	if (!head)
		return g_strdup("the areas of mmsim itself cannot be read");
	if (!pfn)
		return g_strdup("PFNs are hidden");
	if (head & 3 || !ask(kernel->programs->progs.deep_page, &page, sizeof(page)) ||
	    !page.known)
		return g_strdup("a page cannot be found by its file");
	kernel->page_size = page.page_size;
	kernel->vmemmap = head - pfn * kernel->page_size;
	if (kernel->vmemmap % (1UL << 21) || page.index || page.order)
		return g_strdup("the struct pages are not one array");
	return NULL;
}

static char *find_pages(struct deep_kernel *kernel)
{
	int fd = memfd_create("mmsim", MFD_CLOEXEC);
	char *at = MAP_FAILED, *why = NULL;

	if (fd >= 0 && !ftruncate(fd, (off_t)PAGE))
		at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED) {
		why = g_strdup_printf("memfd_create: %s", g_strerror(errno));
	} else {
		*at = 1;
		why = derive(kernel, at);
		munmap(at, PAGE);
	}
	if (fd >= 0)
		close(fd);
	return why;
}

static int silent(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

struct deep_kernel *deep_kernel_open(char **why)
{
	struct deep_kernel *kernel;

	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		*why = g_strdup("this kernel has no BTF: /sys/kernel/btf/vmlinux");
		return NULL;
	}
	libbpf_set_print(silent);
	kernel = g_new0(struct deep_kernel, 1);
	kernel->programs = deep__open_and_load();
	*why = kernel->programs ? find_pages(kernel) :
	       g_strdup_printf("BPF programs cannot be loaded: %s", g_strerror(errno));
	if (!*why)
		return kernel;
	deep_kernel_close(kernel);
	return NULL;
}
