/*
 * kernel_none.c - deep/kernel.h and deep/kernel_look.h of a build without BPF: says so.
 */
#include "sim/deep/kernel.h"
#include "sim/deep/kernel_look.h"

struct deep_kernel *deep_kernel_open(char **why)
{
	*why = g_strdup("mmsim was built without: " MMSIM_DEEP_MISSING);
	return NULL;
}

/* Nobody has anything to call the others with. */
void deep_kernel_close(struct deep_kernel *kernel)
{
	g_assert(!kernel);
}

GArray *deep_kernel_areas(struct deep_kernel *kernel, pid_t tid)
{
	(void)kernel;
	(void)tid;
	return NULL;
}

bool deep_kernel_anon_vma(struct deep_kernel *kernel, struct deep_anon_vma *anon_vma)
{
	(void)kernel;
	(void)anon_vma;
	return false;
}

bool deep_kernel_page(struct deep_kernel *kernel, __u64 pfn, struct deep_page *page)
{
	(void)kernel;
	(void)pfn;
	(void)page;
	return false;
}

uint64_t deep_kernel_vmemmap(const struct deep_kernel *kernel)
{
	(void)kernel;
	return 0;
}

struct kernel_look *kernel_look_open(uint64_t vmemmap)
{
	(void)vmemmap;
	return NULL;
}

void kernel_look_close(struct kernel_look *look)
{
	g_assert(!look);
}

struct look *kernel_look_memory(struct kernel_look *look)
{
	(void)look;
	return NULL;
}

bool kernel_look_tasks(struct kernel_look *look)
{
	(void)look;
	return false;
}

bool kernel_look_anon_vmas(struct kernel_look *look)
{
	(void)look;
	return false;
}
