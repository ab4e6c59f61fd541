# UFFDIO_COPY sees nothing in the PMD word; a fault puts the huge zero page there, so that no table is made, and
# MADV_DONTNEED takes it away before anybody looks whether it is huge (CVE-2024-46787, 71c186efc1b2 and 4828d207dc51,
# from 4.3 to 6.10). All hold their locks for reading. Is there a table, as the assertion says?
title "UFFDIO_COPY is sure of its page table"
window 4M
set thp = always
bug uffd-fill-asserts-pmd

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED)
store(@0, 1p, 1)
madvise(@0, 2M, MADV_DONTNEED)
mmap(@600, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@600, 1p, 7)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@0, len=2M, mode=UFFDIO_REGISTER_MODE_WP})
race {
	copier in P { UFFDIO_COPY(u, {dst=@3, src=@600, len=1p, mode=0}) = 0 or -EEXIST or -EAGAIN or -EFAULT }
	other in P {
		load(@0) = 0
		madvise(@0, 2M, MADV_DONTNEED) = 0
	}
}
must violate bug-on
sometimes content(@3) == 7
sometimes pte(@3).none
