/*
 * report_collapse.c - see report_collapse.h.
 *
 * A machine with one process whose block is full of small pages; khugepaged collapses it while
 * every step is counted under the locks that are held then.  A step is what the explorer calls
 * one: between two of them nobody else can run.  The second time somebody takes a reference of the
 * last page, as late as the design can still notice: from where it does, the way back is counted.
 */
#include <inttypes.h>
#include <string.h>

#include "model/collapse.h"
#include "model/machine.h"
#include "model/memory.h"
#include "model/syscalls.h"
#include "sim/json.h"
#include "sim/report_collapse.h"

#define BASE	0x40000000UL

/* What is counted. */
struct meter {
	const char *spoil_at;		/* the point at which a reference is taken; NULL: none is */
	struct folio *spoiled;		/* of which it was */
	bool noticed;			/* by the one who collapses */
	unsigned long steps;
	unsigned long mmap_write, mmap_read, rmap, spin;	/* of those, under such a lock */
	unsigned long longest_spin, spin_run;	/* without a moment in between */
	unsigned long objects;		/* ever made, when last looked */
	unsigned long allocs_spin, allocs_rmap;
	unsigned long back_steps, back_words, back_spin;	/* since it was noticed */
	uint64_t flushes, copies;
	enum scan_result result;
};

struct setup {
	const struct collapse_design *design;
	unsigned int kind;		/* enum collapse_design_kind */
	unsigned int order;
	const char *spoil_at;
};

static unsigned long objects_made(void)
{
	unsigned long nr = 0;

	for (unsigned int kind = 0; kind < NR_OBJECT_KINDS; kind++)
		nr += mach->next_id[kind];
	return nr;
}

/* The strongest of each that the running task holds. */
struct held {
	bool mmap_write, mmap_read, rmap, spin;
};

static struct held held_now(void)
{
	const struct task_struct *me = current;
	struct held held = {};

	for (unsigned int i = 0; i < me->nr_held; i++) {
		bool write = me->held[i].mode == LOCK_WRITE;

		held.mmap_write |= me->held[i].class == LOCK_MMAP && write;
		held.mmap_read |= me->held[i].class == LOCK_MMAP && !write;
		held.rmap |= me->held[i].class == LOCK_ANON_VMA;
		held.spin |= me->held[i].class >= LOCK_PAGE_TABLE;
	}
	return held;
}

static void count_locks(struct meter *meter, const struct held *held)
{
	unsigned long born = objects_made() - meter->objects;

	meter->objects += born;
	meter->mmap_write += held->mmap_write;
	meter->mmap_read += held->mmap_read;
	meter->rmap += held->rmap;
	meter->spin += held->spin;
	meter->spin_run = held->spin ? meter->spin_run + 1 : 0;
	meter->longest_spin = MAX(meter->longest_spin, meter->spin_run);
	meter->allocs_spin += held->spin ? born : 0;
	meter->allocs_rmap += held->rmap && !held->spin ? born : 0;
}

/* Somebody comes upon the last page of the block through physical memory. */
static void spoil(struct meter *meter)
{
	pfn_t pfn = *(const pfn_t *)mach->park_data;

	meter->spoiled = pfn_to_page(pfn)->folio;
	meter->spoiled->refcount++;
}

static void on_step(void *data, const void *object, enum access access, const char *site)
{
	struct meter *meter = data;
	struct held held = held_now();

	if (access == ACCESS_WRITE && meter->spoil_at && !meter->spoiled &&
	    !strcmp(site, meter->spoil_at)) {
		spoil(meter);
		return;
	}
	count_locks(meter, &held);
	meter->steps++;
	if (meter->noticed) {
		meter->back_steps++;
		meter->back_spin += held.spin;
		meter->back_words += access == ACCESS_WRITE && (!strcmp(site, "set_pte") ||
								!strcmp(site, "pgtable_link"));
	}
	meter->noticed |= meter->spoiled && object == &meter->spoiled->refcount &&
			  access == ACCESS_READ;
}

static void on_touch(void *data, const void *object, enum access access)
{
	(void)data;
	(void)object;
	(void)access;
}

static void on_woken(void *data, struct task_struct *waker, struct task_struct *sleeper)
{
	(void)data;
	(void)waker;
	(void)sleeper;
}

static unsigned int choose_first(void *data, unsigned int n, const char *what)
{
	(void)data;
	(void)n;
	(void)what;
	return 0;
}

static const struct sched_ops meter_ops = {
	.step = on_step, .touch = on_touch, .woken = on_woken, .choose = choose_first,
};

/* ---- one measurement ---- */

/* 2^order pages of small folios at BASE; the frame of the last one. */
static pfn_t fill_block(unsigned int order)
{
	unsigned long len = PAGE_SIZE << order;
	uint64_t content = 7;

	sys_mmap(BASE, PMD_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0);
	sys_madvise(BASE, PMD_SIZE, MADV_NOHUGEPAGE);
	for (unsigned long addr = BASE; addr < BASE + len; addr += PAGE_SIZE)
		access_user(addr, USER_STORE, &content);
	sys_madvise(BASE, PMD_SIZE, MADV_HUGEPAGE);
	return pte_pfn(pgtable_entry(current->mm, BASE + len - PAGE_SIZE, LEVEL_PTE));
}

