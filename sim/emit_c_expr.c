/*
 * emit_c_expr.c - expectations as C: what /proc shows is asked there, the rest named.
 *
 * In the kernel:  fs/proc/task_mmu.c maps, smaps, pagemap; fs/proc/page.c.
 * Left out:       what no file of /proc shows: anon_vmas, PageAnonExclusive, verdicts of
 *                 merging, bits of page table entries, counters of the whole machine.
 */
#include <inttypes.h>
#include <string.h>

#include "sim/emit_c.h"

/* An expression on its way to C. */
struct coding {
	struct emitter *e;
	GString *out;
	const char *why;	/* it is not possible */
	unsigned int asked;	/* queries and names of results in it */
};

/* What can be asked of an address, and how. */
static const struct shown {
	const char *query, *member;	/* member NULL: the query alone */
	const char *function;		/* f("text", task, address EXTRA) */
	const char *extra;
} table[] = {
	{ "vma", NULL, "vma", "" },
	{ "vma", "start", "vma_start", "" },
	{ "vma", "end", "vma_end", "" },
	{ "vma", "len", "vma_len", "" },
	{ "vma", "prot", "vma_prot", "" },
	{ "pte", "present", "pte_bit", ", 63" },
	{ "pte", "none", "pte_none", "" },
	{ "pte", "swap", "pte_bit", ", 62" },
	{ "pte", "guard", "pte_bit", ", 58" },
	{ "pte", "uffd_wp", "pte_bit", ", 57" },
	{ "pte", "zero", "page_flag", ", 24" },
	{ "folio", NULL, "page", "" },
	{ "folio", "mapcount", "page_count", "" },
	{ "folio", "anon", "page_flag", ", 12" },
	{ "folio", "ksm", "page_flag", ", 21" },
	{ "folio", "mlocked", "page_flag", ", 33" },
	{ "content", NULL, "content", "" },
};

static bool code(struct coding *c, const struct expr *expr);

static bool impossible(struct coding *c, const char *why)
{
	if (!c->why)
		c->why = why;
	return false;
}

/* A part that asks nothing of the kernel: its value. */
static bool code_constant(struct coding *c, const struct expr *expr)
{
	struct value value;
	bool good = run_evaluate(c->e->run, expr, &value) &&
		    (value_is_number(&value) || value.kind == VALUE_WORD);

	if (good) {
		g_string_append(c->out, "(int64_t)(");
		emit_address(c->e, c->out, value.number);
		g_string_append(c->out, ")");
	}
	value_clear(&value);
	return good || impossible(c, "nothing that a program has a value for");
}

/* Who and where an argument speaks of. */
static bool place(struct coding *c, const struct expr *expr, int *task, uint64_t *address)
{
	struct value value;
	bool good = run_evaluate(c->e->run, expr, &value) && value_is_number(&value);

	*task = 0;
	if (good && value.kind == VALUE_ADDR)
		*task = emit_task(c->e, value.text);
	*address = value.number;
	value_clear(&value);
	return (good && *task >= 0) || impossible(c, "not a plain address");
}

/* f("vma(@4).start", 0, at(4)... */
static bool begin_query(struct coding *c, const struct expr *whole, const char *function, int task)
{
	g_autofree char *text = loc_text(&whole->loc);

	g_string_append_printf(c->out, "%s(", function);
	emit_string(c->out, text);
	g_string_append_printf(c->out, ", %d", task);
	c->asked++;
	return true;
}

static bool code_vmas(struct coding *c, const struct expr *expr)
{
	const struct expr *arg = expr->args->len == 1 ?
		((const struct arg *)expr->args->pdata[0])->value : NULL;
	uint64_t from = 0, to = 1UL << 47;
	int task = 0, other = 0;
	struct value value;

	if (expr->args->len > 1)
		return impossible(c, "vmas() of two arguments");
	if (arg && arg->kind == EXPR_RANGE) {
		if (!place(c, arg->a, &task, &from) || !place(c, arg->b, &other, &to))
			return false;
	} else if (arg) {
		if (run_evaluate(c->e->run, arg, &value) && value.kind == VALUE_PROCESS)
			task = emit_task(c->e, value.text);
		else
			task = -1;
		value_clear(&value);
		if (task < 0)
			return impossible(c, "not a process");
	}
	if (to == 1UL << 47 && c->e->typical)
		return impossible(c, "all areas of a program, which differ from host to host");
	begin_query(c, expr, "vmas", task);
	g_string_append(c->out, ", ");
	emit_address(c->e, c->out, from);
	g_string_append(c->out, ", ");
	emit_address(c->e, c->out, to);
	g_string_append(c->out, ")");
	return true;
}

