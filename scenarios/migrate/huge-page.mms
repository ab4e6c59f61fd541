# A huge page goes to another node: as one piece, with its entry?
#
# Yes. The leaf becomes one migration entry of the same three kinds as small ones, and a leaf again: what it
# allowed, its accessed and dirty bits, exclusiveness and userfaultfd's protection are as before. The
# folio is the unit: a second page of it is busy, for it has been taken already. What is mapped by small
# entries stays so.
# Kernel: mm/huge_memory.c set_pmd_migration_entry(), remove_migration_pmd(); mm/migrate.c

title "Huge pages and move_pages()"
window 16M
set nodes = 2
set ram = 64M

mmap(@0, 8M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
madvise(@0, 8M, MADV_HUGEPAGE)
store(@0)
store(@5, 1p, 7)
let f = folio(@0)
let tables = mm(P).pgtables
move_pages(0, 2, [@0, @5], [1, 1], [1, -EBUSY], MPOL_MF_MOVE)
expect pte(@0).huge, folio(@0) != f, folio(@0).node == 1, content(@5) == 7, mm(P).rss_anon == 512
expect pte(@0).write, pte(@0).dirty, pte(@0).young, folio(@0).exclusive, mm(P).pgtables == tables
expect folio(@0).mapcount == 1, folio(@0).refcount == 1, folio(@0).order == 9, folio(@0).dirty
move_pages(0, 2, [@0, @5], NULL, [1, 1])

note "read-only, and still exclusive"
mprotect(@0, 2M, PROT_READ)
move_pages(0, 1, [@5], [0], [0], MPOL_MF_MOVE)
expect pte(@0).huge, pte(@0).write == 0, folio(@0).exclusive, folio(@0).node == 0
mprotect(@0, 2M, PROT_READ|PROT_WRITE)
expect pte(@0).write

note "zeroes are nobody's to move"
load(@0 + 2M)
expect pte(@0 + 2M).zero
move_pages(0, 1, [@0 + 2M], [1], [-EFAULT], MPOL_MF_MOVE)

note "mapped by small entries"
mprotect(@3, 1p, PROT_READ)
mprotect(@3, 1p, PROT_READ|PROT_WRITE)
expect pte(@0).huge == 0, folio(@5).order == 9
move_pages(0, 1, [@5], [1], [1], MPOL_MF_MOVE)
expect folio(@0).node == 1, folio(@0).order == 9, folio(@0).mapcount == 512, pte(@511).write
expect content(@5) == 7, folio(@5).exclusive

note "shared with a child: only if all are to follow"
store(@0 + 4M)
Q = fork()
move_pages(0, 1, [@0 + 4M], [1], [-EACCES], MPOL_MF_MOVE)
move_pages(0, 1, [@0 + 4M], [1], [1], MPOL_MF_MOVE_ALL)
expect folio(@0 + 4M).node == 1, pte(@0 + 4M).huge, pte(Q:@0 + 4M).huge
expect folio(Q:@0 + 4M) == folio(@0 + 4M), folio(@0 + 4M).mapcount == 2, folio(@0 + 4M).exclusive == 0

note "a device holds it"
Q: store(@0 + 6M)
Q: pin(@0 + 6M + 9p, 1p)
Q: move_pages(0, 1, [@0 + 6M], [1], NULL, MPOL_MF_MOVE) = 1
expect folio(Q:@0 + 6M).node == 0, pte(Q:@0 + 6M).huge, pte(Q:@0 + 6M).write
