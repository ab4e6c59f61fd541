# Where may UFFDIO_COPY copy from?
#
# From any address, aligned or not, that the caller could read: also from holes, which are faulted
# in as a read would.  The destination may be an area that itself allows no access.
# Kernel: mm/userfaultfd.c mfill_atomic_pte_copy()

title "Sources of a copy"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 1p, 0x1122334455667788)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
mmap(@20, 2p, READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_REGISTER(u, {start=@20, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING})

step "from the middle of a page"
UFFDIO_COPY(u, {dst=@8, src=@0+2, len=1p, copy=1p})
load(@8) = 0x112233445566

step "from a hole"
expect pte(@2).none
UFFDIO_COPY(u, {dst=@9, src=@2, len=1p, copy=1p})
expect pte(@2).zero
load(@9) = 0

step "across into the next page"
store(@1, 1p, 0xaabb)
UFFDIO_COPY(u, {dst=@10, src=@1-2, len=1p, copy=1p})
load(@10) = 0xaabb0000

step "to where only reading is allowed"
UFFDIO_COPY(u, {dst=@20, src=@0, len=1p, copy=1p})
expect !pte(@20).write, folio(@20).exclusive
load(@20) = 0x1122334455667788
mprotect(@20, 2p, RW)
expect pte(@20).write
