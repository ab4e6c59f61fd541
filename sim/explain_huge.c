/*
 * explain_huge.c - see explain_huge.h.
 *
 * Neighbouring blocks of which the same is to be said are told together.
 */
#include <string.h>

#include "model/collapse.h"
#include "model/machine.h"
#include "model/task.h"
#include "sim/explain_huge.h"
#include "sim/explain_model.h"
#include "sim/json.h"
#include "sim/run.h"

/* What is to be said of [start, end), all of one area. */
struct block {
	const char *process;
	const struct vm_area_struct *vma;
	uint64_t start, end;
	enum scan_result khugepaged, madvise;	/* what each would say */
	struct scan_report seen, seen_by_madvise;	/* of the first block */
	bool known;				/* khugepaged knows the process */
};

/* ---- looking ---- */

static struct block look(const char *process, struct mm_struct *mm,
			 const struct vm_area_struct *vma, uint64_t addr)
{
	const struct collapse_control daemon = { .is_khugepaged = true }, call = {};
	struct block block = { .process = process, .vma = vma, .start = addr & PMD_MASK };

	block.end = block.start + PMD_SIZE;
	block.known = !list_empty(&mm->khugepaged_node);
	block.khugepaged = khugepaged_verdict(mm, addr, &daemon, &block.seen);
	block.madvise = khugepaged_verdict(mm, addr, &call, &block.seen_by_madvise);
	return block;
}

/* The pages that a look has seen, of 512. */
static unsigned int occupied(const struct scan_report *seen)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(seen->occupied); i++)
		nr += (unsigned int)__builtin_popcountl(seen->occupied[i]);
	return nr;
}

/* May @next, which begins where @block ends, be told with it? */
static bool alike(const struct block *block, const struct block *next)
{
	return block->vma == next->vma && block->end == next->start &&
	       block->khugepaged == next->khugepaged && block->madvise == next->madvise &&
	       block->seen.none_or_zero == next->seen.none_or_zero &&
	       block->seen.unmapped == next->seen.unmapped &&
	       block->seen.shared == next->seen.shared &&
	       block->seen.referenced == next->seen.referenced &&
	       !block->seen.addr == !next->seen.addr &&
	       (!block->seen.addr ||
		block->seen.addr - block->start == next->seen.addr - next->start);
}

/* ---- telling ---- */

/* What would make the answer another one; "" where nobody can help. */
static const char *mend(enum scan_result result)
{
	switch (result) {
	case SCAN_PMD_NONE: case SCAN_PMD_NULL:
		return "touch it: where nothing was ever mapped there is nothing to collapse";
	case SCAN_EXCEED_NONE_PTE:
		return "touch more of its pages, or raise khugepaged/max_ptes_none; with a userfaultfd "
		       "no page may be missing";
	case SCAN_EXCEED_SWAP_PTE:
		return "read what is in swap, or raise khugepaged/max_ptes_swap";
	case SCAN_EXCEED_SHARED_PTE:
		return "write to what a fork shares, or raise khugepaged/max_ptes_shared";
	case SCAN_LACK_REFERENCED_PAGE:
		return "use it";
	case SCAN_PTE_UFFD_WP:
		return "lift the write protection of userfaultfd";
	case SCAN_PAGE_COUNT:
		return "wait until a device, or whoever else has a reference, lets the page go";
	case SCAN_PAGE_LOCK: case SCAN_PAGE_LRU: case SCAN_DEL_PAGE_LRU:
		return "somebody is at work on the page: later";
	case SCAN_ADDRESS_RANGE:
		return "map or move it so that the area holds the whole aligned 2 MiB";
	case SCAN_VMA_CHECK:
		return "madvise(MADV_HUGEPAGE), or transparent_hugepage/enabled; and the area has to have "
		       "been written to";
	default:
		return "";
	}
}

static void put_seen(const struct block *block, const struct value_style *style, GString *out)
{
	const struct scan_report *seen = &block->seen;
	const struct machine_config *config = &mach->config;

	if (block->khugepaged == SCAN_PMD_NONE || block->khugepaged == SCAN_PMD_NULL ||
	    block->khugepaged == SCAN_PMD_MAPPED || !seen->orders)
		return;
	g_string_append_printf(out, "  seen           %u pages, %u missing or zero (limit %u), %u in swap "
			       "(%u), %u shared (%u), %u in use\n", occupied(seen),
			       seen->none_or_zero, config->max_ptes_none, seen->unmapped,
			       config->max_ptes_swap, seen->shared, config->max_ptes_shared,
			       seen->referenced);
	if (seen->addr) {
		g_autofree char *where = address_text(seen->addr, style);

		g_string_append_printf(out, "  decided at     %s\n", where);
	}
}

static void put_text(const struct block *block, const struct value_style *style, GString *out)
{
	g_autofree char *start = address_text(block->start, style);
	g_autofree char *end = address_text(block->end, style);
	bool huge = block->khugepaged == SCAN_PMD_MAPPED || block->madvise == SCAN_PMD_MAPPED;
	const char *help = mend(block->khugepaged);

	g_string_append_printf(out, "%s   %s: [%s, %s) of vma#%u\n", huge ? "HUGE    " : "NOT HUGE",
			       block->process, start, end, block->vma->id);
	if (huge)
		return;
	g_string_append_printf(out, "  khugepaged     %s (%s)%s\n",
			       scan_result_name(block->khugepaged),
			       scan_result_word(block->khugepaged),
			       block->known ? "" : "; it does not know the process");
	g_string_append_printf(out, "  MADV_COLLAPSE  %s (%s)\n", scan_result_name(block->madvise),
			       scan_result_word(block->madvise));
	put_seen(block, style, out);
	if (block->khugepaged == SCAN_SUCCEED)
		g_string_append_printf(out, "  in the way     nothing: %s\n", block->known ?
				       "khugepaged has not come by since" :
				       "khugepaged learns of it by madvise(), a fault or a merge");
	else if (*help)
		g_string_append_printf(out, "  what helps     %s\n", help);
}

