# Compaction moves a page of shared memory that userfaultfd protects: is it still protected?
#
# It is: what the migration puts back is read-only.  Until 6.0 the protection of the area was put back, which allows stores.
# Kernel: mm/migrate.c remove_migration_pte(); 624a2c94f5b7, in 6.1

title "Protected, and writable after a migration"
bug uffd-wp-restored-writable
window 40p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@8, 4p, RW, SHARED|FIXED, f, 0) = @8
store(@8, 2p, 8)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@8, len=2p, mode=1})
let page = folio(@8).pfn
kcompactd: migrate(P:@8) = 0
expect folio(@8).pfn != page, pte(@8).uffd_wp
P.a: store(@8, 1p, 9) = blocked or 0
must violate uffd-wp
must violate uffd-wp-kept
