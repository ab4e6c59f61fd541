# A page is in the file but not mapped: who is told?
#
# The reader, if the area is registered for minor faults; UFFDIO_CONTINUE maps the page, whose
# contents may have been changed through another mapping.  A page that is not in the file is no
# minor fault.
# Kernel: mm/shmem.c shmem_get_folio_gfp(), mm/userfaultfd.c mfill_atomic_pte_continue()

title "Minor faults"
window 40p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@8, 4p, RW, SHARED|FIXED, f, 0) = @8
mmap(@16, 4p, RW, SHARED|FIXED, f, 0) = @16
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MINOR})
store(@16, 2p, 7)
P.a: load(@8) = blocked
P.b: store(@9, 1p, 9) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=UFFD_PAGEFAULT_FLAG_MINOR})
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@9, flags=UFFD_PAGEFAULT_FLAG_MINOR|UFFD_PAGEFAULT_FLAG_WRITE})
store(@16, 1p, 8)
UFFDIO_CONTINUE(u, {start=@8, len=2p, mapped=2p})
P.a: finish() = 8
P.b: finish() = 0
load(@17) = 9

step "not in the file: a plain hole"
load(@10) = 0
read(u) = -EAGAIN

step "missing and minor"
madvise(@8, 4p, MADV_DONTNEED)
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_MINOR})
P.a: load(@11) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@11, flags=0})
UFFDIO_ZEROPAGE(u, {start=@11, len=1p, zeropage=1p})
P.a: finish() = 0
