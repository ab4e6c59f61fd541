/*
 * deep.bpf.c - reads areas, their chains, anon_vmas and struct pages where they are.
 *
 * Runs in the kernel; reads only.  Offsets and bits are those of the kernel it is loaded
 * into.  Loops are bounded.
 *
 * In the kernel:  kernel/bpf/task_iter.c task_vma; kernel/bpf/syscall.c
 *                 BPF_PROG_TYPE_SYSCALL; include/linux/rmap.h, include/linux/mm_types.h.
 * Locks:          the iterator holds mmap_lock for reading around each area; pages and
 *                 anon_vmas are read without any, for their users are at rest.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "deep.h"

#define TAIL_PAGE	1UL	/* in page.compound_head */

char LICENSE[] SEC("license") = "Dual MIT/GPL";

static __always_inline void write_chain(struct seq_file *seq, struct vm_area_struct *vma)
{
	struct list_head *head = &vma->anon_vma_chain;
	struct list_head *at = BPF_CORE_READ(vma, anon_vma_chain.next);
	struct deep_record link = { .kind = DEEP_LINK };

#pragma clang loop unroll(disable)
	for (int i = 0; i < DEEP_MAX_CHAIN; i++) {
		struct anon_vma_chain *avc;

		if (!at || at == head)
			return;
		avc = (void *)at - bpf_core_field_offset(struct anon_vma_chain, same_vma);
		link.anon_vma = (__u64)BPF_CORE_READ(avc, anon_vma);
		bpf_seq_write(seq, &link, sizeof(link));
		at = BPF_CORE_READ(at, next);
	}
}

SEC("iter/task_vma")
int deep_vma(struct bpf_iter__task_vma *context)
{
	struct vm_area_struct *vma = context->vma;
	struct deep_record record = { .kind = DEEP_VMA };

	if (!vma || !context->task) {
		record.kind = DEEP_END;
		bpf_seq_write(context->meta->seq, &record, sizeof(record));
		return 0;
	}
	record.start = BPF_CORE_READ(vma, vm_start);
	record.end = BPF_CORE_READ(vma, vm_end);
	record.pgoff = BPF_CORE_READ(vma, vm_pgoff);
	record.anon_vma = (__u64)BPF_CORE_READ(vma, anon_vma);
	record.file = (__u64)BPF_CORE_READ(vma, vm_file);
	if (bpf_core_field_exists(vma->vm_userfaultfd_ctx.ctx))
		record.uffd = (__u64)BPF_CORE_READ(vma, vm_userfaultfd_ctx.ctx);
	if (record.file)
		record.cache_head = (__u64)BPF_CORE_READ(vma, vm_file, f_mapping, i_pages.xa_head);
	bpf_seq_write(context->meta->seq, &record, sizeof(record));
	write_chain(context->meta->seq, vma);
	return 0;
}

SEC("syscall")
int deep_anon_vma(struct deep_anon_vma *args)
{
	struct anon_vma *anon_vma = (void *)args->address;
	struct anon_vma *root = NULL;

	args->known = !bpf_core_read(&root, sizeof(root), &anon_vma->root);
	args->root = (__u64)root;
	args->parent = (__u64)BPF_CORE_READ(anon_vma, parent);
	args->children = BPF_CORE_READ(anon_vma, num_children);
	args->active = BPF_CORE_READ(anon_vma, num_active_vmas);
	args->refcount = (__u32)BPF_CORE_READ(anon_vma, refcount.counter);
	return 0;
}

SEC("syscall")
int deep_page(struct deep_page *args)
{
	struct page *page = (void *)args->address;
	struct folio *folio = (void *)page;
	unsigned long head = 0, flags = 0, flags_of_head = 0, first_tail = 0;

	args->page_size = bpf_core_type_size(struct page);
	args->known = 0;
	if (bpf_core_read(&flags, sizeof(flags), &page->flags) ||
	    bpf_core_read(&head, sizeof(head), &page->compound_head))
		return 0;
	if (head & TAIL_PAGE)
		folio = (void *)(head - 1);
	if (bpf_core_read(&flags_of_head, sizeof(flags_of_head), &folio->flags))
		return 0;
	args->nr = (__u32)(((__u64)page - (__u64)folio) / args->page_size);
	args->index = BPF_CORE_READ(folio, index);
	args->mapping = (__u64)BPF_CORE_READ(folio, mapping);
	args->order = 0;
	args->mapcount = (__s64)BPF_CORE_READ(folio, _mapcount.counter) + 1;
	if (flags_of_head & 1UL << bpf_core_enum_value(enum pageflags, PG_head)) {
		bpf_core_read(&first_tail, sizeof(first_tail), &folio->_flags_1);
		args->order = first_tail & 0xff;
		args->mapcount = (__s64)BPF_CORE_READ(folio, _large_mapcount.counter) + 1;
	}
	args->anon_exclusive =
		(flags >> bpf_core_enum_value(enum pageflags, PG_anon_exclusive)) & 1;
	args->known = 1;
	return 0;
}
