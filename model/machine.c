/*
 * machine.c - create, enter, reset and destroy a machine; what it reports.
 */
#include <inttypes.h>
#include <string.h>
#include "file.h"
#include "folio.h"
#include "machine.h"
#include "machine_parts.h"
#include "quarantine.h"

_Thread_local struct machine *mach;

#define MAX_VIOLATIONS	100

void machine_config_init(struct machine_config *config)
{
	*config = (struct machine_config){
		.ram = 4UL << 30,
		.ksm_max_page_sharing = 256,
		.cpus = 2,
		.nodes = 1,
		.mmap_min_addr = PAGE_SIZE,
		.max_map_count = 65530,
		.overcommit_ratio = 50,
		.capable = true,
		.thp = THP_MADVISE,
		.thp_order = {
			THP_NEVER, THP_NEVER, THP_NEVER, THP_NEVER, THP_NEVER,
			THP_NEVER, THP_NEVER, THP_NEVER, THP_NEVER, THP_INHERIT,
		},
		.thp_use_zero_page = true,
		.thp_shrink_underused = true,
		.max_ptes_none = HPAGE_PMD_NR - 1,
		.max_ptes_swap = HPAGE_PMD_NR / 8,
		.max_ptes_shared = HPAGE_PMD_NR / 2,
		.khugepaged_pages_to_scan = HPAGE_PMD_NR * 8,
		.khugepaged_defrag = true,
		.layout = LAYOUT_EMPTY,
		.rlim_stack = 8UL << 20,
		.rlim_memlock = 8UL << 20,
		.rlim_as = RLIM_INFINITY,
		.rlim_data = RLIM_INFINITY,
	};
	semantics_init(&config->semantics, KERNEL_VERSION(6, 18));
}

static void violation_clear(void *data)
{
	struct violation *violation = data;

	g_free(violation->rule);
	g_free(violation->place);
	g_free(violation->expected);
	g_free(violation->saw);
}

/* The zero page is a folio of its own, never freed, never counted by its mappings. */
static void zero_page_create(struct machine *machine)
{
	struct folio *folio = folio_alloc(0, "the zero page");

	if (!folio)
		g_error("no memory for the zero page: ram is %" PRIu64, machine->config.ram);
	folio_set(folio, PG_reserved);
	folio_set(folio, PG_uptodate);
	machine->zero_page = folio_page(folio, 0);
}

static void machine_start(struct machine *machine)
{
	struct machine *before = machine_enter(machine);

	INIT_LIST_HEAD(&machine->tasks);
	INIT_LIST_HEAD(&machine->split_queue);
	memset(machine->shrinker_deferred, 0, sizeof(machine->shrinker_deferred));
	machine->huge_zero_folio = NULL;
	machine->huge_zero_users = 0;
	INIT_LIST_HEAD(&machine->khugepaged_mms);
	machine->khugepaged_mm = NULL;
	machine->khugepaged_address = 0;
	INIT_LIST_HEAD(&machine->ksm_stable_nodes);
	INIT_LIST_HEAD(&machine->ksm_mms);
	INIT_LIST_HEAD(&machine->ksm_exited);
	INIT_LIST_HEAD(&machine->ksm_unstable);
	machine->ksm_unmerging = false;
	memset(&machine->boot_task, 0, sizeof(machine->boot_task));
	g_strlcpy(machine->boot_task.name, "boot", sizeof(machine->boot_task.name));
	INIT_LIST_HEAD(&machine->boot_task.tasks);
	machine->current_task = &machine->boot_task;
	machine->next_pid = 1;
	machine->tlb_on = false;
	machine->alone = 0;
	machine->cpu = 0;
	machine->rcu_readers = 0;
	machine->rcu_tables = NULL;
	if (machine->rcu_objects)
		g_array_set_size(machine->rcu_objects, 0);
	machine->quarantine = semantics_any_bug(&machine->config.semantics);
	tlb_reset(machine);
	ghost_reset(machine);
	machine->nr_allocs = machine->fail_nth = 0;
	machine->failed_site = NULL;
	memset(machine->quirks_met, 0, sizeof(machine->quirks_met));
	memset(machine->vm_events, 0, sizeof(machine->vm_events));
	machine->next_content = 1;
	machine->committed = 0;
	machine->nr_file_pages = machine->nr_shmem_pages = 0;
	machine->totalram_pages = machine->config.ram >> PAGE_SHIFT;
	zero_page_create(machine);
	machine_enter(before);
}

