/*
 * pins.c - devices that hold pages of processes.
 *
 * In the kernel:  io_uring/rsrc.c io_sqe_buffer_register(), io_pin_pages();
 *                 fs/splice.c vmsplice_to_pipe(); block/bio.c bio_iov_iter_get_pages();
 *                 mm/process_vm_access.c.
 * Left out:       RLIMIT_MEMLOCK and mm->pinned_vm, which only count.
 * Locks:          none of its own.
 */
#include <limits.h>

#include "gup.h"
#include "machine.h"

/* As much as one buffer of io_uring may have. */
#define MAX_LENGTH	(1UL << 30)

int device_pin_refs(const struct device_pin *pin)
{
	const struct folio *folio = pfn_to_page(pin->pfn)->folio;

	if (!(pin->flags & FOLL_PIN))
		return 1;
	if (is_zero_folio(folio))
		return 0;
	return folio->large ? 1 : GUP_PIN_COUNTING_BIAS;
}

/* Has the device, when it lets go, to say that it has written? Those of io_uring need not, for
 * whose pages that was done at the beginning.  Kernel: bio_release_pages(). */
static bool leaves_dirty(unsigned int flags)
{
	return (flags & (FOLL_PIN | FOLL_WRITE | FOLL_LONGTERM)) == (FOLL_PIN | FOLL_WRITE);
}

static void let_go(struct page *page, unsigned int flags)
{
	if (leaves_dirty(flags)) {
		folio_lock(page->folio);
		folio_set(page->folio, PG_dirty);
		folio_unlock(page->folio);
	}
	gup_put_page(page, flags);
}

static void pin_drop(struct device_pin *pin)
{
	let_go(pfn_to_page(pin->pfn), pin->flags);
	sched_touch(&mach->next_id[KIND_PIN], ACCESS_WRITE);
	model_free(KIND_PIN, pin);
}

/* Before any page is looked for: what the address holds by then is what is written to.  NULL if
 * nothing is noted. */
static struct ghost_ref *notes_for(unsigned long addr, unsigned long nr, unsigned int flags)
{
	struct ghost_ref *notes;

	if (likely(!mach->tlb_on) || !(flags & FOLL_WRITE) || flags & FOLL_REMOTE)
		return NULL;
	notes = g_new0(struct ghost_ref, nr);
	for (unsigned long i = 0; i < nr; i++)
		notes[i] = ghost_for(current->mm, addr + i * PAGE_SIZE);
	return notes;
}

/* A record for each page; false without memory, with none left. */
static bool pins_add(unsigned long addr, unsigned int flags, struct page *const *pages, long nr,
		     const struct ghost_ref *notes)
{
	g_autofree struct device_pin **pins = g_new0(struct device_pin *, nr);

	sched_touch(&mach->next_id[KIND_PIN], ACCESS_WRITE);
	for (long i = 0; i < nr; i++) {
		pins[i] = NEW(KIND_PIN, struct device_pin, "a device's list of pages");
		if (!pins[i]) {
			while (i-- > 0)
				model_free(KIND_PIN, pins[i]);
			return false;
		}
		pins[i]->tgid = current->tgid;
		pins[i]->mm = current->mm->id;
		pins[i]->addr = addr + (unsigned long)i * PAGE_SIZE;
		pins[i]->pfn = page_to_pfn(pages[i]);
		pins[i]->flags = flags;
		if (notes && folio_test_anon(pages[i]->folio))
			pins[i]->note = notes[i];
	}
	return true;
}

/* What it has got of a range is of no use without the rest; a transfer was made all the same. */
static void put_all(struct page *const *pages, long nr, unsigned int flags)
{
	while (nr-- > 0)
		let_go(pages[nr], flags);
}

/* Pages that a device of @flags asks for at once: BIO_MAX_VECS and the like. */
static unsigned long batch_of(unsigned int flags)
{
	if (flags & FOLL_LONGTERM)
		return ULONG_MAX;
	if (flags & FOLL_REMOTE)
		return 1024;
	return flags & FOLL_GET ? 16 : 256;
}

/* As the device of @flags asks; how many pages it got, or the error at the first one. */
static long take_pages(unsigned long addr, unsigned long nr, unsigned int flags,
		       struct page **pages)
{
	unsigned long batch = batch_of(flags), done = 0;
	long got;

	do {
		unsigned long start = addr + done * PAGE_SIZE;
		unsigned long len = MIN(nr - done, batch) * PAGE_SIZE;

		got = flags & FOLL_REMOTE ? gup_remote(start, len, flags, pages + done) :
					    gup_fast_fallback(start, len, flags, pages + done);
		if (got > 0)
			done += (unsigned long)got;
	} while (got > 0 && done < nr && !(flags & FOLL_LONGTERM));
	return done ? (long)done : got;
}

/* @flags as a device may ask for them, FOLL_PIN where FOLL_GET is not; 0 if not so. */
static unsigned int device_flags(unsigned int flags)
{
	if (!(flags & FOLL_GET))
		flags |= FOLL_PIN;
	if (flags & ~(FOLL_GET | FOLL_PIN | FOLL_WRITE | FOLL_LONGTERM | FOLL_REMOTE))
		return 0;
	if (flags & FOLL_REMOTE && flags & (FOLL_GET | FOLL_LONGTERM))
		return 0;
	/* Pages kept for long are pinned: is_valid_gup_args(). */
	if (flags & FOLL_GET && flags & (FOLL_PIN | FOLL_LONGTERM))
		return 0;
	return flags;
}

