# A first store gives its area an anon_vma, just allocated. Nobody else knows it: need it be locked before the area is
# linked to it?
#
# It need: anon_vmas are freed and handed out again while walks of the rmap, which hold no reference, still go by them.
# Whoever locks it to look whether it is the right one must not find a tree that is being changed.
# Kernel: mm/rmap.c __anon_vma_prepare(), folio_lock_anon_vma_read(); d9d332e0874f

title "A new anon_vma is linked without its lock"
bug anon-vma-list-unlocked
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
expect vma(@1).anon_vma == folio(@1).anon_vma
must violate lock-order
