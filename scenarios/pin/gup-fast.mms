# What does the fast path of get_user_pages() get, that looks at page tables only?
#
# What is mapped as it needs it: writable to write, exclusive to read for a device.  It brings nothing
# in and makes nothing writable; the zero page, and memory that is being forked, it leaves to the slow path.
# Kernel: mm/gup.c gup_fast_pte_range()

title "The fast path"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
gup_fast(@1) = 0
load(@1)
gup_fast(@1) = 0
store(@1, 3p, 4)
gup_fast(@1) = 1
expect folio(@1).pinned
unpin(@1, 1p)
note "up to the first page that is not there"
gup_fast(@1, 4p) = 3
unpin(@1, 3p)
mprotect(@1, 4p, READ)
gup_fast(@1) = 0
gup_fast(@1, 1p, FOLL_PIN) = 1
unpin(@1, 1p)
note "shared: a plain reference only"
Q = fork()
gup_fast(@1, 1p, FOLL_PIN) = 0
gup_fast(@1, 1p, FOLL_GET) = 1
unpin(@1, 1p)
