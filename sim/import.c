/*
 * import.c - the way in: detect the format, read the lines, walk the events, report.
 *
 * In the kernel:  nothing.
 * Left out:       compressed logs.
 * Locks:          none.
 */
#include <string.h>

#include "import_walk.h"

#define DETECT_LINES	200	/* this many lines decide which format it is */

const char import_recipe[] =
"A log that leaves nothing to assume has the page faults with their error codes, and\n"
"copies of /proc/PID/maps beside it:\n"
"\n"
"    scenarios/real/record NAME COMMAND...\n"
"\n"
"runs COMMAND under\n"
"\n"
"    perf trace -F all --sort-events -m 1024 -o NAME.perf.log \\\n"
"        -e mmap,munmap,mprotect,mremap,madvise,brk,clone,clone3,vfork,execve,openat,... \\\n"
"        -e exceptions:page_fault_user,exceptions:page_fault_kernel \\\n"
"        -e task:task_newtask,sched:sched_process_exec,sched:sched_process_exit\n"
"\n"
"and leaves NAME.PID.execN.smaps (just after the Nth execve) and NAME.PID.exit.maps (just\n"
"before the exit).  Both are found by their names.  Without -e exceptions:... it is assumed\n"
"whether a fault wrote; logs of strace -f have no faults at all.\n";

GQuark import_error_quark(void)
{
	return g_quark_from_static_string("mmsim-import");
}

static int compare_names(gconstpointer a, gconstpointer b, gpointer data)
{
	(void)data;
	return strcmp(a, b);
}

void import_report_init(struct import_report *report)
{
	*report = (struct import_report){
		.format = "",
		.ignored = g_tree_new_full(compare_names, NULL, g_free, NULL),
		.problems = g_ptr_array_new_with_free_func(g_free),
	};
}

void import_report_clear(struct import_report *report)
{
	g_tree_destroy(report->ignored);
	g_ptr_array_free(report->problems, TRUE);
	memset(report, 0, sizeof(*report));
}

struct report_line {
	const char *prefix;
	GString *out;
	gsize column;
};

static gboolean append_ignored(gpointer name, gpointer count, gpointer data)
{
	struct report_line *line = data;
	g_autofree char *text = g_strdup_printf(" %s %u", (char *)name, GPOINTER_TO_UINT(count));

	if (line->column + strlen(text) > 90) {
		g_string_append_printf(line->out, "\n%s   ", line->prefix);
		line->column = strlen(line->prefix) + 3;
	}
	g_string_append(line->out, text);
	line->column += strlen(text);
	return FALSE;
}

void import_report_text(const struct import_report *r, const char *prefix, GString *out)
{
#define A(name, words) words,
	static const char *const words[] = { IMPORT_ASSUMPTIONS(A) };
#undef A
	struct report_line line = { prefix, out, strlen(prefix) + 8 };
	unsigned int sum = 0;

	if (r->lines)
		g_string_append_printf(out, "%slines read: %u, not understood: %u\n", prefix,
				       r->lines, r->unusable);
	if (r->lost_events)
		g_string_append_printf(out, "%sevents lost by perf: %u\n", prefix,
				       r->lost_events);
	g_string_append_printf(out, "%sprocesses: %u, statements: %u, pages touched: %u, "
			       "checkpoints: %u\n", prefix, r->processes, r->calls, r->faults,
			       r->checkpoints);
	g_string_append_printf(out, "%sleft out: %u calls that failed, %u faults that did not "
			       "complete,\n%s          %u calls whose arguments the log does not "
			       "hold\n", prefix, r->failed, r->faults_lost, prefix, r->lost);
	if (g_tree_nnodes(r->ignored)) {
		g_string_append_printf(out, "%signored:", prefix);
		g_tree_foreach(r->ignored, append_ignored, &line);
		g_string_append_c(out, '\n');
	}
	for (unsigned int i = 0; i < NR_ASSUMPTIONS; i++)
		sum += r->assumed[i];
	g_string_append_printf(out, "%sassumed: %u\n", prefix, sum);
	for (unsigned int i = 0; i < NR_ASSUMPTIONS; i++)
		if (r->assumed[i])
			g_string_append_printf(out, "%s  %6u %s\n", prefix, r->assumed[i],
					       words[i]);
	if (r->differences)
		g_string_append_printf(out, "%sranges in which log and last maps differ: %u\n",
				       prefix, r->differences);
}