static void put_json(const struct block *block, const struct value_style *style, GString *out)
{
	(void)style;
	g_string_append(out, "{\"event\":\"block\"");
	json_member_string(out, "process", block->process);
	g_string_append_printf(out, ",\"start\":\"0x%" G_GINT64_MODIFIER "x\"", block->start);
	g_string_append_printf(out, ",\"end\":\"0x%" G_GINT64_MODIFIER "x\"", block->end);
	json_member_number(out, "vma", (int64_t)block->vma->id);
	json_member_bool(out, "huge", block->khugepaged == SCAN_PMD_MAPPED ||
					      block->madvise == SCAN_PMD_MAPPED);
	json_member_string(out, "khugepaged", scan_result_name(block->khugepaged));
	json_member_string(out, "madvise", scan_result_name(block->madvise));
	json_member_bool(out, "known", block->known);
	json_member_number(out, "pages", (int64_t)occupied(&block->seen));
	json_member_number(out, "none_or_zero", (int64_t)block->seen.none_or_zero);
	json_member_number(out, "swap", (int64_t)block->seen.unmapped);
	json_member_number(out, "shared", (int64_t)block->seen.shared);
	json_member_number(out, "referenced", (int64_t)block->seen.referenced);
	if (block->seen.addr)
		g_string_append_printf(out, ",\"at\":\"0x%" G_GINT64_MODIFIER "x\"",
				       (uint64_t)block->seen.addr);
	g_string_append(out, "}\n");
}

/* ---- all of it ---- */

struct report {
	void (*put)(const struct block *block, const struct value_style *style, GString *out);
	const struct value_style *style;
	GString *out;
	struct block last;	/* not yet told; .process NULL: none */
};

static void flush(struct report *report)
{
	if (report->last.process)
		report->put(&report->last, report->style, report->out);
	report->last.process = NULL;
}

static void add(struct report *report, const struct block *block)
{
	if (report->last.process && alike(&report->last, block)) {
		report->last.end = block->end;
		return;
	}
	flush(report);
	report->last = *block;
}

/* Whole blocks of the area; of one that holds none, the part that it has of one. */
static void add_area(struct report *report, const char *process, struct mm_struct *mm,
		     const struct vm_area_struct *vma)
{
	uint64_t first = ALIGN_UP(vma->vm_start, PMD_SIZE);
	uint64_t end = ALIGN_DOWN(vma->vm_end, PMD_SIZE);

	for (uint64_t addr = first; addr < end; addr += PMD_SIZE) {
		struct block block = look(process, mm, vma, addr);

		add(report, &block);
	}
}

static void add_machine(struct report *report, struct machine *machine)
{
	const struct vm_area_struct *vma;
	struct task_struct *task;

	list_for_each_entry(task, &machine->tasks, tasks) {
		if (task->exited || !task->mm || task->pid != task->tgid)
			continue;
		for_each_vma(task->mm, vma)
			if (!explain_is_reservation(vma))
				add_area(report, task->name, task->mm, vma);
	}
}

static bool add_named(struct report *report, struct run *run, const char *at,
		      struct diag_list *diags)
{
	g_autofree char *process = NULL;
	struct task_struct *task;
	uint64_t addr;

	if (!run_address(run, at, diags, &process, &addr))
		return false;
	list_for_each_entry(task, &mach->tasks, tasks) {
		const struct vm_area_struct *vma;
		struct block block;

		if (task->exited || !task->mm || g_strcmp0(task->name, process))
			continue;
		vma = vma_lookup(task->mm, addr);
		if (!vma)
			break;
		block = look(task->name, task->mm, vma, addr);
		add(report, &block);
		return true;
	}
	diag_error(diags, NULL, "name an address that is mapped at the end of the scenario",
		   "nothing is mapped at %s", at);
	return false;
}

bool explain_huge_script(const struct script *script, const char *at, bool json, GString *out,
			 struct diag_list *diags, int *status)
{
	struct run_options options = { .check = CHECK_END, .skip_graphs = true };
	struct run *run = run_create(script, &options);
	struct report report = { .put = json ? put_json : put_text, .out = out };
	struct machine *before;
	bool good = true;

	*status = run_execute(run);
	if (!run_machine(run) || *status == STATUS_REJECTED) {
		const struct diag_list *from = run_diags(run);

		for (guint i = 0; i < from->items->len; i++) {
			const struct diag *diag = from->items->pdata[i];

			diag_file_error(diags, diag->file, diag->note, "line %u: %s", diag->line,
					diag->message);
		}
		run_destroy(run);
		return false;
	}
	report.style = run_style(run);
	before = machine_enter(run_machine(run));
	if (at)
		good = add_named(&report, run, at, diags);
	else
		add_machine(&report, mach);
	flush(&report);
	machine_enter(before);
	run_destroy(run);
	return good;
}
