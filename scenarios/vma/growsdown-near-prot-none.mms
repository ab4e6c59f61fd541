# Memory that cannot be accessed may be approached to zero distance by a growing stack.
# Kernel: mm/vma.c expand_downwards()

title "A stack grows up to PROT_NONE memory"
window 600p

mmap(@500, 4p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @500
munmap(@490, 10p)
store(@490)
expect vma(@490).start == @490, vma(@490).end == @504
