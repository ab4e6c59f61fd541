# A fill needs memory and there is none: what is left of it?
#
# Nothing at all, or what was done until then; the field says how much.
# Kernel: mm/userfaultfd.c mfill_atomic()

title "Fills without memory"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=1})
UFFDIO_COPY(u, {dst=@8, src=@0, len=4p, copy=-ENOMEM}) = -ENOMEM fail_nth 1
expect pte(@8).none
UFFDIO_ZEROPAGE(u, {start=@10, len=1p, zeropage=1p})
UFFDIO_COPY(u, {dst=@8, src=@0, len=2p, copy=1p}) = -EAGAIN fail_nth 2
expect content(@8) == 7
UFFDIO_REGISTER(u, {start=@1, len=1p, mode=1, ioctls=0}) = -ENOMEM fail_nth 1
expect vma(@1).flags.um == 0
