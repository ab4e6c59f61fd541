/*
 * swap_device.c - swap devices: on and off, free slots, and the count of each.
 *
 * In the kernel:  mm/swapfile.c swapon(), get_swap_device(), swap_duplicate(),
 *                 swap_entries_put_map(), swapcache_prepare(), swap_count_continued().
 * Left out:       several devices with priorities, clusters as lists, bad slots.
 * Locks:          the cluster's for everything that is said of a slot.
 */
#include "machine.h"
#include "machine_parts.h"
#include "swap.h"

void swap_init(struct machine *machine)
{
	struct machine *before = machine_enter(machine);

	machine->swap = g_new0(struct swap, 1);
	machine->swap->writeback = g_ptr_array_new();
	machine->swap->held = g_ptr_array_new();
	machine->swap->hold = machine->config.swap_writeback == SWAP_WRITEBACK_HELD;
	if (machine->config.swap)
		swap_device_on(0);
	machine_enter(before);
}

static void device_free(struct swap_info_struct *si)
{
	g_free(si->slot);
	g_free(si->cluster);
	g_free(si);
}

void swap_fini(struct machine *machine)
{
	struct machine *before = machine_enter(machine);

	for (unsigned int type = 0; type < MAX_SWAPFILES; type++)
		if (machine->swap->info[type])
			swap_device_off(machine->swap->info[type]);
	while (machine->swap->gone) {
		struct swap_info_struct *si = machine->swap->gone;

		machine->swap->gone = si->gone;
		device_free(si);
	}
	g_ptr_array_unref(machine->swap->writeback);
	g_ptr_array_unref(machine->swap->held);
	g_clear_pointer(&machine->swap, g_free);
	machine_enter(before);
}

static unsigned int device_flags(const struct machine_config *config)
{
	static const unsigned int of_kind[] = {
		[SWAP_FILE] = 0,
		[SWAP_DISK] = SWP_BLKDEV,
		[SWAP_ZRAM] = SWP_BLKDEV | SWP_SYNCHRONOUS_IO | SWP_STABLE_WRITES,
	};
	unsigned int flags = of_kind[config->swap_device];

	if (config->swap_stable_writes == SWAP_STABLE_ON)
		flags |= SWP_STABLE_WRITES;
	else if (config->swap_stable_writes == SWAP_STABLE_OFF)
		flags &= ~SWP_STABLE_WRITES;
	return flags;
}

int swap_device_on(unsigned int type)
{
	struct swap *swap = mach->swap;
	struct swap_info_struct *si;

	if (type >= MAX_SWAPFILES || mach->config.swap < 2 * PAGE_SIZE)
		return -EINVAL;
	if (swap->info[type])
		return -EBUSY;
	si = g_new0(struct swap_info_struct, 1);
	si->type = type;
	si->max = mach->config.swap >> PAGE_SHIFT;
	si->flags = device_flags(&mach->config) | SWP_WRITEOK;
	si->slot = g_new0(struct swap_slot, si->max);
	si->nr_clusters = (si->max + SWAP_CLUSTER_SLOTS - 1) / SWAP_CLUSTER_SLOTS;
	si->cluster = g_new0(struct swap_cluster, si->nr_clusters);
	si->slot[0].map = SWAP_MAP_BAD;
	si->cluster[0].used = 1;
	/* What lies beyond the device is in use for good. */
	si->cluster[si->nr_clusters - 1].used = (uint16_t)(
		si->cluster[si->nr_clusters - 1].used + si->nr_clusters * SWAP_CLUSTER_SLOTS -
		si->max);
	swap->info[type] = si;
	swap->nr_swap_pages += si->max - 1;
	swap->total_swap_pages += si->max - 1;
	return 0;
}

void swap_device_off(struct swap_info_struct *si)
{
	mach->swap->info[si->type] = NULL;
	if (likely(!mach->quarantine)) {
		device_free(si);
		return;
	}
	si->gone = mach->swap->gone;
	mach->swap->gone = si;
}

void swap_map_use(const struct swap_info_struct *si, const char *site)
{
	if (likely(mach->swap->info[si->type] == si))
		return;
	violation_add("use-after-free", current->name, "the slots of a swap device that is on",
		      "%s looks at slots of a device that swapoff() has taken off", site);
}

struct swap_info_struct *swap_entry_to_info(pte_t entry)
{
	unsigned int type = swp_type(entry);

