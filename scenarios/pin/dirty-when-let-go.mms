# A device wrote to a page with O_DIRECT, and lets it go.  Is the page dirty from then on?
#
# Yes: who has written for a moment says so at the end (set_page_dirty_lock()), and a dirty page that a
# child shares is not taken by MADV_FREE.  A buffer of io_uring is not marked when it goes; the
# fault that made it writable left its mark on the entry only, which MADV_FREE takes away.
# Kernel: block/bio.c bio_release_pages(), mm/madvise.c madvise_free_pte_range()

title "What a device leaves dirty"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
pin(@1, 1p, FOLL_PIN|FOLL_WRITE)
pin(@2, 1p)
expect !folio(@1).dirty, !folio(@2).dirty
unpin(@1, 2p)
expect folio(@1).dirty, !folio(@2).dirty
Q = fork()
madvise(@1, 2p, MADV_FREE)
expect pte(@1).dirty, !pte(@2).dirty
