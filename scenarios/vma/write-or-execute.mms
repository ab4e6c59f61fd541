# prctl(PR_SET_MDWE): what can no longer be done?
# Kernel: mm/vma.c mmap_region(), include/linux/mman.h map_deny_write_exec()

title "PR_SET_MDWE"
window 40p

mmap(@1, 1p, PROT_READ|PROT_EXEC, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@2, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @2
mmap(@3, 1p, RW|PROT_EXEC, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @3
prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0)
mmap(@5, 1p, RW|PROT_EXEC, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -EACCES
mmap(@5, 1p, PROT_READ|PROT_EXEC, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
mprotect(@2, 1p, PROT_READ|PROT_EXEC) = -EACCES
mprotect(@1, 1p, PROT_READ) = 0
mprotect(@1, 1p, PROT_READ|PROT_EXEC) = -EACCES
note "what is both already may stay so"
mprotect(@3, 1p, PROT_READ|PROT_EXEC) = 0