static bool code_mm(struct coding *c, const struct expr *expr, const struct expr *whole)
{
	const struct expr *arg = expr->args->len == 1 ?
		((const struct arg *)expr->args->pdata[0])->value : NULL;
	const char *member = whole == expr ? "" : whole->text;
	int task = 0;

	if (arg && arg->kind == EXPR_NAME)
		task = !strcmp(arg->text, "P") ? 0 : emit_task(c->e, arg->text);
	if (task < 0 || (arg && arg->kind != EXPR_NAME))
		return impossible(c, "not a process");
	if (!strcmp(member, "locked_vm") && !c->e->all_locked) {
		begin_query(c, whole, "locked_vm", task);
	} else if (c->e->typical) {
		return impossible(c, "a counter in which the program's own memory counts, too");
	} else if (!strcmp(member, "total_vm")) {
		begin_query(c, whole, "total_vm", task);
	} else if (!strcmp(member, "map_count")) {
		begin_query(c, whole, "vmas", task);
		g_string_append(c->out, ", 0, (int64_t)1 << 47");
	} else {
		return impossible(c, "a counter in which the program's own memory counts, too");
	}
	g_string_append(c->out, ")");
	return true;
}

static const struct shown *shown_of(const char *query, const char *member)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (!strcmp(table[i].query, query) && !g_strcmp0(table[i].member, member))
			return &table[i];
	return NULL;
}

