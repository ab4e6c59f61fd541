# A file of a disk is mapped, shared and private.  May a device have its pages?
#
# Not the shared ones to write for long: the file system would not hear of the stores.  For a
# moment it may, and to read; a private mapping gives it a copy.
# Kernel: mm/gup.c writable_file_mapping_allowed(), gup_fast_folio_allowed()

title "Pins and files of a disk"
window 20p

fd = open("/tmp/data", O_RDWR|O_CREAT, 0600)
ftruncate(fd, 4p)
mmap(@1, 1p, RW, SHARED|FIXED, fd, 0) = @1
mmap(@3, 1p, RW, PRIVATE|FIXED, fd, 1p) = @3
pin(@1, 1p) = -EFAULT
pin(@1, 1p, FOLL_PIN)
unpin(@1, 1p)
pin(@1, 1p, FOLL_PIN|FOLL_WRITE)
unpin(@1, 1p)
store(@1, 1p, 4)
gup_fast(@1) = 0
gup_fast(@1, 1p, FOLL_PIN|FOLL_WRITE) = 1
pin(@3, 1p)
expect folio(@3).anon, folio(@3).exclusive, pte(@3).write
store(@3, 1p, 5)
expect device(@3) == 5
