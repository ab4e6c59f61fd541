# Which writes does a child see, and which ones its parent?
# Kernel: mm/memory.c copy_present_ptes()

title "Shared and private memory after fork"
window 40p

mmap(@1, 1p, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
f = memfd_create("m", 0)
ftruncate(f, 1p)
mmap(@10, 1p, RW, PRIVATE|FIXED, f, 0) = @10
store(@1, 1p, 1)
store(@5, 1p, 1)
Q = fork()
Q: store(@1, 1p, 2)
Q: store(@5, 1p, 2)
load(@1) = 2
load(@5) = 1
Q: load(@5) = 2

step "a private mapping of a file follows the file until it is written to"
mmap(@15, 1p, RW, SHARED|FIXED, f, 0) = @15
store(@15, 1p, 7)
Q: load(@10) = 7
Q: store(@10, 1p, 8)
store(@15, 1p, 9)
Q: load(@10) = 8
load(@10) = 9
