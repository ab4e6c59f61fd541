/*
 * import_perf.c - lines of `perf trace -F all` become events.
 *
 *    1.669 ( 0.000 ms): true/2646 minfault [sym+0x0] => /usr/lib/libc.so.6@0xb0a60 (d.)
 *    1.700 ( 0.002 ms): true/2646 mmap(len: 8192, prot: READ, flags: PRIVATE, fd: 3) = 0x7f..
 *    1.710 (         ): true/2646 exceptions:page_fault_user(address: 0x.., error_code: 6)
 *
 * Arguments that are 0 are not printed.  A call interrupted by another event is printed twice:
 * with "..." behind its arguments, and with "... [continued]: mmap()) = 0x.." at its end.
 *
 * In the kernel:  tools/perf/builtin-trace.c trace__sys_exit(), trace__pgfault(),
 *                 trace__event_handler(); arch/x86/include/asm/trap_pf.h.
 * Left out:       call graphs, summaries (-s).
 * Locks:          none.
 */
#include <stdlib.h>
#include <string.h>

#include "import_internal.h"

static gsize name_length(const char *p)
{
	return strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_:");
}

static bool is_call(const char *p)
{
	gsize len = name_length(p);

	return len > 1 && p[len] == '(';
}

/* What may follow the task: a call, an event, a fault, the end of a call. */
static bool is_body(const char *p)
{
	return is_call(p) || !strncmp(p, "minfault [", 10) || !strncmp(p, "majfault [", 10) ||
	       !strncmp(p, "... [continued]", 15);
}

