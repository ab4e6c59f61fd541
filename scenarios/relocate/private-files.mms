# Pages of a private file mapping that were written to are anonymous memory as well. With which neighbours does
# the mapping merge?
#
# Its page offset is that of the file and need not change; only the anon_vma keeps it apart. The series leaves
# such mappings out.
title "MREMAP_RELOCATE_ANON leaves private file mappings out"
set relocate_anon = v1
window 200p

f = memfd_create("f", 0)
ftruncate(f, 10p)
mmap(@1, 5p, RW, PRIVATE|FIXED, f, 0)
store(@1)
mmap(@101, 5p, RW, PRIVATE|FIXED, f, 5p)
store(@101, 2p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @6) = -EFAULT
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vmas(@1..@11) == 2, mergeable(@1, @6) == anon_vma, content(@7) == 7
