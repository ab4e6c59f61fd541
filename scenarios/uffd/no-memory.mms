# A fill needs memory and there is none: what is left of it?
#
# Nothing at all, or what was done until then; the field says how much.
# Kernel: mm/userfaultfd.c mfill_atomic()

title "Fills without memory"
window 2060p

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

step "each of the fills"
f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@2052, 4p, RW, SHARED|FIXED, f, 0) = @2052
mmap(@24, 4p, RW, SHARED|FIXED, f, 0) = @24
mmap(@2048, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @2048
store(@24, 1p, 9)
UFFDIO_REGISTER(u, {start=@2052, len=4p, mode=UFFDIO_REGISTER_MODE_MINOR|UFFDIO_REGISTER_MODE_WP})
UFFDIO_REGISTER(u, {start=@2048, len=4p, mode=1})
UFFDIO_ZEROPAGE(u, {start=@2048, len=1p, zeropage=-ENOMEM}) = -ENOMEM fail_nth 1
UFFDIO_POISON(u, {start=@2048, len=1p, updated=-ENOMEM}) = -ENOMEM fail_nth 1
UFFDIO_MOVE(u, {dst=@2048, src=@0, len=1p, move=-ENOMEM}) = -ENOMEM fail_nth 1
UFFDIO_CONTINUE(u, {start=@2052, len=1p, mapped=-ENOMEM}) = -ENOMEM fail_nth 1
UFFDIO_WRITEPROTECT(u, {start=@2052, len=1p, mode=1}) = -ENOMEM fail_nth 1
expect pte(@2048).none, content(@0) == 7
UFFDIO_MOVE(u, {dst=@2048, src=@0, len=1p, move=1p})
