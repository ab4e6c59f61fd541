# Memory is registered with a userfaultfd.  Is it in the child?
#
# Not unless UFFD_FEATURE_EVENT_FORK was asked for: the child's areas lose the registration and may
# merge with others.
# Kernel: mm/userfaultfd.c dup_userfaultfd()

title "A registration is not inherited"
window 40p

u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=0})
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
UFFDIO_REGISTER(u, {start=@1, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
Q = fork()
expect vma(@1).flags.um == 1, vma(Q:@1).flags.um == 0
Q: load(@1) = 0
Q: mmap(@5, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
expect vma(Q:@1).end == @7
