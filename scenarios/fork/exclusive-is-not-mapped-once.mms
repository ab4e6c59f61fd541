# The child has gone and the page is mapped once.  Is it exclusive?
#
# Not yet: PageAnonExclusive was cleared at fork and comes back only with the next write fault.
# pagemap shows the page as mapped exclusively all the same, for it means the mapcount.
# Kernel: mm/memory.c copy_present_ptes(), do_wp_page()

title "Mapped once is not PageAnonExclusive"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
Q = fork()
Q: exit(0)
expect folio(@1).mapcount == 1, folio(@1).exclusive == 0
store(@1)
expect folio(@1).exclusive
