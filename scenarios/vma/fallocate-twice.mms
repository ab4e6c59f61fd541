# Is a page that fallocate() has made there, as mincore() tells it?
#
# Not after the first call: the page exists and is not up to date before somebody uses it.  A second
# call over it uses it.
# Kernel: mm/shmem.c shmem_fallocate(), shmem_get_folio_gfp(); mm/mincore.c mincore_page()

title "fallocate and mincore"
window 20p

f = memfd_create("m", 0)
fallocate(f, 0, 2p, 1p)
mmap(@1, 4p, RW, PRIVATE|FIXED, f, 0) = @1
mincore(@1, 4p, [0, 0, 0, 0]) = 0
fallocate(f, 0, 2p, 1p)
mincore(@1, 4p, [0, 0, 1, 0]) = 0
