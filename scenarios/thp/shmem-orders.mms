# How large are the pages of shared memory that a fault, or fallocate(), makes?
title "sizes of shared memory: what its settings give to whom"
window 1536p
set thp.shmem_enabled = within_size
# a fault gets 2 MiB, if all of that is in the file and in the area, or one page
f = memfd_create("f", 0)
ftruncate(f, 780p)
mmap(@0, 1024p, RW, SHARED|FIXED, f, 0)
store(@3, 1p, 1)
expect folio(P:@3).order == 9
store(@513, 1p, 2)
expect folio(P:@513).order == 0
# fallocate() gets the largest that fits between what is there
g = memfd_create("g", 0)
fallocate(g, 0, 0, 780p)
mmap(@0, 1024p, RW, SHARED|FIXED, g, 0)
load(@0) = 0
expect folio(P:@0).order == 9
load(@512) = 0
expect folio(P:@512).order == 8
load(@768) = 0
expect folio(P:@768).order == 3
load(@776) = 0
expect folio(P:@776).order == 2
