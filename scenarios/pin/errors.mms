# What can a device not have?
#
# Memory that is not there or may not be accessed so; a shared file whose file system has to be told of
# each store, if it would write for long.  A buffer of several pages is taken whole or not at all.
# Kernel: mm/gup.c check_vma_flags(), writable_file_mapping_allowed(); io_uring/rsrc.c io_pin_pages()

title "What cannot be pinned"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@3, 1p, READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @3
mmap(@4, 1p, NONE, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
pin(@1, 3p) = -EFAULT
expect pte(@1).present, folio(@1).pinned == 0
pin(@3, 1p) = -EFAULT
pin(@4, 1p) = -EFAULT
pin(@4, 1p, FOLL_PIN) = -EFAULT
pin(@8, 1p, FOLL_GET) = -EFAULT
pin(@1, 0) = -EFAULT
unpin(@1, 1p) = -ENXIO
note "guard regions"
madvise(@2, 1p, MADV_GUARD_INSTALL)
pin(@1, 2p) = -EFAULT