/* "comm/PID body", "PID body" or "body"; a comm may hold blanks and slashes. */
static const char *find_body(const char *p, int *pid)
{
	*pid = 0;
	if (is_body(p))
		return p;
	if (g_ascii_isdigit(*p)) {
		char *end;

		*pid = parse_pid(p, &end);
		end += strspn(end, " ");
		if (*pid && is_body(end))
			return end;
	}
	for (const char *slash = strchr(p, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *end;

		if (!g_ascii_isdigit(slash[1]))
			continue;
		*pid = parse_pid(slash + 1, &end);
		if (*end != ' ' || !*pid)
			continue;
		end += strspn(end, " ");
		if (is_body(end))
			return end;
	}
	return NULL;
}

/* Skip "   1.234 ( 0.002 ms): "; NULL if the line does not begin so. */
static const char *skip_time(const char *p)
{
	p += strspn(p, " ");
	if (*p == '?')
		p++;
	else if (g_ascii_isdigit(*p))
		p += strspn(p, "0123456789.");
	else
		return NULL;
	p += strspn(p, " ");
	if (*p == '(') {
		p = strchr(p, ')');
		if (!p)
			return NULL;
		p++;
	}
	if (*p == ':')
		p++;
	return p + strspn(p, " ");
}

bool perf_looks_like(const char *line)
{
	const char *p = skip_time(line);
	int pid;

	return p && p != line && find_body(p, &pid) != NULL && pid > 0;
}

static bool perf_arg(struct import_event *event, const char *text)
{
	const struct call_arg *want = event->call->args;
	const char *colon = strstr(text, ": ");
	gsize len = colon ? (gsize)(colon - text) : 0;
	unsigned int i = 0;
	bool ok;

	if (!colon)
		return false;
	while (i < IMPORT_MAX_ARGS && want[i].kind &&
	       (strlen(want[i].key) != len || strncmp(want[i].key, text, len)))
		i++;
	if (i == IMPORT_MAX_ARGS || !want[i].kind)
		return true;	/* an argument of no concern */
	colon += 2;
	if (want[i].kind == ARG_PATH) {
		event->path = unquote(colon);	/* else an address: the log lacks the name */
		return true;
	}
	if (want[i].kind == ARG_CLONE3)
		return true;	/* an address: the flags are not in the log */
	if (want[i].kind == ARG_FD && !strcmp(colon, "CWD"))
		return true;
	event->arg[i] = (uint64_t)parse_flags(want[i].kind, colon, &ok);
	if (!ok && (want[i].kind == ARG_FCNTL || want[i].kind == ARG_PR))
		event->arg[i] = G_MAXUINT64, ok = true;
	event->known |= ok ? 1U << i : 0;
	return ok;
}

static bool perf_args(struct import_event *event, const char *text, gsize len)
{
	g_auto(GStrv) args = split_args(text, len);

	/* What is not printed is 0, and so known. */
	event->known = (1U << IMPORT_MAX_ARGS) - 1;
	for (char **a = args; *a; a++)
		if (**a && !perf_arg(event, *a))
			return false;
	if (event->call->id == CALL_CLONE3)
		event->known = 0;
	return true;
}

static void perf_begun(struct import_log *log, unsigned int nr, int pid,
		       const struct call_desc *call, const char *p, gsize args)
{
	char *copy = g_strdup(p);
	struct import_event *event;

	event = event_new(log, EVENT_ENTER, nr, pid);
	event->call = call;
	copy[args] = '\0';
	if (!perf_args(event, copy + name_length(copy) + 1, args - name_length(copy) - 1))
		event->known = 0;
	g_hash_table_replace(log->begun, GINT_TO_POINTER(pid), copy);
}

static bool perf_done(struct import_log *log, unsigned int nr, int pid,
		      const struct call_desc *call, const char *args, gsize len,
		      const char *result)
{
	struct import_event *event = event_new(log, EVENT_CALL, nr, pid);

	event->call = call;
	if (perf_args(event, args, len) && event_result(event, result))
		return true;
	g_ptr_array_set_size(log->events, (int)log->events->len - 1);
	return false;
}

static bool perf_call(struct import_log *log, unsigned int nr, int pid, const char *p)
{
	gsize len = name_length(p);
	const struct call_desc *call = call_find(p, len);
	const char *close = match_close(p + len), *rest;

	if (!close)
		return false;
	rest = close + 1 + strspn(close + 1, " ");
	if (!call) {
		if (strncmp(rest, "...", 3))
			log_ignored(log, p, len);
		return *rest == '=' || !strncmp(rest, "...", 3);
	}
	if (!strncmp(rest, "...", 3)) {
		perf_begun(log, nr, pid, call, p, (gsize)(close - p));
		return true;
	}
	if (*rest != '=')
		return false;
	return perf_done(log, nr, pid, call, p + len + 1, (gsize)(close - p) - len - 1,
			 rest + 1);
}

/* "... [continued]: mmap()) = 0x7f.." */
static bool perf_continued(struct import_log *log, unsigned int nr, int pid, const char *p)
{
	const char *name = strstr(p, "]: "), *result;
	const char *begun = g_hash_table_lookup(log->begun, GINT_TO_POINTER(pid));
	const struct call_desc *call;
	struct import_event *event;
	gsize len;
	bool ok;

	if (!name)
		return false;
	name += 3;
	len = name_length(name);
	result = strchr(name, '=');
	call = call_find(name, len);
	if (!len || name[len] != '(' || !result)
		return false;
	if (!call) {
		log_ignored(log, name, len);
		return true;
	}
	if (!begun || strncmp(begun, name, len + 1)) {
		/* Without its beginning a call says nothing, but for these. */
		if (call->id != CALL_EXECVE && call->id != CALL_CLONE &&
		    call->id != CALL_CLONE3 && call->id != CALL_FORK && call->id != CALL_VFORK)
			return false;
		if (!perf_done(log, nr, pid, call, "", 0, result + 1))
			return false;
		event = log->events->pdata[log->events->len - 1];
		event->known = 0;
		return true;
	}
	ok = perf_done(log, nr, pid, call, begun + len + 1, strlen(begun) - len - 1, result + 1);
	g_hash_table_remove(log->begun, GINT_TO_POINTER(pid));
	return ok;
}

/* The number behind "key: " in a tracepoint's fields; 0 if it is not printed. */
static uint64_t field(const char *body, const char *key)
{
	const char *at = strstr(body, key);

	return at ? g_ascii_strtoull(at + strlen(key), NULL, 0) : 0;
}

static bool perf_tracepoint(struct import_log *log, unsigned int nr, int pid, const char *p)
{
	gsize len = name_length(p);
	struct import_event *event;

	if (!match_close(p + len))
		return false;
	if (!strncmp(p, "exceptions:page_fault_", 22)) {
		uint64_t addr = field(p, "(address: ");

		if (!strncmp(p + 22, "kernel", 6) && addr >= IMPORT_USER_END)
			return true;	/* the kernel's own memory */
		event = event_new(log, EVENT_TRAP, nr, pid);
		event->addr = addr;
		event->has_addr = true;
		event->code = (unsigned int)field(p, "error_code: ");
	} else if (!strncmp(p, "task:task_newtask(", 18)) {
		uint64_t child = field(p, "pid: ");

		if (!child || child > IMPORT_MAX_PID)
			return false;
		event = event_new(log, EVENT_NEWTASK, nr, pid);
		event->child = (int)child;
		event->flags = field(p, "clone_flags: ");
	} else if (!strncmp(p, "sched:sched_process_exec(filename: ", 35)) {
		event = event_new(log, EVENT_EXEC_NAME, nr, pid);
		event->path = unquote(p + 35);
	} else if (!strncmp(p, "sched:sched_process_exit(", 25)) {
		event_new(log, EVENT_GONE, nr, pid);
	} else {
		log_ignored(log, p, len);
	}
	return true;
}

/* "minfault [sym+0x0] => path@0x12 (d.)": an address, or a file and an offset in it. */
static bool perf_fault(struct import_log *log, unsigned int nr, int pid, const char *p)
{
	const char *to = strstr(p, "] => ");
	const char *end = to ? g_strrstr(to, " (") : NULL;
	g_autofree char *object = NULL;
	struct import_event *event;
	char *at, *stop;
	uint64_t value;

	if (!end || end < to + 5)
		return false;
	object = g_strndup(to + 5, (gsize)(end - to - 5));
	at = strrchr(object, '@');
	value = g_ascii_strtoull(at ? at + 1 : object, &stop, 16);
	if (*stop || stop == object)
		return false;
	event = event_new(log, EVENT_FAULT, nr, pid);
	event->addr = value;
	if (at)
		*at = '\0';
	/* The objects that are no files are printed with an address. */
	event->has_addr = !at || !strcmp(object, "//anon") || !strcmp(object, "[stack]") ||
			  !strcmp(object, "[heap]");
	if (!event->has_addr)
		event->path = g_strdup(object);
	return true;
}

/* Understand line @nr; false if nothing can be made of it. */
bool perf_line(struct import_log *log, unsigned int nr, const char *line)
{
	const char *p = line + strspn(line, " "), *colon;
	int pid;

	if (*p == '\0')
		return true;
	if (!strncmp(p, "LOST ", 5)) {
		log->report->lost_events += (unsigned int)strtoul(p + 5, NULL, 10);
		return false;
	}
	p = skip_time(line);
	p = p ? find_body(p, &pid) : NULL;
	if (!p)
		return false;
	if (!strncmp(p, "minfault", 8) || !strncmp(p, "majfault", 8))
		return perf_fault(log, nr, pid, p);
	if (!strncmp(p, "... [continued]", 15))
		return perf_continued(log, nr, pid, p);
	colon = memchr(p, ':', name_length(p));
	return colon ? perf_tracepoint(log, nr, pid, p) : perf_call(log, nr, pid, p);
}