static struct meter measure(const struct setup *setup)
{
	struct machine_config config;
	struct machine *machine, *before;
	struct meter meter = { .spoil_at = setup->spoil_at };
	struct mm_struct *mm;
	pfn_t last;

	machine_config_init(&config);
	config.collapse = setup->kind;
	config.thp = THP_NEVER;
	for (unsigned int order = 0; order <= HPAGE_PMD_ORDER; order++)
		config.thp_order[order] = order == setup->order ? THP_MADVISE : THP_NEVER;
	machine = machine_create(&config);
	before = machine_enter(machine);
	mach->current_task = task_create_first("P");
	last = fill_block(setup->order);
	mm = current->mm;
	mach->current_task = task_create_kernel("khugepaged");
	meter.flushes = mach->vm_events[VM_EVENT_tlb_flushes];
	meter.copies = mach->vm_events[VM_EVENT_copies];
	meter.objects = objects_made();
	mach->park_data = &last;
	mach->sched_data = &meter;
	mach->sched = &meter_ops;
	meter.result = khugepaged_collapse(mm, BASE);
	mach->sched = NULL;
	mach->sched_data = mach->park_data = NULL;
	meter.flushes = mach->vm_events[VM_EVENT_tlb_flushes] - meter.flushes;
	meter.copies = mach->vm_events[VM_EVENT_copies] - meter.copies;
	if (meter.spoiled)
		folio_put(meter.spoiled);
	machine_enter(before);
	machine_destroy(machine);
	return meter;
}

/* ---- telling ---- */

static void put_text(const struct setup *setup, const struct meter *meter, GString *out)
{
	g_string_append_printf(out, "%-9s %-6s %-10s %6lu %6lu %6lu %6lu %6lu %6lu %5lu %5lu "
			       "%4" PRIu64 " %5" PRIu64, setup->design->word,
			       setup->order == HPAGE_PMD_ORDER ? "2M" : "16K",
			       meter->result == SCAN_SUCCEED ? "collapsed" : "backed out",
			       meter->steps, meter->mmap_write, meter->mmap_read, meter->rmap,
			       meter->spin, meter->longest_spin, meter->allocs_spin,
			       meter->allocs_rmap, meter->flushes, meter->copies);
	if (meter->spoiled)
		g_string_append_printf(out, " %6lu %6lu %6lu", meter->back_steps, meter->back_spin,
				       meter->back_words);
	g_string_append_c(out, '\n');
}

static void put_json(const struct setup *setup, const struct meter *meter, GString *out)
{
	g_string_append(out, "{\"event\":\"collapse\"");
	json_member_string(out, "design", setup->design->word);
	json_member_number(out, "order", (int64_t)setup->order);
	json_member_string(out, "result", scan_result_name(meter->result));
	json_member_number(out, "steps", (int64_t)meter->steps);
	json_member_number(out, "mmap_write", (int64_t)meter->mmap_write);
	json_member_number(out, "mmap_read", (int64_t)meter->mmap_read);
	json_member_number(out, "rmap", (int64_t)meter->rmap);
	json_member_number(out, "spin", (int64_t)meter->spin);
	json_member_number(out, "longest_spin", (int64_t)meter->longest_spin);
	json_member_number(out, "allocs_spin", (int64_t)meter->allocs_spin);
	json_member_number(out, "allocs_rmap", (int64_t)meter->allocs_rmap);
	json_member_number(out, "tlb_flushes", (int64_t)meter->flushes);
	json_member_number(out, "copies", (int64_t)meter->copies);
	json_member_number(out, "back_steps", (int64_t)meter->back_steps);
	json_member_number(out, "back_spin", (int64_t)meter->back_spin);
	json_member_number(out, "back_words", (int64_t)meter->back_words);
	g_string_append(out, "}\n");
}

/* Behind it the design looks at references for the last time. */
static const char *last_chance(unsigned int kind)
{
	switch (kind) {
	case COLLAPSE_TABLE:
		return "collapse:isolated";
	case COLLAPSE_PTES:
		return "collapse:words-taken";
	default:
		return "collapse:pmd-cleared";
	}
}

static void report_one(const struct collapse_design *design, unsigned int kind, unsigned int order,
		       bool json, GString *out)
{
	for (int spoilt = 0; spoilt < 2; spoilt++) {
		const struct setup setup = { design, kind, order, spoilt ? last_chance(kind) : NULL };
		struct meter meter = measure(&setup);

		if (json)
			put_json(&setup, &meter, out);
		else
			put_text(&setup, &meter, out);
	}
}

void report_collapse(bool json, GString *out)
{
	static const unsigned int orders[] = { HPAGE_PMD_ORDER, 2 };
	size_t nr;
	const struct collapse_design *designs = collapse_design_table(&nr);

	if (!json)
		g_string_append(out,
			"                                   steps with the lock held      "
			"allocations             way back\n"
			"design    block  outcome     steps mmap_w mmap_r   rmap   spin in row  "
			"spin  rmap  TLB  copy  steps   spin  words\n");
	for (size_t i = 0; i < G_N_ELEMENTS(orders); i++)
		for (unsigned int kind = 0; kind < nr; kind++)
			if (orders[i] == HPAGE_PMD_ORDER || designs[kind].smaller_orders)
				report_one(&designs[kind], kind, orders[i], json, out);
}