/* The pages around [addr, addr + len); false if that is no buffer. */
static bool page_range(unsigned long *addr, unsigned long *len)
{
	unsigned long end = *addr + *len;

	if (!*len || *len > MAX_LENGTH || end < *addr || end > TASK_SIZE)
		return false;
	end = (end + PAGE_SIZE - 1) & PAGE_MASK;
	*addr &= PAGE_MASK;
	*len = end - *addr;
	return true;
}

long device_pin(unsigned long addr, unsigned long len, unsigned int flags)
{
	g_autofree struct page **pages = NULL;
	g_autofree struct ghost_ref *notes = NULL;
	long nr, got;

	flags = device_flags(flags);
	if (!flags)
		return -EINVAL;
	if (!page_range(&addr, &len))
		return -EFAULT;
	nr = (long)(len >> PAGE_SHIFT);
	pages = g_new0(struct page *, nr);
	notes = notes_for(addr, (unsigned long)nr, flags);
	got = take_pages(addr, len >> PAGE_SHIFT, flags, pages);
	if (got == nr && pins_add(addr, flags, pages, nr, notes))
		return 0;
	if (got < 0)
		return got;
	put_all(pages, got, flags);
	return got < nr ? -EFAULT : -ENOMEM;
}

long device_pin_fast(unsigned long addr, unsigned long len, unsigned int flags)
{
	g_autofree struct page **pages = NULL;
	g_autofree struct ghost_ref *notes = NULL;
	unsigned long got;

	flags = device_flags(flags);
	if (!flags || flags & FOLL_REMOTE)
		return -EINVAL;
	if (!page_range(&addr, &len))
		return -EFAULT;
	pages = g_new0(struct page *, len >> PAGE_SHIFT);
	notes = notes_for(addr, len >> PAGE_SHIFT, flags);
	if (flags & FOLL_PIN)
		WRITE_SHARED(&current->mm->has_pinned, current->mm->has_pinned, true,
			     "mm_set_has_pinned_flag");
	got = gup_fast(addr, len, flags, pages);
	if (pins_add(addr, flags, pages, (long)got, notes))
		return (long)got;
	put_all(pages, (long)got, flags);
	return -ENOMEM;
}

/* The youngest pin of that page, among those in @list; NULL if none. */
static struct device_pin *pin_find(const GPtrArray *list, unsigned int tgid, unsigned long addr)
{
	for (guint i = list->len; i-- > 0;) {
		struct device_pin *pin = list->pdata[i];

		if (pin->tgid == tgid && pin->addr == addr)
			return pin;
	}
	return NULL;
}

long device_unpin(unsigned long addr, unsigned long len)
{
	g_autoptr(GPtrArray) list = object_list(mach, KIND_PIN);
	g_autoptr(GPtrArray) found = g_ptr_array_new();

	if (!page_range(&addr, &len))
		return -EFAULT;
	for (unsigned long at = addr; at < addr + len; at += PAGE_SIZE) {
		struct device_pin *pin = pin_find(list, current->tgid, at);

		if (!pin)
			return -ENXIO;
		g_ptr_array_add(found, pin);
	}
	for (guint i = 0; i < found->len; i++)
		pin_drop(found->pdata[i]);
	return 0;
}

long device_write(unsigned long addr, uint64_t value)
{
	g_autoptr(GPtrArray) list = object_list(mach, KIND_PIN);
	const struct device_pin *pin = pin_find(list, current->tgid, addr & PAGE_MASK);
	struct page *page = pin ? pfn_to_page(pin->pfn) : NULL;

	if (!pin)
		return -ENXIO;
	if (!(pin->flags & FOLL_WRITE))
		return -EBADF;
	WRITE_SHARED(page, page->content, value, "dma");
	ghost_store(pin->note, value);
	return 0;
}

struct page *device_page(const struct machine *machine, unsigned int tgid, unsigned long addr)
{
	g_autoptr(GPtrArray) list = object_list(machine, KIND_PIN);
	const struct device_pin *pin = pin_find(list, tgid, addr & PAGE_MASK);

	return pin ? pfn_to_page(pin->pfn) : NULL;
}

bool device_holds(const struct page *page)
{
	g_autoptr(GPtrArray) list = object_list(mach, KIND_PIN);

	sched_touch(&mach->next_id[KIND_PIN], ACCESS_READ);
	for (guint i = 0; i < list->len; i++)
		if (((const struct device_pin *)list->pdata[i])->pfn == page_to_pfn(page))
			return true;
	return false;
}

void devices_unpin_all(void)
{
	g_autoptr(GPtrArray) list = object_list(mach, KIND_PIN);

	for (guint i = 0; i < list->len; i++)
		pin_drop(list->pdata[i]);
}

/* ---- fields ---- */

static uint64_t get_tgid(const void *object)
{
	return ((const struct device_pin *)object)->tgid;
}
static uint64_t get_addr(const void *object)
{
	return ((const struct device_pin *)object)->addr;
}
static uint64_t get_folio(const void *object)
{
	return pfn_to_page(((const struct device_pin *)object)->pfn)->folio->id;
}
static uint64_t get_flags(const void *object)
{
	return ((const struct device_pin *)object)->flags;
}

static const struct field pin_fields[] = {
	{ "tgid", FIELD_NUMBER, .get = get_tgid, .what = "whose memory it was pinned in" },
	{ "addr", FIELD_ADDR, .get = get_addr, .what = "where the page was mapped then" },
	{ "folio", FIELD_REF, KIND_FOLIO, .get = get_folio, .what = "what the device holds" },
	{ "flags", FIELD_NUMBER, .get = get_flags, .what = "FOLL_*" },
};

const struct object_type pin_type = {
	.name = "pin", .fields = pin_fields, .nr_fields = G_N_ELEMENTS(pin_fields),
};
