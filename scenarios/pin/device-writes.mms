# A device holds pages and writes to them when it likes: who sees what?
title "A device that writes"
window 40p
mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 2p, 7)
dma(@4) = -ENXIO
pin(@4, 2p) = 0
dma(@4, 2p, 9) = 0
expect content(@4) == 9, content(@5) == 9, device(@5) == 9
Q = fork()
dma(@4, 1p, 11) = 0
Q: load(@4) = 9
load(@4) = 11
unpin(@4, 2p) = 0
pin(@4, 1p, FOLL_PIN) = 0
dma(@4) = -EBADF
