# A page of KSM is a child's alone, and ksmd has no memory to note it: who finds the page then?
# Nobody. A child's mapping is found by what ksmd has noted of its parent; it forgets that when it sees that
# the parent has another page by now, and notes the child's when it comes to it. Without memory the scan ends
# in between, and until the next one the page cannot be migrated.
# Kernel: mm/ksm.c scan_get_next_rmap_item(), rmap_walk_ksm(), ksm_fork()

title "ksmd runs out of memory between a parent and its child"
window 24p

mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 6p, MADV_MERGEABLE)
store(@1, 2p, 4)
ksmd: full_scan()
ksmd: full_scan()
expect folio(@1).ksm, folio(@1) == folio(@2)
Q = fork()
store(@1, 2p, 9)
expect folio(Q:@1).ksm, rmap(Q:@1) == {Q:@1, Q:@2}

ksmd: full_scan() = -ENOMEM  fail_nth 1
expect rmap(Q:@1) == {}
kcompactd: migrate(Q:@1, 1p) = -EAGAIN

note "the next scan comes to the child"
ksmd: full_scan()
expect folio(Q:@1).ksm, rmap(Q:@1) == {Q:@1, Q:@2}
kcompactd: migrate(Q:@1, 1p) = 0
