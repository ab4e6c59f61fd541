# A stack grows by touching pages below it.  What stops it besides its neighbours?
#
# RLIMIT_STACK, counted from its end to the page touched; and nothing is grown on the way.
# Kernel: mm/vma.c acct_stack_growth()

title "A stack's limit"
set rlimit.stack = 64K
window 600p

mmap(@500, 4p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @500
munmap(@100, 400p)
store(@487) = SIGSEGV
expect vma(@500).start == @500
store(@488)
expect vma(@500).start == @488, vma(@500).end == @504
