# An area that userfaultfd watches moves, and its reader did not ask to be told of moves: the new area is not registered.
# Are its pages still protected?
#
# They must not be: nobody would be told of a store. Marks go from words one by one, so that no table moves whole.
# Kernel: mm/mremap.c move_ptes(); 0cef0bb836e3, CVE-2025-21696

title "A move forgets the marks of userfaultfd"
window 40p
set thp = never
bug mremap-uffd-wp-state

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 2p, 7)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@4, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@4, len=1p, mode=UFFDIO_WRITEPROTECT_MODE_WP})
mremap(@4, 4p, 4p, MAYMOVE|FIXED, @20) = @20
store(@20, 1p, 8)
expect content(@20) == 8
must violate uffd-wp
