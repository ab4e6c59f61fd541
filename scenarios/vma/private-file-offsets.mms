# A private file mapping keeps its file offset wherever it goes, touched or not.
# Kernel: mm/vma.c copy_vma()

title "Private file mappings keep their offsets"
window 40p

f = open("/tmp/data", O_RDONLY)
mmap(@1, 8p, RW, PRIVATE|FIXED, f, 2p) = @1
expect vma(@1).pgoff == 2
mremap(@3, 2p, 2p, MAYMOVE|FIXED, @20) = @20
expect vma(@20).pgoff == 4

step "moved back into its hole it merges, untouched or not"
mremap(@20, 2p, 2p, MAYMOVE|FIXED, @3) = @3
expect vmas(@1..@9) == 1
store(@3)
mremap(@3, 2p, 2p, MAYMOVE|FIXED, @20) = @20
expect vma(@20).pgoff == 4
mremap(@20, 2p, 2p, MAYMOVE|FIXED, @3) = @3
expect vmas(@1..@9) == 1
