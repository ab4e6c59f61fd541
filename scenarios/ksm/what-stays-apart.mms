# Equal content is not enough. Which pages does ksmd leave alone?
#
# Those without the advice, those that are not anonymous or not there, those somebody else has a
# reference to, and those a device may write to. What fork shares is one page already.
# Kernel: mm/ksm.c get_mergeable_page(), write_protect_page(), unstable_tree_search_insert()

title "What is not merged"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@8, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
mmap(@12, 2p, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = @12
store(@1, 2p, 75)
store(@3, 1p, 76)
store(@8, 1p, 76)
store(@12, 2p, 75)

step "no advice"
ksmd: merge(P:@1, P:@2) = -EFAULT
madvise(@2, 3p, MADV_MERGEABLE)
ksmd: merge(P:@3, P:@8) = -EFAULT
step "shared memory: the advice is passed over"
madvise(@12, 2p, MADV_MERGEABLE) = 0
ksmd: merge(P:@12, P:@13) = -EFAULT
step "nothing there, or the zero page of a read"
ksmd: merge(P:@2, P:@4) = -EFAULT
load(@4) = 0
ksmd: merge(P:@4, P:@2) = -EFAULT
step "another content"
ksmd: merge(P:@2, P:@3) = -EFAULT
expect folio(@2).exclusive, pte(@2).write, folio(@3).exclusive
step "a page that fork shares is not two"
Q = fork()
ksmd: merge(P:@3, Q:@3) = -EFAULT
expect folio(@3).ksm == 0, folio(@3) == folio(Q:@3)
Q: exit()
step "and two that may"
madvise(@1, 1p, MADV_MERGEABLE)
ksmd: merge(P:@1, P:@2) = 0
expect folio(@1).ksm
