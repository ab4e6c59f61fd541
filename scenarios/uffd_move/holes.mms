# What is a hole to UFFDIO_MOVE?  An entry that is not there is ENOENT, unless
# UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES counts it as moved: then nothing happens, but that page tables are made.
# Kernel: mm/userfaultfd.c move_pages(), move_pages_ptes()

title "Holes at the source"
window 1100p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@1, 2p, 5)
store(@5)

UFFDIO_MOVE(u, {dst=@8, src=@0, len=6p, move=-ENOENT}) = -ENOENT
note "up to the first hole"
UFFDIO_MOVE(u, {dst=@9, src=@1, len=5p, move=2p}) = -EAGAIN
UFFDIO_MOVE(u, {dst=@11, src=@3, len=3p, move=-ENOENT}) = -ENOENT
note "with the rest"
UFFDIO_MOVE(u, {dst=@11, src=@3, len=3p, mode=UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES, move=3p}) = 0
expect pte(@11).none, pte(@12).none, pte(@13).present
note "a hole at the source does not fill one that is there"
UFFDIO_MOVE(u, {dst=@13, src=@0, len=1p, mode=UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES, move=-EEXIST}) = -EEXIST

note "nothing but holes, 2 MiB of them: tables are made on both sides"
mmap(@1024, 40p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1024
a = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
mmap(a, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
UFFDIO_REGISTER(u, {start=a + 4M, len=2M, mode=UFFDIO_REGISTER_MODE_MISSING})
let tables = mm().pgtables
UFFDIO_MOVE(u, {dst=a + 4M, src=a, len=2M, move=-ENOENT}) = -ENOENT
expect mm().pgtables - tables <= 2p
UFFDIO_MOVE(u, {dst=a + 4M, src=a, len=2M, mode=UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES, move=2M}) = 0
expect mm().pgtables > tables, pte(a).none, pte(a + 4M).none
