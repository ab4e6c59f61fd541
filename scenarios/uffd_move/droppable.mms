# Pages of MAP_DROPPABLE memory may vanish at any time.  Moved to ordinary memory, do they stay?  They move, but
# what they are does not: they stay pages that reclaim may drop.
# Kernel: mm/userfaultfd.c validate_move_areas() does not ask for VM_DROPPABLE; mm/rmap.c

title "Droppable pages in memory that is not"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 4p, RW, DROPPABLE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 2p)
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@9)
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=1p}) = 0
expect !folio(@8).swapbacked, folio(@9).swapbacked
note "and droppable memory cannot be a destination: it cannot be registered"
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING}) = -EINVAL
