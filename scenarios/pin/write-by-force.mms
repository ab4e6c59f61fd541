# A debugger writes to memory by /proc/PID/mem: where may it, and whose page does it change?
title "Writes by force"
window 40p
set thp = never

fd = memfd_create("m", 0)
ftruncate(fd, 2p)
mmap(@20, 2p, RW, SHARED|FIXED, fd, 0) = @20
store(@20, 2p, 7)
mmap(@4, 2p, READ, PRIVATE|FIXED, fd, 0) = @4
load(@4) = 7
mem_write(@4, 1p, 9) = 0
mem_write(@5) = 0
expect content(@4) == 9, content(@20) == 7, content(@21) == 7
expect pte(@4).write == 0, folio(@4).exclusive, folio(@4).anon
Q = fork()
mem_write(@4, 1p, 11) = 0
Q: load(@4) = 9
mmap(@24, 1p, READ, SHARED|FIXED, fd, 0) = @24
mem_write(@24) = -EIO
mmap(@30, 1p, NONE, PRIVATE|ANONYMOUS|FIXED) = @30
mem_write(@30, 1p, 5) = 0
expect content(@30) == 5
munmap(@30, 1p)
mem_write(@30) = -EIO
