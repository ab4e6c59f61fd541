# An area that got a guard region is marked: `gu` in smaps.  Does the mark keep it apart from its
# neighbours, and does it ever go away?
#
# Neither: it is not compared, a merged area has it, every piece of a split has it, and it stays when
# the guard region is removed.
# Kernel: mm/vma.c is_mergeable_vma() with VM_STICKY; mm/madvise.c madvise_guard_install()

title "The mark of a guard region sticks"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@2, 1p, MADV_GUARD_INSTALL)
expect vma(@1).flags.gu

mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
expect vma(@1) == vma(@8), vma(@8).flags.gu

mprotect(@7, 1p, PROT_READ)
expect vma(@7).flags.gu, vma(@8).flags.gu
mprotect(@7, 1p, RW)
madvise(@1, 8p, MADV_GUARD_REMOVE)
expect vmas(@1..@9) == 1, vma(@1).flags.gu

step "an area without the mark takes it over"
mmap(@20, 4p, PROT_READ, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @20
mmap(@24, 4p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @24
madvise(@25, 1p, MADV_GUARD_INSTALL)
mprotect(@24, 4p, PROT_READ)
expect vma(@20) == vma(@27), vma(@20).flags.gu
