# What does a guard page for each thread's stack cost, and does MADV_GUARD_INSTALL avoid it?
#
# Two areas for each stack with mprotect(), one of them for the guard alone; with guard regions
# neighbouring stacks are one area all together.
# Kernel: mm/madvise.c madvise_guard_install()

title "Guard pages and the number of areas"
window 200p

let before = mm(P).map_count
step "eight stacks of eight pages, the lowest one PROT_NONE"
for i in 0..7 {
	mmap(@1 + i*8p, 8p, RW, PRIVATE|ANONYMOUS|NORESERVE|FIXED, -1, 0) = @1 + i*8p
	mprotect(@1 + i*8p, 1p, PROT_NONE)
}
expect vmas(@1..@65) == 16

step "eight stacks with guard regions"
for i in 0..7 {
	mmap(@101 + i*8p, 8p, RW, PRIVATE|ANONYMOUS|NORESERVE|FIXED, -1, 0) = @101 + i*8p
	madvise(@101 + i*8p, 1p, MADV_GUARD_INSTALL)
}
expect vmas(@101..@165) == 1
expect pte(@101).guard, pte(@109).guard, pte(@157).guard
store(@102)
load(@109) = SIGSEGV
