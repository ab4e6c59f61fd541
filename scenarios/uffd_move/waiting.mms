# Threads wait for pages at the destination: who is woken, and when?  Those of the part that is done, holes included: whoever
# finds a hole there waits again.  With UFFDIO_MOVE_MODE_DONTWAKE nobody is, until UFFDIO_WAKE.
# Kernel: fs/userfaultfd.c userfaultfd_move(), wake_userfault()

title "Who is woken by a move"
window 40p

u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
mmap(@0, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@16, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @16
UFFDIO_REGISTER(u, {start=@16, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@0, 3p, 7)

P.a: load(@16) = blocked
P.b: load(@19) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@16})
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@19})
note "a part: the fourth page is a hole"
UFFDIO_MOVE(u, {dst=@16, src=@0, len=4p, move=3p}) = -EAGAIN
P.a: finish() = 7
P.b: finish() = blocked
note "the hole counts as moved: its thread wakes, and waits again, with a new message"
UFFDIO_MOVE(u, {dst=@19, src=@3, len=1p, mode=UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES, move=1p}) = 0
P.b: finish() = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@19})

note "nobody is woken"
store(@4, 1p, 8)
UFFDIO_MOVE(u, {dst=@19, src=@4, len=1p, mode=UFFDIO_MOVE_MODE_DONTWAKE, move=1p}) = 0
P.b: finish() = blocked
UFFDIO_WAKE(u, {start=@19, len=1p})
P.b: finish() = 8
