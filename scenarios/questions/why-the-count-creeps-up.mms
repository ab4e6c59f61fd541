# My allocator gives memory back and the number of areas creeps up.  Why?
#
# It gives it back by mapping PROT_NONE memory over it, or by mprotect(): each hole makes two areas
# more.  MADV_DONTNEED gives back as much and splits nothing.  The areas are one again when the
# holes are filled, not before.
# Kernel: mm/vma.c __mmap_region(), mm/madvise.c madvise_dontneed_single_vma()

title "Giving memory back, and the number of areas"
window 200p

mmap(@1, 64p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 64p)
let full = mm(P).rss_anon

step "MADV_DONTNEED"
for i in 0..7 {
	madvise(@3 + i*8p, 2p, MADV_DONTNEED)
}
expect vmas(@1..@65) == 1, mm(P).rss_anon == full - 16
store(@1, 64p)

step "PROT_NONE mapped over"
for i in 0..7 {
	mmap(@3 + i*8p, 2p, PROT_NONE, PRIVATE|ANONYMOUS|NORESERVE|FIXED, -1, 0) = @3 + i*8p
}
expect vmas(@1..@65) == 17, mm(P).rss_anon == full - 16

step "used again: by mprotect() they stay apart, for they are not charged alike"
mprotect(@3, 2p, RW)
expect vmas(@1..@65) == 17, mergeable(@2, @3) == flags

step "mapped again they heal"
for i in 0..7 {
	mmap(@3 + i*8p, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @3 + i*8p
}
expect vmas(@1..@65) == 1
