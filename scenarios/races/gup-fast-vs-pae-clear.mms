# ksmd makes a page read-only and gives up that it is one process's own. It takes the word out, looks for pins, clears
# PageAnonExclusive, and puts the word back; a device pins the page to read it, by the fast path, looks at the word again,
# and then whether the page is exclusive. No barrier kept the two last stores of ksmd in order (088b8aa537c2, before
# 6.1). Has the device a page that is shared?
title "GUP-fast against the end of PageAnonExclusive"
window 8p
bug gup-fast-vs-pae-clear

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 2p, MADV_MERGEABLE)
store(@1, 2p, 7)
race {
	ksmd { merge(P:@1, P:@2) = 0 or -EFAULT }
	device in P { gup_fast(@2, 1p, FOLL_PIN) = 0 or 1 }
}
must violate pins
expect content(@1) == 7, content(@2) == 7
