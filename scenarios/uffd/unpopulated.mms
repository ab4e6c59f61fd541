# Can a page be protected before it exists?
#
# With UFFD_FEATURE_WP_UNPOPULATED a marker stands for it.  A read maps the page of zeroes with the
# protection; MADV_DONTNEED forgets it, of anonymous memory.  For files markers always stand, and
# outlive their pages.
# Kernel: mm/mprotect.c change_pte_range(), mm/memory.c do_anonymous_page(), zap_pte_range()

title "Protection of what is not there"
window 40p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@0, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@16, 4p, RW, SHARED|FIXED, f, 0) = @16
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=UFFD_FEATURE_WP_UNPOPULATED})
UFFDIO_REGISTER(u, {start=@0, len=8p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_REGISTER(u, {start=@16, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@0, len=4p, mode=1})
expect pte(@0).uffd_wp, !pte(@0).present, pte(@4).none
load(@0) = 0
expect pte(@0).uffd_wp, pte(@0).zero
UFFDIO_WRITEPROTECT(u, {start=@1, len=1p, mode=0})
expect pte(@1).none
store(@1)
madvise(@0, 3p, MADV_DONTNEED)
expect pte(@0).none, pte(@2).none, pte(@3).uffd_wp
madvise(@3, 1p, MADV_POPULATE_WRITE) = -EFAULT
expect pte(@3).uffd_wp

step "of a file"
store(@16, 1p, 7)
UFFDIO_WRITEPROTECT(u, {start=@16, len=2p, mode=1})
expect pte(@16).uffd_wp, pte(@16).present, pte(@17).uffd_wp, !pte(@17).present
madvise(@16, 2p, MADV_DONTNEED)
expect pte(@16).uffd_wp, !pte(@16).present
load(@16) = 7
expect pte(@16).uffd_wp, !pte(@16).write
fallocate(f, FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE, 0, 4p)
expect pte(@16).uffd_wp, !pte(@16).present
munmap(@16, 1p)
mmap(@16, 1p, RW, SHARED|FIXED, f, 0) = @16
expect pte(@16).none