	return type < MAX_SWAPFILES ? mach->swap->info[type] : NULL;
}

struct swap_slot *swap_slot(pte_t entry)
{
	struct swap_info_struct *si = swap_entry_to_info(entry);
	uint64_t offset = swp_offset(entry);

	return si && offset && offset < si->max ? &si->slot[offset] : NULL;
}

struct swap_info_struct *get_swap_device(pte_t entry)
{
	struct swap_info_struct *si;

	sched_step(mach->swap, ACCESS_READ, "get_swap_device");
	if (!swap_slot(entry))
		return NULL;
	si = swap_entry_to_info(entry);
	sched_touch(&si->users, ACCESS_READ);
	si->users++;
	return si;
}

void put_swap_device(struct swap_info_struct *si)
{
	sched_touch(&si->users, ACCESS_READ);
	si->users--;
	wake_up(si);
}

bool vm_swap_full(void)
{
	sched_touch(&mach->swap->nr_swap_pages, ACCESS_READ);
	return mach->swap->nr_swap_pages * 2 < mach->swap->total_swap_pages;
}

static struct swap_cluster *cluster_of(pte_t entry)
{
	return &swap_entry_to_info(entry)->cluster[swp_offset(entry) / SWAP_CLUSTER_SLOTS];
}

void swap_cluster_lock(pte_t entry)
{
	spin_lock(&cluster_of(entry)->lock, LOCK_SWAP);
}

void swap_cluster_unlock(pte_t entry)
{
	spin_unlock(&cluster_of(entry)->lock, LOCK_SWAP);
}

/* What stands for the part in what is told of steps. */
static const void *slot_part(const struct swap_slot *slot, enum slot_part part)
{
	return part == SLOT_MAP ? (const void *)&slot->map :
	       part == SLOT_FOLIO ? (const void *)&slot->folio : &slot->content;
}

const struct swap_slot *swap_slot_unlocked(pte_t entry, enum slot_part part, const char *site)
{
	const struct swap_slot *slot = swap_slot(entry);

	if (slot)
		sched_step(slot_part(slot, part), ACCESS_READ, site);
	return slot;
}

void swap_slot_changes(struct swap_slot *slot, enum slot_part part)
{
	sched_touch(slot_part(slot, part), ACCESS_WRITE);
}

/* ---- slots ---- */

static bool range_is_free(const struct swap_info_struct *si, uint64_t offset, uint64_t nr)
{
	for (uint64_t n = 0; n < nr; n++)
		if (si->slot[offset + n].map)
			return false;
	return true;
}

/* Kernel: cluster_alloc_range(). */
static bool take_range(struct swap_info_struct *si, uint64_t offset, unsigned int order)
{
	struct swap_cluster *cluster = &si->cluster[offset / SWAP_CLUSTER_SLOTS];
	pte_t entry = swp_pte(si->type, offset);
	uint64_t nr = 1UL << order;
	bool good;

	for (uint64_t n = 0; unlikely(mach->sched) && n < nr; n++)
		swap_slot_unlocked(swp_entry_add(entry, n), SLOT_MAP, "cluster_alloc_range");
	if (!range_is_free(si, offset, nr))
		return false;
	swap_cluster_lock(entry);
	good = range_is_free(si, offset, nr);
	for (uint64_t n = 0; good && n < nr; n++) {
		swap_slot_changes(&si->slot[offset + n], SLOT_MAP);
		si->slot[offset + n] = (struct swap_slot){ .map = SWAP_HAS_CACHE };
	}
	if (good) {
		sched_touch(&mach->swap->nr_swap_pages, ACCESS_WRITE);
		sched_touch(&si->inuse_pages, ACCESS_WRITE);
		sched_touch(&cluster->used, ACCESS_WRITE);
		if (!cluster->used)
			cluster->order = (uint8_t)order;
		cluster->used = (uint16_t)(cluster->used + nr);
		si->inuse_pages += nr;
		mach->swap->nr_swap_pages -= nr;
	}
	swap_cluster_unlock(entry);
	return good;
}

/* Which clusters to look in: those of the order that are in use, empty ones, any. */
enum cluster_choice { CLUSTER_NONFULL, CLUSTER_FREE, CLUSTER_ANY, NR_CLUSTER_CHOICES };

