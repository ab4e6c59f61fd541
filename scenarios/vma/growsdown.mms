# A stack grows when the page below it is touched.  How close may it come to what lies below?
# Kernel: mm/vma.c expand_downwards()

title "MAP_GROWSDOWN"
window 600p

mmap(@500, 4p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @500
munmap(@100, 400p)
store(@499)
expect vma(@499).start == @499, vma(@499).pgoff == @499/PAGE

step "256 pages stay free above accessible memory"
mmap(@100, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @100
store(@357)
expect vma(@357).end == @504
store(@356) = SIGSEGV
