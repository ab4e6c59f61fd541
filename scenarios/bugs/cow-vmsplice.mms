# The child gives the page that it shares with its parent to a pipe, and unmaps it. The parent stores: it is the only one
# that maps the page. May it keep the page?
#
# No: the pipe has it as well, and its reader belongs to the child.  Who asked for mappings alone let the child see what
# its parent stored (CVE-2020-29374).
# Kernel: mm/memory.c wp_can_reuse_anon_folio(), in place of reuse_swap_page(); 17839856fd58

title "The only one who maps a page"
bug cow-vmsplice
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
Q = fork()
Q: pin(@1, 1p, FOLL_GET)
Q: munmap(@1, 1p)
store(@1, 1p, 5)
expect content(@1) == 5
must violate pins
