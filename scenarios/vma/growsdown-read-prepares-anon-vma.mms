# A stack that grows by a read gets an anon_vma at once, although the zero page is all it maps.
# Kernel: mm/vma.c expand_downwards()

title "Growth prepares an anon_vma"
window 600p

mmap(@500, 4p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @500
munmap(@490, 10p)
load(@499) = 0
expect vma(@499).anon_vma != 0, pte(@499).zero
