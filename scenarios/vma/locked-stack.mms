# A stack is locked: may it grow beyond RLIMIT_MEMLOCK?
#
# No; touching the page is a SIGSEGV, as beyond RLIMIT_STACK.
# Kernel: mm/vma.c acct_stack_growth()

title "A locked stack and the lock limit"
set cap = off
set rlimit.memlock = 8p
window 600p

mmap(@500, 4p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @500
munmap(@100, 400p)
mlock(@500, 4p)
store(@495) = SIGSEGV
store(@496)
expect vma(@496).len == 8p, mm(P).locked_vm == 8
