# The same program has some hundred areas on Linux and seventy thousand in a sandbox.  Why?
#
# The sandbox backs memory with a file.  Addresses are handed out downwards and file offsets
# upwards, so that no two neighbours continue each other.  Handed out in the same direction all are
# one.
# Kernel: mm/vma.c can_vma_merge_before()

title "Addresses downwards, file offsets upwards"
window 100p

f = memfd_create("memory", 0)
ftruncate(f, 64p)

step "offsets upwards"
for i in 0..15 {
	mmap(@40 - i*2p, 2p, RW, SHARED|FIXED, f, i*2p) = @40 - i*2p
}
expect vmas(@10..@42) == 16, mergeable(@39, @40) == pgoff

step "offsets downwards"
for i in 0..15 {
	mmap(@90 - i*2p, 2p, RW, SHARED|FIXED, f, 32p - i*2p) = @90 - i*2p
}
expect vmas(@60..@92) == 1
