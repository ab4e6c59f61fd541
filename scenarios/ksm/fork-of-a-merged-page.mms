# A process with merged pages forks. How is the child's mapping found from the page?
#
# By the parent's address: a walk looks in the areas of all descendants there. It still works when the
# parent has exited, until ksmd has been there and noted the child's own address.
# Kernel: mm/ksm.c rmap_walk_ksm(), ksm_fork(), __ksm_exit(), stable_tree_append()

title "Fork of merged pages"
window 16p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 3p, MADV_MERGEABLE)
store(@1, 2p, 79)
ksmd: merge(P:@1, P:@2) = 0
Q = fork()
expect folio(@1).mapcount == 4, rmap(@1) == {P:@1, P:@2, Q:@1, Q:@2}
R = fork()
step "ksmd comes by"
ksmd: merge(P:@1, Q:@2) = 0
expect folio(@1).mapcount == 6, rmap(Q:@1) == {P:@1, P:@2, Q:@1, Q:@2, R:@1, R:@2}
step "the parent ends, the children stay"
exit_group()
expect rmap(Q:@1) == {Q:@1, Q:@2, R:@1, R:@2}
Q: store(@1, 1p, 80)
expect rmap(R:@1) == {Q:@2, R:@1, R:@2}
R: load(@1, 2p) = 79
ksmd: merge(Q:@2, R:@1) = 0
expect rmap(R:@1) == {Q:@2, R:@1, R:@2}
