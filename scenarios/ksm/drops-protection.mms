# userfaultfd protects a page, and KSM merges it: is the reader told of the next store?
#
# It is not.  The entry for the merged page is made from scratch, without the mark: the store copies, and nobody is told.
# Kernel: mm/ksm.c replace_page()

title "KSM drops userfaultfd's protection"
window 40p

mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@8, 2p, 8)
madvise(@8, 4p, MADV_MERGEABLE)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@8, len=1p, mode=1})
expect pte(@8).uffd_wp
ksmd: merge(P:@8, P:@9) = 0
expect folio(@8).ksm, pte(@8).uffd_wp == 0, quirk(ksm_drops_protection) == 1
store(@8, 1p, 9)
read(u) = -EAGAIN
expect content(@8) == 9, content(@9) == 8