/* Why what is not in the table is not to be seen. */
static const char *hidden(const char *query)
{
	static const char *const reasons[][2] = {
		{ "anon_vma", "no user space sees an anon_vma" },
		{ "vma", "no user space sees that of an area" },
		{ "pte", "no user space sees that bit of a page table entry" },
		{ "folio", "no user space sees that of a folio" },
		{ "rmap", "an rmap walk is the kernel's own" },
		{ "mergeable", "the verdict is the kernel's own" },
		{ "quirk", "the model alone counts quirks" },
		{ "sys", "other programs change it, too" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (!strcmp(reasons[i][0], query))
			return reasons[i][1];
	return "no program can ask that";
}

/* Is there a file behind the area at @expr, so that maps shows its offset? */
static bool has_file(struct coding *c, int task, uint64_t address)
{
	struct backend *backend = run_backend(c->e->run);
	struct observation *seen = backend->ops->observe(backend, false);
	const char *name = task ? c->e->tasks->pdata[task] : run_first_process(c->e->run);
	const struct seen_process *process = observation_process(seen, name);
	bool found = false;

	for (guint i = 0; process && i < process->vmas->len; i++) {
		const struct seen_vma *vma = process->vmas->pdata[i];

		if (vma->start <= address && vma->end > address)
			found = vma->file != NULL;
	}
	observation_destroy(seen);
	return found;
}

/* Does the program ask for huge pages?  Of these it sees single pages only. */
static bool has_huge_pages(const struct coding *c)
{
	const struct source *source = c->e->script->sources->pdata[0];

	return strstr(source->text, "HUGEPAGE") || strstr(source->text, "COLLAPSE");
}

/* QUERY(address).member of the table, @whole being all of it. */
static bool code_shown(struct coding *c, const struct expr *call, const char *member,
		       const struct expr *whole)
{
	const struct shown *row = shown_of(call->text, member);
	const struct expr *arg = call->args->len == 1 ?
		((const struct arg *)call->args->pdata[0])->value : NULL;
	static const struct shown pgoff = { "vma", "pgoff", "vma_pgoff", "" };
	uint64_t address;
	int task;

	if (!strcmp(call->text, "folio") && (!member || !strcmp(member, "mapcount")) &&
	    has_huge_pages(c))
		return impossible(c, "a program sees pages, not the larger folios they are part of");
	if (!strcmp(call->text, "vma") && !g_strcmp0(member, "pgoff"))
		row = &pgoff;
	if (!row || !arg)
		return impossible(c, hidden(call->text));
	if (!place(c, arg, &task, &address))
		return false;
	if (row == &pgoff && !has_file(c, task, address))
		return impossible(c, "no user space sees the offset of anonymous memory");
	begin_query(c, whole, row->function, task);
	g_string_append(c->out, ", ");
	emit_address(c->e, c->out, address);
	g_string_append_printf(c->out, "%s)", row->extra);
	return true;
}

/* vma(a).flags.ac */
static bool code_flag(struct coding *c, const struct expr *call, const struct expr *whole)
{
	const struct expr *arg = call->args->len == 1 ?
		((const struct arg *)call->args->pdata[0])->value : NULL;
	uint64_t address;
	int task;

	if (!arg || strcmp(call->text, "vma"))
		return impossible(c, hidden(call->text));
	if (!place(c, arg, &task, &address))
		return false;
	begin_query(c, whole, "vma_flag", task);
	g_string_append(c->out, ", ");
	emit_address(c->e, c->out, address);
	g_string_append(c->out, ", ");
	emit_string(c->out, whole->text);
	g_string_append(c->out, ")");
	return true;
}

static bool code_member(struct coding *c, const struct expr *expr)
{
	const struct expr *base = expr->a;

	if (base->kind == EXPR_CALL && !strcmp(base->text, "mm"))
		return code_mm(c, base, expr);
	if (base->kind == EXPR_CALL)
		return code_shown(c, base, expr->text, expr);
	if (base->kind == EXPR_MEMBER && !strcmp(base->text, "flags") &&
	    base->a->kind == EXPR_CALL)
		return code_flag(c, base->a, expr);
	if (base->kind == EXPR_MEMBER && base->a->kind == EXPR_CALL)
		return impossible(c, hidden(base->text));
	return impossible(c, "no program can ask that");
}

static bool code_name(struct coding *c, const struct expr *expr)
{
	const struct emit_name *name = emit_name_find(c->e, expr->text);

	if (!strcmp(expr->text, "errno")) {
		g_string_append(c->out, "last_errno()");
		c->asked++;
		return true;
	}
	if (!name)
		return code_constant(c, expr);
	if (!name->visible)
		return impossible(c, "a name for what no program can see");
	g_string_append_printf(c->out, "kept[%u]", name->slot);
	c->asked++;
	return true;
}

/* Is there anything below that has to be asked at run time? */
static bool asks(const struct coding *c, const struct expr *expr)
{
	if (!expr)
		return false;
	if (expr->kind == EXPR_CALL || expr->kind == EXPR_MEMBER)
		return true;
	if (expr->kind == EXPR_NAME)
		return !strcmp(expr->text, "errno") || emit_name_find(c->e, expr->text);
	return asks(c, expr->a) || asks(c, expr->b);
}

static bool code_binary(struct coding *c, const struct expr *expr)
{
	if (expr->op == OP_DIV || expr->op == OP_MOD || expr->op == OP_SHL || expr->op == OP_SHR) {
		if (asks(c, expr->b))
			return impossible(c, "arithmetic that may have no result");
	}
	g_string_append_c(c->out, '(');
	if (!code(c, expr->a))
		return false;
	g_string_append_printf(c->out, " %s ", expr_op_words(expr->op));
	if (!code(c, expr->b))
		return false;
	g_string_append_c(c->out, ')');
	return true;
}

static bool code(struct coding *c, const struct expr *expr)
{
	/* Operators always, for an address that moves may be part of a number that is none. */
	if (!asks(c, expr) && expr->kind != EXPR_BINARY)
		return code_constant(c, expr);
	switch (expr->kind) {
	case EXPR_NAME:
		return code_name(c, expr);
	case EXPR_MEMBER:
		return code_member(c, expr);
	case EXPR_CALL:
		if (!strcmp(expr->text, "vmas"))
			return code_vmas(c, expr);
		return code_shown(c, expr, NULL, expr);
	case EXPR_BINARY:
		return code_binary(c, expr);
	case EXPR_UNARY:
		g_string_append(c->out, expr_op_words(expr->op));
		g_string_append_c(c->out, '(');
		if (!code(c, expr->a))
			return false;
		g_string_append_c(c->out, ')');
		return true;
	default:
		return impossible(c, "no program can ask that");
	}
}

void emit_expect(struct emitter *e, const struct event *event)
{
	const GPtrArray *exprs = event->stmt->expect.exprs;
	g_autoptr(GString) out = g_string_new(NULL);
	struct coding c = { .e = e, .out = out, .why = e->cut };
	bool good = !e->cut && e->expectation < exprs->len &&
		    code(&c, exprs->pdata[e->expectation]);

	e->expectation++;
	if (good && !c.asked)
		impossible(&c, "it asks nothing of the kernel");
	if (c.why || !good) {
		emit_skip(e, event->stmt, event->text, c.why ? c.why : "no program can ask that");
		return;
	}
	emit_statement(e, event->stmt, event->text);
	emit_line(e, "expect((%s) != 0);", out->str);
}

void emit_let(struct emitter *e, const struct event *event)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct coding c = { .e = e, .out = out, .why = e->cut };
	const struct expr *expr = event->stmt->let.expr;
	/* Which object it is cannot be told later: another may be in its place. */
	bool object = expr->kind == EXPR_CALL && strcmp(expr->text, "vmas") &&
		      strcmp(expr->text, "content");
	bool good = !e->cut && !object && code(&c, expr);
	const struct emit_name *name = emit_name_add(e, event->stmt->let.name, good);

	if (name->visible && e->nr_parts)
		emit_line(e, "keep(%u, %s);", name->slot, out->str);
	else if (name->visible)
		emit_name_add(e, event->stmt->let.name, false);
}

/* The areas of a process or of the window as the model has them: the scenario's lines hold. */
static void put_areas(struct emitter *e, const struct seen_process *process, bool window,
		      GString *out, unsigned int *nr)
{
	for (guint i = 0; i < process->vmas->len; i++) {
		const struct seen_vma *vma = process->vmas->pdata[i];

		if (window && (vma->start >= e->window_end || vma->end <= e->window_start))
			continue;
		g_string_append(out, "\n\t\t{ ");
		emit_address(e, out, vma->start);
		g_string_append(out, ", ");
		emit_address(e, out, vma->end);
		g_string_append_printf(out, ", \"%s\", ", vma->perms);
		g_string_append_printf(out, "%" PRId64 " },", vma->file ? (int64_t)vma->pgoff : -1);
		++*nr;
	}
}

/* What a false `expect maps` asks for; addresses may be anything. */
static void put_lines(struct emitter *e, const struct stmt_maps *maps, GString *out,
		      unsigned int *nr)
{
	for (guint i = 0; i < maps->lines->len; i++) {
		const struct maps_line *line = maps->lines->pdata[i];
		struct value start, end;

		run_evaluate(e->run, line->start, &start);
		run_evaluate(e->run, line->end, &end);
		g_string_append(out, "\n\t\t{ ");
		emit_address(e, out, start.number);
		g_string_append(out, ", ");
		emit_address(e, out, end.number);
		g_string_append_printf(out, ", \"%s\", -1 },", line->perms);
		value_clear(&start);
		value_clear(&end);
		++*nr;
	}
}

void emit_maps(struct emitter *e, const struct event *event)
{
	struct backend *backend = run_backend(e->run);
	struct observation *seen = backend->ops->observe(backend, false);
	const struct seen_process *process = observation_process(seen, event->text);
	bool window = e->window_end && !event->stmt->maps.task.process;
	g_autofree char *text = g_strdup_printf("maps of %s", event->text);
	g_autoptr(GString) out = g_string_new(NULL);
	int task = emit_task(e, event->text);
	unsigned int nr = 0;

	if (process && event->ok)
		put_areas(e, process, window, out, &nr);
	else
		put_lines(e, &event->stmt->maps, out, &nr);
	observation_destroy(seen);
	if (e->cut || task < 0 || !process || (e->typical && !window)) {
		emit_skip(e, event->stmt, text, e->cut ? e->cut :
			  "all areas of a program, which differ from host to host");
		return;
	}
	emit_statement(e, event->stmt, text);
	g_string_append_printf(e->body, "\tmaps_are(%d, ", task);
	emit_address(e, e->body, window ? e->window_start : 0);
	g_string_append(e->body, ", ");
	emit_address(e, e->body, window ? e->window_end : 1UL << 47);
	g_string_append_printf(e->body, ", %u, (const struct wanted_area[]){%s%s\n\t});\n", nr,
			       out->str, nr ? "" : "\n\t\t{ 0, 0, \"\", -1 }");
}
