# A page is migrated while MADV_DONTNEED throws it away. Is it gone in every order, and does nothing of it
# stay behind?
title "Migration against MADV_DONTNEED"
window 40p
set thp = never

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	thrower in P { madvise(@4, 1p, MADV_DONTNEED) }
	kcompactd { migrate(P:@4, 1p) = 0 or -EAGAIN or -EBUSY or -ENOENT }
}
expect pte(@4).none, mm(P).rss_anon == 0
