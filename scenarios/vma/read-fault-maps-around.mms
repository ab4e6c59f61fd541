# A read of a mapped file maps its neighbours as well: which ones?
#
# Those that are in memory already and lie in the same 16 aligned pages of address space, area and page
# table.  A write to a private file maps one page only.
# Kernel: mm/memory.c do_fault_around(), should_fault_around(); mm/filemap.c filemap_map_pages()

title "a read fault maps what is around it"
window 160p

# A multiple of 16 pages.
let a = (@0 + 16p - 1) & ~(16p - 1)

f = memfd_create("m", 0)
ftruncate(f, 40p)
mmap(a, 40p, RW, SHARED|FIXED, f, 0) = a
store(a, 1p, 1)
store(a + 14p, 1p, 2)
store(a + 16p, 1p, 3)
store(a + 20p, 1p, 4)
store(a + 31p, 1p, 5)
store(a + 32p, 1p, 6)

mmap(a + 64p, 40p, PROT_READ, PRIVATE|FIXED, f, 0) = a + 64p
load(a + 84p) = 4
expect pte(a + 80p).present
expect pte(a + 95p).present
expect !pte(a + 78p).present
expect !pte(a + 96p).present
# What is not in memory is read alone; what lies around it comes along.
load(a + 67p) = 0
expect pte(a + 64p).present
expect pte(a + 78p).present
expect !pte(a + 65p).present
# The area ends inside the 16 pages.
mmap(a + 112p, 2p, RW, PRIVATE|FIXED, f, 31p) = a + 112p
load(a + 113p) = 6
expect pte(a + 112p).present
# A write takes its own page only.
mmap(a + 116p, 2p, RW, PRIVATE|FIXED, f, 31p) = a + 116p
store(a + 117p, 1p, 9)
expect !pte(a + 116p).present
