# A file in memory is given pages by fallocate(): what does a reader of them find, and when do they count
# as being there?
#
# They exist and read as zeroes, but have never been used: mincore() says no until the first use of each.  A
# hole takes them away again, with what was in them.
# Kernel: mm/shmem.c shmem_fallocate(), shmem_get_folio_gfp(); mm/mincore.c mincore_page()

title "fallocate gives pages that nobody has used"
window 20p

f = memfd_create("m", 0)
fallocate(f, 0, 0, 4p) = 0
mmap(@1, 4p, RW, SHARED|FIXED, f, 0) = @1
mincore(@1, 4p, [0, 0, 0, 0]) = 0
load(@2) = 0
mincore(@1, 4p, [0, 1, 0, 0]) = 0
store(@3, 1p, 7)
mincore(@1, 4p, [0, 1, 1, 0]) = 0
fallocate(f, FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE, 2p, 1p) = 0
mincore(@1, 4p, [0, 1, 0, 0]) = 0
load(@3) = 0
# In vain: it does not grow without being asked to.
fallocate(f, FALLOC_FL_KEEP_SIZE, 4p, 1p) = 0
mremap(@1, 4p, 5p, MAYMOVE|FIXED, @10) = @10
load(@14) = SIGBUS
