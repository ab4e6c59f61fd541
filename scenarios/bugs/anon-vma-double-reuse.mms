# A child may take over the anon_vma of an ancestor that nobody uses any more.  One number counted the
# children of an anon_vma and the VMAs that own it; so one owner and no child looked like no owner and
# one child, and fork could take over a leaf that was in use.  Two VMAs then have one anon_vma and
# different chains; merging them drops links that pages need.
# Kernel: mm/rmap.c anon_vma_clone(); 2555283eb40d, CVE-2022-42703, from 3.19 to 6.0

title "Fork takes over an anon_vma that is in use"
bug anon-vma-double-reuse
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
H = fork()
H: store(@1)
munmap(@1, 4p)

note "the first anon_vma has no owner and one child: I takes it over"
H: I = fork()

note "while H is in three pieces its own has three owners, and K gets a new one"
H: mprotect(@2, 1p, PROT_READ)
I: K = fork()
H: mprotect(@2, 1p, RW)

note "now H's has one owner and no child: L takes it over, with a chain that is longer than H's"
K: L = fork()
must violate anon-vma-same-chain
