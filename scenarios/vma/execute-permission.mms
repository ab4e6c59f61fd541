# What may be done with memory of each permission?
# Kernel: arch/x86/mm/fault.c access_error()

title "Permissions"
window 40p

mmap(@1, 1p, PROT_NONE, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@2, 1p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @2
mmap(@3, 1p, PROT_WRITE, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @3
Q = fork()
Q: load(@1) = SIGSEGV
R = fork()
R: store(@2) = SIGSEGV
S = fork()
S: store(@1) = SIGSEGV
load(@2) = 0
note "writable means readable on this architecture"
store(@3, 1p, 4)
load(@3) = 4
T = fork()
T: exec(@3) = SIGSEGV
munmap(@4, 1p)
load(@4) = SIGSEGV
