# A child whose parent had used its heap grows its own: is it one area?
#
# Two: what came by fork with pages stays apart from new memory.
# Kernel: mm/vma.c do_brk_flags(), vma_is_fork_child()

title "brk in a forked child makes a second heap area"

b = brk(0)
brk(b + 4p) = b + 4p
store(b)
Q = fork()
Q: brk(b + 8p) = b + 8p
expect vma(Q:b) != vma(Q:(b + 4p))
brk(b + 8p) = b + 8p
expect vma(b) == vma(b + 4p)
