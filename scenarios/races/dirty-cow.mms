# A debugger's write to a page that is mapped read-only and private: a fault makes the copy, and from then on
# the page was looked for as if to read it, since no store can be needed any more (CVE-2016-5195, 19be0eaffa3a, from
# 2.6.22 to 4.8). MADV_DONTNEED throws the copy away at that moment. Where does the write go?
title "A forced write, and MADV_DONTNEED"
window 40p
set thp = never
bug gup-drops-write-wish

fd = memfd_create("m", 0)
ftruncate(fd, 1p)
mmap(@20, 1p, RW, SHARED|FIXED, fd, 0) = @20
store(@20, 1p, 7)
mmap(@4, 1p, READ, PRIVATE|FIXED, fd, 0) = @4
race {
	writer in P { mem_write(@4, 1p, 9) = 0 }
	zapper in P { madvise(@4, 1p, MADV_DONTNEED) = 0 }
}
must violate private-write
expect content(@20) == 7
