/*
 * import_strace.c - lines of `strace -f` become events.
 *
 * A call cut in two ("<unfinished ...>", "<... mmap resumed>") is joined and takes the place
 * of its end: that is where the caller learns the result.
 *
 * In the kernel:  nothing; the format is that of strace(1), versions 5 and 6.
 * Left out:       -i and -k output; page faults, which strace does not see.
 * Locks:          none.
 */
#include <stdlib.h>
#include <string.h>

#include "import_internal.h"

/* "4711 ", "[pid  4711] ", and what -t, -tt, -ttt or -r put behind it. */
static const char *skip_prefix(const char *p, int *pid)
{
	char *end;

	*pid = 0;
	if (!strncmp(p, "[pid", 4)) {
		*pid = parse_pid(p + 4, &end);
		p = *end == ']' ? end + 1 : end;
	} else if (g_ascii_isdigit(*p)) {
		int value = parse_pid(p, &end);

		if (*end == ' ' && value) {
			*pid = value;
			p = end;
		}
	}
	p += strspn(p, " ");
	if (g_ascii_isdigit(*p) || (*p == '+' && g_ascii_isdigit(p[1])))
		p += strspn(p, "+0123456789:.");
	return p + strspn(p, " ");
}

static gsize name_length(const char *p)
{
	return strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

bool strace_looks_like(const char *line)
{
	int pid;
	const char *p = skip_prefix(line, &pid);
	gsize len = name_length(p);

	return len > 1 && p[len] == '(' && pid >= 0;
}

/* "3</etc/passwd>": strace -y names the file. */
static void fd_path(struct import_event *event, const char *text)
{
	const char *open = strchr(text, '<');
	gsize len = open ? strlen(open) : 0;

	if (len > 2 && open[1] == '/' && open[len - 1] == '>' && !event->fd_path)
		event->fd_path = g_strndup(open + 1, len - 2);
}

/* The flags of clone stand in "flags=...", those of clone3 in a struct. */
static bool clone_flags(struct import_event *event, char **args)
{
	for (char **a = args; *a; a++) {
		const char *at = strstr(*a, "flags=");
		g_autofree char *flags = NULL;
		bool ok;

		if (!at)
			continue;
		flags = g_strndup(at + 6, strcspn(at + 6, ",}"));
		event->arg[0] = (uint64_t)parse_flags(ARG_CLONE, flags, &ok);
		event->known |= ok ? 1U : 0;
		return true;
	}
	return event->call->id == CALL_CLONE3;
}

static bool strace_arg(struct import_event *event, unsigned int i, const char *text)
{
	enum arg_kind kind = event->call->args[i].kind;
	bool ok = true;

	switch (kind) {
	case ARG_PATH:
		event->path = unquote(text);
		break;
	case ARG_FD:
		fd_path(event, text);
		if (!strncmp(text, "AT_FDCWD", 8)) {
			event->arg[i] = (uint64_t)-100;
			break;
		}
		ok = parse_number(text, &event->arg[i]);
		break;
	case ARG_NUM:
	case ARG_ADDR:
		ok = parse_number(text, &event->arg[i]);
		if (!ok && event->call->id == CALL_PRCTL)
			event->arg[i] = (uint64_t)parse_flags(ARG_PR, text, &ok);
		/* prctl's other options take words and structs which do not concern us */
		if (!ok && event->call->id == CALL_PRCTL)
			return true;
		break;
	case ARG_PR:
	case ARG_FCNTL:
		event->arg[i] = (uint64_t)parse_flags(kind, text, &ok);
		if (!ok)
			return true;
		break;
	default:
		event->arg[i] = (uint64_t)parse_flags(kind, text, &ok);
		break;
	}
	if (ok)
		event->known |= 1U << i;
	return ok;
}

static bool strace_args(struct import_event *event, const char *text, gsize len)
{
	g_auto(GStrv) args = split_args(text, len);
	const struct call_arg *want = event->call->args;

	if (want[0].kind == ARG_CLONE || want[0].kind == ARG_CLONE3)
		return clone_flags(event, args);
	for (unsigned int i = 0; i < IMPORT_MAX_ARGS && want[i].kind && args[i]; i++)
		if (!strace_arg(event, i, args[i]))
			return false;
	event->text = g_strndup(text, len);
	/* openat may leave the mode away, nothing else may be short: flags decide */
	return want[0].kind == ARG_NONE || args[0] != NULL;
}

/* A whole call: "name(args) = result". */
static bool strace_call(struct import_log *log, unsigned int nr, int pid, const char *p)
{
	gsize len = name_length(p);
	const struct call_desc *call = call_find(p, len);
	const char *close = match_close(p + len), *result;
	struct import_event *event;

	if (!close)
		return false;
	result = close + 1 + strspn(close + 1, " ");
	if (*result != '=')
		return false;
	if (!call) {
		log_ignored(log, p, len);
		return true;
	}
	event = event_new(log, EVENT_CALL, nr, pid);
	event->call = call;
	if (strace_args(event, p + len + 1, (gsize)(close - p) - len - 1) &&
	    event_result(event, result + 1))
		return true;
	g_ptr_array_set_size(log->events, (int)log->events->len - 1);
	return false;
}

static void strace_enter(struct import_log *log, unsigned int nr, int pid, const char *p)
{
	const struct call_desc *call = call_find(p, name_length(p));
	g_autofree char *joined = NULL;

	if (!call)
		return;
	joined = g_strconcat(p, ")", NULL);
	if (match_close(joined + name_length(p)) == NULL)
		return;
	struct import_event *event = event_new(log, EVENT_ENTER, nr, pid);

	event->call = call;
	if (!strace_args(event, p + name_length(p) + 1, strlen(p) - name_length(p) - 1))
		event->known = 0;
}

static bool strace_unfinished(struct import_log *log, unsigned int nr, int pid,
			      const char *p, const char *mark)
{
	char *begun = g_strchomp(g_strndup(p, (gsize)(mark - p)));

	if (p[name_length(p)] != '(' || !name_length(p)) {
		g_free(begun);
		return false;
	}
	strace_enter(log, nr, pid, begun);
	g_hash_table_replace(log->begun, GINT_TO_POINTER(pid), begun);
	return true;
}

/* "<... mmap resumed>, rest) = 0x7f.." */
static bool strace_resumed(struct import_log *log, unsigned int nr, int pid, const char *p)
{
	const char *rest = strstr(p, "resumed>");
	const char *begun = g_hash_table_lookup(log->begun, GINT_TO_POINTER(pid));
	const char *name = p + strlen("<... ");
	g_autofree char *joined = NULL;
	bool ok;

	if (!rest)
		return false;
	if (!begun) {
		/* the log begins in the middle of this call */
		if (call_find(name, name_length(name)))
			return false;
		log_ignored(log, name, name_length(name));
		return true;
	}
	if (name_length(name) != name_length(begun) ||
	    strncmp(name, begun, name_length(name)))
		return false;
	rest += strlen("resumed>");
	/* Old versions write a blank before what follows. */
	joined = g_strconcat(begun, rest, NULL);
	ok = strace_call(log, nr, pid, joined);
	g_hash_table_remove(log->begun, GINT_TO_POINTER(pid));
	return ok;
}

/* Understand line @nr; false if nothing can be made of it. */
bool strace_line(struct import_log *log, unsigned int nr, const char *line)
{
	int pid;
	const char *p = skip_prefix(line, &pid);
	const char *mark = strstr(p, "<unfinished ...>");

	if (*p == '\0' || !strncmp(p, "strace: Process ", 16) || !strncmp(p, "--- ", 4))
		return true;
	if (!strncmp(p, "+++ ", 4)) {
		if (!strncmp(p, "+++ superseded", 14))
			return true;
		event_new(log, EVENT_GONE, nr, pid);
		return true;
	}
	if (!strncmp(p, "<... ", 5))
		return strace_resumed(log, nr, pid, p);
	if (mark)
		return strace_unfinished(log, nr, pid, p, mark);
	if (!name_length(p) || p[name_length(p)] != '(')
		return false;
	return strace_call(log, nr, pid, p);
}
