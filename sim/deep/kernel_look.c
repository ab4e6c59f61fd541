/*
 * kernel_look.c - loads look.bpf.c and runs it; see kernel_look.h.
 *
 * Where the kernel has all memory mapped is random, in steps of 1 GiB.  Inodes of tmpfs lie in
 * that mapping: below one, a base is tried after the other until a page whose number is
 * known shows there what has been written to it.
 *
 * Where variables of each CPU lie, its BTF tells, from the beginning of their section.
 *
 * In the kernel:  arch/x86/mm/kaslr.c.
 * Locks:          none.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "sim/deep/kernel.h"
#include "sim/deep/kernel_look.h"
#include "look_bpf.skel.h"

#define PAGE		4096UL
#define BASE_STEP	(1UL << 30)
#define MAX_STEPS	65536

struct kernel_look {
	struct look_bpf *programs;
};

void kernel_look_close(struct kernel_look *look)
{
	if (!look)
		return;
	look_bpf__destroy(look->programs);
	g_free(look);
}

struct look *kernel_look_memory(struct kernel_look *look)
{
	return &look->programs->bss->look;
}

static bool run(const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);

	return !bpf_prog_test_run_opts(bpf_program__fd(program), &options);
}

bool kernel_look_tasks(struct kernel_look *look)
{
	return run(look->programs->progs.look_tasks);
}

bool kernel_look_anon_vmas(struct kernel_look *look)
{
	return run(look->programs->progs.look_anon_vmas);
}

/* ---- the mapping of all memory ---- */

static bool word_at(struct kernel_look *look, uint64_t at, uint64_t *word)
{
	struct look *memory = kernel_look_memory(look);

	memory->probe = at;
	if (!run(look->programs->progs.look_probe) || !memory->probe_known)
		return false;
	*word = memory->probe;
	return true;
}

/* The inode of the file that is mapped at @at in mmsim itself. */
static uint64_t inode_at(struct kernel_look *look, const void *at)
{
	struct look *memory = kernel_look_memory(look);

	memory->nr_tasks = 1;
	memory->tasks[0].tid = (__u32)gettid();
	if (!kernel_look_tasks(look))
		return 0;
	for (__u32 i = 0; i < memory->nr_vmas; i++)
		if (memory->vmas[i].start == (uintptr_t)at)
			return memory->vmas[i].inode;
	return 0;
}

/* @at: a page of a file, with a mark that is nowhere else. */
static bool find_base(struct kernel_look *look, const uint64_t *at)
{
	uint64_t inode = inode_at(look, at), frame = deep_kernel_frame_of(at);
	uint64_t base = inode & -BASE_STEP, word;

	if (!inode || !frame)
		return false;
	for (unsigned int i = 0; i < MAX_STEPS && base >> 63; i++, base -= BASE_STEP)
		if (word_at(look, base + frame * PAGE, &word) && word == *at) {
			kernel_look_memory(look)->direct_map = base;
			return true;
		}
	return false;
}

static bool find_memory(struct kernel_look *look)
{
	int fd = memfd_create("mmsim", MFD_CLOEXEC);
	uint64_t *at = MAP_FAILED;
	bool found = false;

	if (fd >= 0 && !ftruncate(fd, (off_t)PAGE))
		at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED) {
		*at = (uint64_t)g_random_int() << 32 | g_random_int() | 1;
		found = find_base(look, at);
		munmap(at, PAGE);
	}
	if (fd >= 0)
		close(fd);
	return found;
}

/* ---- variables of each CPU ---- */

/* Offset of a variable in each CPU's part; 0: unknown. */
static uint64_t offset_of(const struct btf *btf, const struct btf_type *section, const char *name)
{
	const struct btf_var_secinfo *var = btf_var_secinfos(section);

	for (unsigned int i = 0; i < btf_vlen(section); i++) {
		const struct btf_type *type = btf__type_by_id(btf, var[i].type);

		if (type && !g_strcmp0(btf__name_by_offset(btf, type->name_off), name))
			return var[i].offset;
	}
	return 0;
}

static void find_swap_cluster(struct kernel_look *look)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id = btf ? btf__find_by_name_kind(btf, ".data..percpu", BTF_KIND_DATASEC) : -1;

	if (id >= 0) {
		const struct btf_type *section = btf__type_by_id(btf, (unsigned int)id);
		uint64_t queue = offset_of(btf, section, "runqueues");
		uint64_t cluster = offset_of(btf, section, "percpu_swap_cluster");

		if (queue && cluster)
			kernel_look_memory(look)->cluster_from_queue = cluster - queue;
	}
	btf__free(btf);
}

struct kernel_look *kernel_look_open(uint64_t vmemmap)
{
	struct kernel_look *look = g_new0(struct kernel_look, 1);

	look->programs = look_bpf__open_and_load();
	if (look->programs) {
		kernel_look_memory(look)->vmemmap = vmemmap;
		find_swap_cluster(look);
		if (find_memory(look))
			return look;
	}
	kernel_look_close(look);
	return NULL;
}