static bool cluster_usable(const struct swap_cluster *cluster, unsigned int order,
			   enum cluster_choice choice)
{
	if (cluster->used + (1U << order) > SWAP_CLUSTER_SLOTS)
		return false;
	if (choice == CLUSTER_NONFULL)
		return cluster->used && cluster->order == order;
	if (choice == CLUSTER_FREE)
		return !cluster->used;
	return order == 0;		/* single pages go anywhere in the end */
}

/* The lowest free and aligned slots of one device; 0 if there are none.  Kernel:
 * cluster_alloc_swap_entry(), alloc_swap_scan_list(). */
static uint64_t alloc_in_device(struct swap_info_struct *si, unsigned int order)
{
	uint64_t nr = 1UL << order;

	for (unsigned int choice = 0; choice < NR_CLUSTER_CHOICES; choice++) {
		for (uint64_t i = 0; i < si->nr_clusters; i++) {
			uint64_t first = i * SWAP_CLUSTER_SLOTS, offset = first;
			uint64_t end = MIN(first + SWAP_CLUSTER_SLOTS, si->max);

			sched_touch(&si->cluster[i].used, ACCESS_READ);
			if (!cluster_usable(&si->cluster[i], order, (enum cluster_choice)choice))
				continue;
			for (; offset + nr <= end; offset += nr)
				if (take_range(si, offset, order))
					return offset;
		}
	}
	return 0;
}

pte_t swap_alloc_slots(unsigned int order)
{
	for (unsigned int type = 0; type < MAX_SWAPFILES; type++) {
		struct swap_info_struct *si = mach->swap->info[type];
		uint64_t offset;

		if (!si)
			continue;
		sched_touch(&si->flags, ACCESS_READ);
		if (!(si->flags & SWP_WRITEOK))
			continue;
		/* The pieces of a file may lie anywhere on its disk. */
		if (order && !(si->flags & SWP_BLKDEV))
			continue;
		offset = alloc_in_device(si, order);
		if (offset)
			return swp_pte(type, offset);
	}
	return 0;
}

/* Nobody needs the slot any more.  Kernel: swap_entries_free(). */
static void slot_free(pte_t entry)
{
	struct swap_info_struct *si = swap_entry_to_info(entry);
	uint64_t offset = swp_offset(entry);

	if (si->slot[offset].content)
		swap_slot_changes(&si->slot[offset], SLOT_CONTENT);
	sched_touch(&cluster_of(entry)->used, ACCESS_WRITE);
	si->slot[offset] = (struct swap_slot){};
	sched_touch(&si->inuse_pages, ACCESS_WRITE);
	si->inuse_pages--;
	cluster_of(entry)->used--;
	sched_touch(&mach->swap->nr_swap_pages, ACCESS_WRITE);
	if (si->flags & SWP_WRITEOK)
		mach->swap->nr_swap_pages++;
	wake_up(si);
}

/* ---- counts ---- */

unsigned int swap_slot_count(const struct swap_slot *slot)
{
	if (slot->map == SWAP_MAP_BAD)
		return 0;
	if ((slot->map & ~SWAP_HAS_CACHE) == SWAP_MAP_SHMEM)
		return 1;
	return (slot->map & SWAP_MAP_BAD) + slot->more;
}

unsigned int swap_count(pte_t entry)
{
	const struct swap_slot *slot = swap_slot_unlocked(entry, SLOT_MAP, "swap_count");

	return slot ? swap_slot_count(slot) : 0;
}

int swap_duplicate(pte_t entry)
{
	struct swap_slot *slot = swap_slot(entry);
	int error = 0;

	if (!slot)
		return -EINVAL;
	swap_cluster_lock(entry);
	swap_slot_changes(slot, SLOT_MAP);
	if (!slot->map)
		error = -ENOENT;
	else if ((slot->map & SWAP_MAP_BAD) < SWAP_MAP_MAX)
		slot->map++;
	else if (slot->map & COUNT_CONTINUED)
		slot->more++;
	else
		error = -ENOMEM;
	swap_cluster_unlock(entry);
	return error;
}

void swap_shmem_alloc(pte_t entry)
{
	struct swap_slot *slot = swap_slot(entry);

	swap_cluster_lock(entry);
	if (swap_slot_count(slot))
		violation_add("swap-count", "swap_shmem_alloc()", "a slot that nothing counts",
			      "slot %" G_GUINT64_FORMAT " has %u", swp_offset(entry),
			      swap_slot_count(slot));
	swap_slot_changes(slot, SLOT_MAP);
	slot->map |= SWAP_MAP_SHMEM;
	swap_cluster_unlock(entry);
}

