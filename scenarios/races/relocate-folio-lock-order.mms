# The pass holds the locks of an anon_vma and of a page table and wants that of a folio; who migrates that
# folio has its lock and wants the other two. Which of them waits, and for how long?
# Found by syzkaller in linux-next, June 2025
title "A relocation that sleeps on a folio under the lock of a table"
set relocate_anon = v1
set thp = never
window 40p
bug relocate-sleeps-on-folio

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20 }
	kcompactd { migrate(P:@4, 1p) = ? }
}
must violate might-sleep
expect content(@20) == 7
