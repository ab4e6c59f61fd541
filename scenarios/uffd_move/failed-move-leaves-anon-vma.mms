# Does a UFFDIO_MOVE that fails leave something behind?  The destination gets its anon_vma before anything is
# compared: from then on it is an area that was written to, and merges accordingly.
# Kernel: mm/userfaultfd.c uffd_lock_vma()

title "A failed move and the destination's anon_vma"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@10, 4p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @10
UFFDIO_REGISTER(u, {start=@10, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
expect !vma(@10).anon_vma
UFFDIO_MOVE(u, {dst=@10, src=@1, len=1p, move=-EINVAL}) = -EINVAL
expect vma(@10).anon_vma != 0, !vma(@1).anon_vma

note "not the source, though it may be looked at"
UFFDIO_MOVE(u, {dst=@10, src=@30, len=1p, move=-EINVAL}) = -EINVAL
expect !vma(@1).anon_vma