struct machine *machine_create(const struct machine_config *config)
{
	struct machine *machine = g_new0(struct machine, 1);

	machine->config = *config;
	slabs_init(machine);
	buddy_init(machine, config->ram);
	lru_init(machine);
	swap_init(machine);
	machine->inodes = g_ptr_array_new();
	machine->pin_homes = g_array_new(FALSE, FALSE, sizeof(struct pin_home));
	machine->violations = g_array_new(FALSE, TRUE, sizeof(struct violation));
	g_array_set_clear_func(machine->violations, violation_clear);
	machine_start(machine);
	return machine;
}

struct machine *machine_enter(struct machine *machine)
{
	struct machine *before = mach;

	mach = machine;
	return before;
}

/* Forgets all objects without taking them apart: tasks may stand in mid-call. */
void machine_reset(struct machine *machine)
{
	inodes_forget(machine);
	files_forget(machine);
	g_ptr_array_set_size(machine->inodes, 0);
	pin_homes_reset(machine);
	g_array_set_size(machine->violations, 0);
	machine->violations_dropped = 0;
	g_clear_pointer(&machine->unsupported, g_free);
	quarantine_reset(machine);
	slabs_reset(machine);
	swap_fini(machine);
	lru_fini(machine);
	buddy_fini(machine);
	buddy_init(machine, machine->config.ram);
	lru_init(machine);
	swap_init(machine);
	machine_start(machine);
}

void machine_destroy(struct machine *machine)
{
	if (!machine)
		return;
	inodes_forget(machine);
	files_forget(machine);
	swap_fini(machine);
	lru_fini(machine);
	buddy_fini(machine);
	slabs_fini(machine);
	quarantine_fini(machine);
	g_clear_pointer(&machine->rcu_objects, g_array_unref);
	g_ptr_array_unref(machine->inodes);
	g_array_unref(machine->pin_homes);
	g_array_unref(machine->violations);
	g_free(machine->unsupported);
	if (mach == machine)
		mach = NULL;
	g_free(machine);
}

void machine_fail_nth(struct machine *machine, unsigned long n)
{
	machine->nr_allocs = 0;
	machine->fail_nth = n;
	machine->failed_site = NULL;
}

void violation_add(const char *rule, const char *place, const char *expected,
		   const char *saw_format, ...)
{
	struct violation violation = {};
	va_list args;

	if (mach->violations->len >= MAX_VIOLATIONS) {
		mach->violations_dropped++;
		return;
	}
	violation.rule = g_strdup(rule);
	violation.place = g_strdup(place);
	violation.expected = g_strdup(expected);
	va_start(args, saw_format);
	violation.saw = g_strdup_vprintf(saw_format, args);
	va_end(args);
	g_array_append_val(mach->violations, violation);
}

bool bug_on(bool condition, const char *site, const char *expected)
{
	if (unlikely(condition))
		violation_add("bug-on", site, expected, "%s does not find it so", current->name);
	return condition;
}

void model_unsupported(const char *format, ...)
{
	va_list args;

	if (mach->unsupported)
		return;
	va_start(args, format);
	mach->unsupported = g_strdup_vprintf(format, args);
	va_end(args);
}

void trace_event(const char *event, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	if (likely(!mach->trace))
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	mach->trace(mach->trace_data, event, text);
}
