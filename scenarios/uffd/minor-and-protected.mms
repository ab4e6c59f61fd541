# A page of the file is mapped by UFFDIO_CONTINUE with protection: who is told of a store?
#
# The reader, once for the page that is not mapped, and once more for the store.
# Kernel: tools/testing/selftests/mm/uffd-unit-tests.c minor-wp; mm/userfaultfd.c mfill_atomic_install_pte()

title "Minor faults and protection"
window 40p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@8, 4p, RW, SHARED|FIXED, f, 0) = @8
mmap(@16, 4p, RW, SHARED|FIXED, f, 0) = @16
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MINOR|UFFDIO_REGISTER_MODE_WP})
store(@16, 2p, 7)
P.a: store(@8, 1p, 9) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=UFFD_PAGEFAULT_FLAG_MINOR|UFFD_PAGEFAULT_FLAG_WRITE})
UFFDIO_CONTINUE(u, {start=@8, len=1p, mode=UFFDIO_CONTINUE_MODE_WP, mapped=1p})
P.a: finish() = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=UFFD_PAGEFAULT_FLAG_WP|UFFD_PAGEFAULT_FLAG_WRITE})
expect content(@8) == 7, pte(@8).uffd_wp
note "the other mapping is not protected"
store(@16, 1p, 8)
load(@8) = 8
UFFDIO_WRITEPROTECT(u, {start=@8, len=1p, mode=0})
P.a: finish() = 0
load(@16) = 9
