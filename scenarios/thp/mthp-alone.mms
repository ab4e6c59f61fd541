# Does one size work where huge pages are off otherwise? And what has khugepaged to do then?
title "64 KiB always, all else never"
set thp = never
set thp.64K = always
window 1536p
mmap(@0, 512p, RW, PRIVATE|FIXED|ANONYMOUS) = @0
store(@0, 300p, 110)
expect folio(P:@0).order == 4
expect folio(P:@299).order == 4
expect mm(P).rss_anon == 304
# 2 MiB is off, so that there is no khugepaged
khugepaged: scan(P) = 0
expect mm(P).rss_anon == 304
