# The two ranges may overlap, and may lie in one area.  What becomes of it?  Pages go one after the other,
# from low to high addresses: towards lower addresses the range slides; towards higher ones the second
# page is in the way of the first.
# Kernel: mm/userfaultfd.c move_pages()

title "Source and destination overlap"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@1, 24p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
UFFDIO_REGISTER(u, {start=@1, len=24p, mode=UFFDIO_REGISTER_MODE_WP})
store(@5, 1p, 50)
store(@6, 1p, 60)
store(@7, 1p, 70)
store(@8, 1p, 80)
store(@9, 1p, 90)
store(@10, 1p, 100)
store(@11, 1p, 110)
store(@12, 1p, 120)

note "down by four: @5 to @8 were emptied before they are filled"
UFFDIO_MOVE(u, {dst=@1, src=@5, len=8p, move=8p}) = 0
expect content(@1) == 50, content(@4) == 80, content(@5) == 90, content(@8) == 120
expect pte(@9).none, pte(@12).none

note "up by four: the fifth page is in the way of the first"
UFFDIO_MOVE(u, {dst=@5, src=@1, len=8p, move=-EEXIST}) = -EEXIST
note "up over a hole: the first page goes, and is in the way of nobody"
UFFDIO_MOVE(u, {dst=@12, src=@8, len=1p, move=1p}) = 0
UFFDIO_MOVE(u, {dst=@8, src=@4, len=8p, move=4p, mode=UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES}) = -EAGAIN
expect content(@8) == 80, content(@11) == 110, content(@12) == 120

note "onto itself"
UFFDIO_MOVE(u, {dst=@1, src=@1, len=1p, move=-EEXIST}) = -EEXIST
UFFDIO_MOVE(u, {dst=@20, src=@20, len=1p, move=-ENOENT}) = -ENOENT
UFFDIO_MOVE(u, {dst=@20, src=@20, len=1p, move=1p, mode=UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES}) = 0
expect vmas(@1..@25) == 1
