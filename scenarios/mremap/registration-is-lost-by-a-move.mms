# Memory that is registered with a userfaultfd moves.  Is it still registered?
#
# Not unless UFFD_FEATURE_EVENT_REMAP was asked for.
# Kernel: mm/userfaultfd.c mremap_userfaultfd_prep()

title "A move takes the registration away"
window 60p

u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=0})
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
UFFDIO_REGISTER(u, {start=@1, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
expect vma(@1).flags.um
mremap(@1, 2p, 2p, MAYMOVE|FIXED, @20) = @20
expect vma(@20).flags.um == 0, vma(@3).flags.um
load(@20) = 0

step "MREMAP_DONTUNMAP: what stays behind is still registered"
mremap(@3, 2p, 2p, MAYMOVE|FIXED|DONTUNMAP, @30) = @30
expect vma(@30).flags.um == 0, vma(@3).flags.um
