# A private mapping of the zero page, the huge zero page, a memfd, shared memory is written to, or pinned for
# reading and then written: who sees what?
#
# The other mapping sees nothing, the device what was written: a pin for long copies first what is nobody's own.
# Kernel: tools/testing/selftests/mm/cow.c "Basic COW", "R/O longterm GUP pin" of non-anonymous pages;
# mm/memory.c do_wp_page(), mm/huge_memory.c do_huge_zero_wp_pmd()

title "Private mappings of what is not anonymous"
set thp = madvise

f = memfd_create("m", 0)
ftruncate(f, 4p)
x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
y = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
madvise(y, 4M, MADV_HUGEPAGE)
s = mmap(NULL, 4p, RW, SHARED, f, 0)
p = mmap(NULL, 4p, RW, PRIVATE, f, 0)
z = mmap(NULL, 2p, RW, PRIVATE|ANONYMOUS, -1, 0)
z2 = mmap(NULL, 2p, RW, PRIVATE|ANONYMOUS, -1, 0)
store(s, 4p, 5)

step "written"
load(z)
load(z2)
load(x)
load(y)
load(p)
expect pte(z).zero, pte(x).zero, pte(x).huge, folio(p) == folio(s)
store(z, 1p, 6)
store(x, 1p, 6)
store(p, 1p, 6)
expect content(z2) == 0, content(y) == 0, content(s) == 5, pte(x).huge, pte(x).zero == 0

step "pinned for reading a moment, which a file's page and the zero page allow as they are"
load(z + 1p)
load(p + 1p)
pin(z + 1p, 1p, FOLL_PIN)
pin(p + 1p, 1p, FOLL_PIN)
expect pte(z + 1p).zero, folio(p + 1p) == folio(s + 1p)
store(z + 1p, 1p, 6)
store(p + 1p, 1p, 6)
expect device(z + 1p) == 0, device(p + 1p) == 5, content(s + 1p) == 5

step "for long, to write: the device has the process's own page"
load(x + 2M)
load(p + 2p)
pin(x + 2M, 1p)
pin(p + 2p, 1p)
store(x + 2M, 1p, 7)
store(p + 2p, 1p, 7)
expect device(x + 2M) == 7, device(p + 2p) == 7, content(s + 2p) == 5
