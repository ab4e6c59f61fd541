# There are two pages of KSM with the same content, for the first had nobody known to share it when the
# second was made. A third page comes: which does it join?
#
# The second: the youngest comes first in the chain of those with one content, and takes all who come as long
# as it has room.
# Kernel: mm/ksm.c stable_node_dup(), stable_node_chain_add_dup()

title "Two pages of KSM with one content"
window 32p

mmap(@1, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 10p, MADV_MERGEABLE)
store(@1, 3p, 1)
ksmd: full_scan()
store(@9, 2p, 1)
ksmd: full_scan()
let first = folio(@1)
expect folio(@1).ksm, !folio(@9).ksm
Q = fork()
store(@1, 3p, 4)
step "a second one, while only the child has the first"
ksmd: full_scan()
let second = folio(@9)
expect folio(@9).ksm, second != first, folio(Q:@1) == first
expect folio(Q:@1).stable_node.rmap_hlist_len == 3, folio(@9).stable_node.rmap_hlist_len == 3
expect folio(Q:@10) == second, !folio(Q:@9).ksm
step "the third"
ksmd: full_scan()
expect folio(Q:@9) == second, folio(@9).mapcount == 4, folio(Q:@1).mapcount == 3
