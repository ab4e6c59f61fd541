# Many pages with one content: do they all become a single page?
#
# No: a page of KSM has at most max_page_sharing mappings that ksmd made (256 unless said otherwise), so that
# a walk ends. Then two others are needed for the next one. Fork goes beyond the limit.
# Kernel: mm/ksm.c is_page_sharing_candidate(), stable_node_dup()

title "A limit of mappings"
window 24p
set ksm.max_page_sharing = 2

mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 6p, MADV_MERGEABLE)
store(@1, 6p, 83)
ksmd: merge(P:@1, P:@2) = 0
step "it is full: a third one waits for another"
ksmd: merge(P:@1, P:@3) = -EFAULT
ksmd: merge(P:@3, P:@4) = 0
expect folio(@3) != folio(@1), folio(@3).ksm, folio(@3).mapcount == 2
step "a store makes room"
store(@2, 1p, 84)
ksmd: merge(P:@5, P:@1) = 0
expect folio(@5) == folio(@1), folio(@1).mapcount == 2
step "fork does not ask"
Q = fork()
ksmd: merge(P:@1, Q:@1) = 0
expect folio(@1).mapcount == 4, rmap(@1) == {P:@1, P:@5, Q:@1, Q:@5}
