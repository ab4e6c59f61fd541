# Is a userfaultfd had without a descriptor?
#
# No: EMFILE, as of any call that opens something, and only once its flags are known to be good.
# Kernel: fs/userfaultfd.c new_userfaultfd(); fs/file.c alloc_fd()

title "RLIMIT_NOFILE and userfaultfd()"

u = userfaultfd(O_CLOEXEC)
setrlimit(RLIMIT_NOFILE, {rlim_cur=0, rlim_max=256})
userfaultfd(0) = -EMFILE
userfaultfd(UFFD_USER_MODE_ONLY) = -EMFILE
userfaultfd(2) = -EINVAL
memfd_create("m", 0) = -EMFILE
note "what is open stays so"
UFFDIO_API(u, {features=0})
setrlimit(RLIMIT_NOFILE, {rlim_cur=256, rlim_max=256})
v = userfaultfd(0)
UFFDIO_API(v, {features=0})