int add_swap_count_continuation(pte_t entry)
{
	struct swap_slot *slot = swap_slot(entry);

	might_sleep("add_swap_count_continuation");
	if (model_alloc_fails("a count of a swap slot beyond 62"))
		return -ENOMEM;
	swap_cluster_lock(entry);
	/* It may have been freed, or have shrunk, while memory was found. */
	if ((slot->map & SWAP_MAP_BAD) == SWAP_MAP_MAX)
		slot->map |= COUNT_CONTINUED;
	swap_cluster_unlock(entry);
	return 0;
}

/* One word less, under the lock.  Kernel: swap_entries_put_map(). */
static void count_down(pte_t entry, struct swap_slot *slot)
{
	struct swap_info_struct *si = swap_entry_to_info(entry);

	if (!swap_slot_count(slot)) {
		violation_add("swap-count", "swap_free()", "a count to drop",
			      "slot %" G_GUINT64_FORMAT " has none", swp_offset(entry));
		return;
	}
	swap_slot_changes(slot, SLOT_MAP);
	si->drops++;
	wake_up(si);
	if ((slot->map & ~SWAP_HAS_CACHE) == SWAP_MAP_SHMEM)
		slot->map &= SWAP_HAS_CACHE;
	else if (slot->more)
		slot->more--;
	else
		slot->map--;
	if (!slot->more && (slot->map & SWAP_MAP_BAD) < SWAP_MAP_MAX)
		slot->map = (uint8_t)(slot->map & ~COUNT_CONTINUED);
	if (!slot->map)
		slot_free(entry);
}

void swap_free(pte_t entry)
{
	struct swap_slot *slot = swap_slot(entry);

	swap_cluster_lock(entry);
	count_down(entry, slot);
	swap_cluster_unlock(entry);
}

/* May the slot be claimed?  Under the lock. */
static int claim_error(const struct swap_slot *slot)
{
	if (!slot->map)
		return -ENOENT;
	if (slot->map & SWAP_HAS_CACHE)
		return swap_slot_count(slot) ? -EEXIST : -ENOENT;
	return 0;
}

int swapcache_prepare(pte_t entry, unsigned long nr)
{
	int error = 0;

	if (!swap_slot(entry))
		return -EINVAL;
	/* Count and flag are looked at and the flag set in one step: otherwise two readers
	 * could both believe that they are alone. */
	swap_cluster_lock(entry);
	for (unsigned long n = 0; n < nr && !error; n++)
		error = claim_error(swap_slot(swp_entry_add(entry, n)));
	for (unsigned long n = 0; n < nr && !error; n++) {
		struct swap_slot *slot = swap_slot(swp_entry_add(entry, n));

		swap_slot_changes(slot, SLOT_MAP);
		slot->map |= SWAP_HAS_CACHE;
	}
	swap_cluster_unlock(entry);
	return error;
}

/* The cache's claim on a slot ends, under the lock. */
static void drop_cache_flag(pte_t entry, struct swap_slot *slot)
{
	swap_slot_changes(slot, SLOT_MAP);
	slot->map = (uint8_t)(slot->map & ~SWAP_HAS_CACHE);
	if (!slot->map)
		slot_free(entry);
}

void swapcache_clear(pte_t entry, unsigned long nr)
{
	swap_cluster_lock(entry);
	for (unsigned long n = 0; n < nr; n++) {
		pte_t one = swp_entry_add(entry, n);

		drop_cache_flag(one, swap_slot(one));
	}
	swap_cluster_unlock(entry);
	for (unsigned long n = 0; n < nr; n++)
		wake_up(swap_slot(swp_entry_add(entry, n)));
}

void swapcache_wait(pte_t entry)
{
	const struct swap_slot *slot = swap_slot(entry);

	while (slot->map & SWAP_HAS_CACHE && !slot->folio)
		if (!wait_on(slot, "swapcache_prepare"))
			break;
}

bool swap_peek(pte_t entry, uint64_t *content)
{
	const struct swap_slot *slot = swap_slot(entry);

	if (!slot || !slot->map)
		return false;
	if (slot->folio && folio_test(slot->folio, PG_uptodate))
		*content = swap_page(slot->folio, entry)->content;
	else
		*content = slot->zero ? 0 : slot->content;
	return true;
}