typedef bool (*line_reader)(struct import_log *, unsigned int, const char *);

/* Which reader knows most of the first lines? NULL if none knows any. */
static line_reader detect(char **lines, const char **name)
{
	unsigned int strace = 0, perf = 0;

	for (unsigned int i = 0; lines[i] && i < DETECT_LINES; i++) {
		perf += perf_looks_like(lines[i]);
		strace += strace_looks_like(lines[i]);
	}
	if (!perf && !strace)
		return NULL;
	*name = perf >= strace ? "perf trace -F all" : "strace -f";
	return perf >= strace ? perf_line : strace_line;
}

/* Cut into lines; a NUL or a carriage return inside of a line ends it for the reader. */
static char **cut_lines(const char *text, gsize len)
{
	GPtrArray *lines = g_ptr_array_new();

	for (gsize at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		gsize size = end ? (gsize)(end - text) - at : len - at;

		g_ptr_array_add(lines, g_strchomp(g_strndup(text + at, size)));
		at += size + 1;
	}
	g_ptr_array_add(lines, NULL);
	return (char **)g_ptr_array_free(lines, FALSE);
}

static bool has_memory_call(const struct import_log *log)
{
	for (guint i = 0; i < log->events->len; i++) {
		const struct import_event *e = log->events->pdata[i];

		if ((e->kind == EVENT_CALL && e->call->memory) || e->checkpoint)
			return true;
	}
	return false;
}

static void read_lines(struct import_log *log, char **lines, line_reader line)
{
	for (unsigned int i = 0; lines[i]; i++) {
		log->report->lines++;
		if (line(log, i + 1, lines[i]))
			continue;
		log->report->unusable++;
		log_problem(log, i + 1, 1, "cannot make sense of this line; it is left out");
	}
}

bool import_events(struct import_log *log, const struct import_options *opts, GString *mms_out)
{
	if (!has_memory_call(log))
		return false;
	walk_log(log, opts, mms_out);
	return true;
}

bool import_text(const char *path, const char *text, gsize len,
		 const struct import_options *opts, GString *mms_out,
		 struct import_report *report, GError **error)
{
	static const struct import_options none;
	g_auto(GStrv) lines = cut_lines(text, len);
	struct import_log log = { .path = path, .report = report };
	line_reader line;
	bool ok;

	line = detect(lines, &report->format);
	if (!line) {
		g_set_error(error, IMPORT_ERROR, IMPORT_ERROR_FORMAT,
			    "%s:1:1: error: neither a log of strace -f nor one of perf trace",
			    path);
		return false;
	}
	log.events = g_ptr_array_new_with_free_func(event_free);
	log.begun = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	read_lines(&log, lines, line);
	ok = import_events(&log, opts ? opts : &none, mms_out);
	if (!ok)
		g_set_error(error, IMPORT_ERROR, IMPORT_ERROR_EMPTY,
			    "%s:1:1: error: no call in this log concerns memory", path);
	g_hash_table_destroy(log.begun);
	g_ptr_array_free(log.events, TRUE);
	return ok;
}

bool import_log(const char *path, const struct import_options *opts, GString *mms_out,
		struct import_report *report, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;
	gsize len;

	if (!g_file_get_contents(path, &text, &len, &why)) {
		g_set_error(error, IMPORT_ERROR, IMPORT_ERROR_READ, "%s: error: %s", path,
			    why->message);
		return false;
	}
	return import_text(path, text, len, opts, mms_out, report, error);
}
