# The new area finds that it can share the anon_vma of its neighbour, which is the old one: the root of both
# is the same, and the pass has locked it when the words move under rmap locks.
title "A relocation that locks one root twice"
set relocate_anon = v1
window 8M
bug relocate-locks-root-twice

mmap(@0, 4M, RW, PRIVATE|ANONYMOUS|FIXED)
madvise(@0, 4M, MADV_NOHUGEPAGE)
store(@0, 8p, 7)
store(@0 + 2M, 8p, 8)
mremap(@0, 2M, 2M, MAYMOVE|FIXED|RELOCATE_ANON, @0 + 4M) = @0 + 4M
must violate lock-order
expect content(@0 + 4M) == 7
