# A reader resolves every missing fault by UFFDIO_MOVE, page by page or by 2 MiB: what has come, and what is left?
#
# The data is at the destination and the source reads as zeroes.  There are as many faults as moves.  Huge pages move whole
# where nothing is in their way: a fault in memory that may not have huge pages has left a table there, and then the huge
# page is split.
# Kernel: tools/testing/selftests/mm/uffd-unit-tests.c move, move-pmd, move-pmd-split; mm/userfaultfd.c move_pages()

title "Faults resolved by moves"
set thp = madvise

a = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
b = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
mprotect(a, 8M, RW)
mprotect(b, 8M, RW)
madvise(a, 2M, MADV_NOHUGEPAGE)
madvise(a + 2M, 6M, MADV_HUGEPAGE)
madvise(b + 2M, 2M, MADV_HUGEPAGE)
madvise(b + 4M, 4M, MADV_NOHUGEPAGE)
for i in 0..3 {
	store(a + i * 2M, 4p, 5 + i)
}
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=b, len=8M, mode=UFFDIO_REGISTER_MODE_MISSING})

step "page by page"
for i in 0..3 {
	P.a: load(b + i * 1p) = blocked
	read(u, {event=UFFD_EVENT_PAGEFAULT, address=b + i * 1p, flags=0})
	UFFDIO_MOVE(u, {dst=b + i * 1p, src=a + i * 1p, len=1p, move=1p})
	P.a: finish() = 5
	expect pte(a + i * 1p).none
	load(a + i * 1p) = 0
}
read(u) = -EAGAIN

step "2 MiB: the huge page as it is"
let huge = folio(a + 2M)
P.a: load(b + 2M + 1p) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=b + 2M + 1p, flags=0})
UFFDIO_MOVE(u, {dst=b + 2M, src=a + 2M, len=2M, move=2M})
P.a: finish() = 6
expect pte(b + 2M).huge, folio(b + 2M) == huge, pte(a + 2M).none
load(a + 2M + 1p) = 0

step "2 MiB, where the fault has left a table: split"
P.a: load(b + 4M + 1p) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=b + 4M + 1p, flags=0})
UFFDIO_MOVE(u, {dst=b + 4M, src=a + 4M, len=2M, move=2M})
P.a: finish() = 7
expect pte(b + 4M).huge == 0, folio(b + 4M).order == 0, pte(b + 4M + 4p).zero, content(b + 4M + 3p) == 7
load(a + 4M + 1p) = 0

step "and where no fault has been: whole, though it may not have huge pages"
UFFDIO_MOVE(u, {dst=b + 6M, src=a + 6M, len=2M, move=2M})
expect pte(b + 6M).huge, content(b + 6M) == 8
read(u) = -EAGAIN
