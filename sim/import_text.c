/*
 * import_text.c - the words of logs: calls, flags, numbers, argument lists.
 *
 * In the kernel:  include/uapi/asm-generic/{mman-common.h,mman.h,fcntl.h}, linux/{mman.h,sched.h,
 *                 prctl.h,memfd.h,userfaultfd.h}: the values of the names.
 * Left out:       names which no memory call takes.
 * Locks:          none.
 */
#include <stdlib.h>
#include <string.h>

#include "import_internal.h"

static const struct call_desc calls[] = {
	{ "mmap", CALL_MMAP, true, { { "addr", ARG_ADDR }, { "len", ARG_NUM },
	  { "prot", ARG_PROT }, { "flags", ARG_MAP }, { "fd", ARG_FD }, { "off", ARG_NUM } } },
	{ "munmap", CALL_MUNMAP, true, { { "addr", ARG_ADDR }, { "len", ARG_NUM } } },
	{ "mprotect", CALL_MPROTECT, true, { { "start", ARG_ADDR }, { "len", ARG_NUM },
	  { "prot", ARG_PROT } } },
	{ "pkey_mprotect", CALL_PKEY_MPROTECT, true, { { "start", ARG_ADDR },
	  { "len", ARG_NUM }, { "prot", ARG_PROT }, { "pkey", ARG_NUM } } },
	{ "mremap", CALL_MREMAP, true, { { "addr", ARG_ADDR }, { "old_len", ARG_NUM },
	  { "new_len", ARG_NUM }, { "flags", ARG_MREMAP }, { "new_addr", ARG_ADDR } } },
	{ "madvise", CALL_MADVISE, true, { { "start", ARG_ADDR }, { "len_in", ARG_NUM },
	  { "behavior", ARG_MADV } } },
	{ "brk", CALL_BRK, true, { { "brk", ARG_ADDR } } },
	{ "mlock", CALL_MLOCK, true, { { "start", ARG_ADDR }, { "len", ARG_NUM } } },
	{ "mlock2", CALL_MLOCK2, true, { { "start", ARG_ADDR }, { "len", ARG_NUM },
	  { "flags", ARG_MLOCK } } },
	{ "munlock", CALL_MUNLOCK, true, { { "start", ARG_ADDR }, { "len", ARG_NUM } } },
	{ "mlockall", CALL_MLOCKALL, true, { { "flags", ARG_MCL } } },
	{ "munlockall", CALL_MUNLOCKALL, true, { { NULL, ARG_NONE } } },
	{ "msync", CALL_MSYNC, true, { { "start", ARG_ADDR }, { "len", ARG_NUM },
	  { "flags", ARG_MS } } },
	{ "mseal", CALL_MSEAL, true, { { "start", ARG_ADDR }, { "len", ARG_NUM },
	  { "flags", ARG_NUM } } },
	{ "prctl", CALL_PRCTL, false, { { "option", ARG_PR }, { "arg2", ARG_NUM },
	  { "arg3", ARG_NUM }, { "arg4", ARG_NUM }, { "arg5", ARG_NUM } } },
	{ "fork", CALL_FORK, false, { { NULL, ARG_NONE } } },
	{ "vfork", CALL_VFORK, false, { { NULL, ARG_NONE } } },
	{ "clone", CALL_CLONE, false, { { "clone_flags", ARG_CLONE } } },
	{ "clone3", CALL_CLONE3, false, { { "uargs", ARG_CLONE3 } } },
	{ "execve", CALL_EXECVE, false, { { "filename", ARG_PATH } } },
	{ "execveat", CALL_EXECVEAT, false, { { "fd", ARG_NUM }, { "filename", ARG_PATH } } },
	{ "exit", CALL_EXIT, false, { { "error_code", ARG_NUM } } },
	{ "exit_group", CALL_EXIT_GROUP, false, { { "error_code", ARG_NUM } } },
	{ "open", CALL_OPEN, false, { { "filename", ARG_PATH }, { "flags", ARG_OPEN } } },
	{ "creat", CALL_CREAT, false, { { "filename", ARG_PATH } } },
	{ "openat", CALL_OPENAT, false, { { "dfd", ARG_FD }, { "filename", ARG_PATH },
	  { "flags", ARG_OPEN } } },
	{ "close", CALL_CLOSE, false, { { "fd", ARG_FD } } },
	{ "dup", CALL_DUP, false, { { "fildes", ARG_FD } } },
	{ "dup2", CALL_DUP2, false, { { "oldfd", ARG_FD }, { "newfd", ARG_FD } } },
	{ "dup3", CALL_DUP3, false, { { "oldfd", ARG_FD }, { "newfd", ARG_FD } } },
	{ "fcntl", CALL_FCNTL, false, { { "fd", ARG_FD }, { "cmd", ARG_FCNTL } } },
	{ "memfd_create", CALL_MEMFD, true, { { "uname", ARG_PATH }, { "flags", ARG_MFD } } },
	{ "ftruncate", CALL_FTRUNCATE, false, { { "fd", ARG_FD }, { "length", ARG_NUM } } },
	{ "userfaultfd", CALL_UFFD, true, { { "flags", ARG_UFFD } } },
	{ "ioctl", CALL_IOCTL, false, { { "fd", ARG_FD } } },
	{ "shmat", CALL_SHMAT, true, { { NULL, ARG_NONE } } },
	{ "shmdt", CALL_SHMDT, true, { { NULL, ARG_NONE } } },
	{ "mbind", CALL_MBIND, true, { { NULL, ARG_NONE } } },
	{ "process_madvise", CALL_PROCESS_MADVISE, true, { { NULL, ARG_NONE } } },
	{ "remap_file_pages", CALL_REMAP_FILE_PAGES, true, { { NULL, ARG_NONE } } },
};

struct word {
	const char *name;
	uint64_t value;
};

static const struct word prot_words[] = {
	{ "READ", 1 }, { "WRITE", 2 }, { "EXEC", 4 }, { "SEM", 8 },
	{ "GROWSDOWN", 0x1000000 }, { "GROWSUP", 0x2000000 }, { "NONE", 0 }, { NULL, 0 } };
static const struct word map_words[] = {
	{ "SHARED_VALIDATE", 3 }, { "SHARED", 1 }, { "PRIVATE", 2 }, { "DROPPABLE", 8 },
	{ "FIXED", 0x10 }, { "ANONYMOUS", 0x20 }, { "32BIT", 0x40 }, { "GROWSDOWN", 0x100 },
	{ "DENYWRITE", 0x800 }, { "EXECUTABLE", 0x1000 }, { "LOCKED", 0x2000 },
	{ "NORESERVE", 0x4000 }, { "POPULATE", 0x8000 }, { "NONBLOCK", 0x10000 },
	{ "STACK", 0x20000 }, { "HUGETLB", 0x40000 }, { "SYNC", 0x80000 },
	{ "FIXED_NOREPLACE", 0x100000 }, { "UNINITIALIZED", 0x4000000 }, { "FILE", 0 },
	{ NULL, 0 } };
static const struct word mremap_words[] = {
	{ "MAYMOVE", 1 }, { "FIXED", 2 }, { "DONTUNMAP", 4 }, { NULL, 0 } };
static const struct word madv_words[] = {
	{ "NORMAL", 0 }, { "RANDOM", 1 }, { "SEQUENTIAL", 2 }, { "WILLNEED", 3 },
	{ "DONTNEED", 4 }, { "FREE", 8 }, { "REMOVE", 9 }, { "DONTFORK", 10 },
	{ "DOFORK", 11 }, { "MERGEABLE", 12 }, { "UNMERGEABLE", 13 }, { "HUGEPAGE", 14 },
	{ "NOHUGEPAGE", 15 }, { "DONTDUMP", 16 }, { "DODUMP", 17 }, { "WIPEONFORK", 18 },
	{ "KEEPONFORK", 19 }, { "COLD", 20 }, { "PAGEOUT", 21 }, { "POPULATE_READ", 22 },
	{ "POPULATE_WRITE", 23 }, { "DONTNEED_LOCKED", 24 }, { "COLLAPSE", 25 },
	{ "HWPOISON", 100 }, { "SOFT_OFFLINE", 101 }, { "GUARD_INSTALL", 102 },
	{ "GUARD_REMOVE", 103 }, { NULL, 0 } };
static const struct word mlock_words[] = { { "ONFAULT", 1 }, { NULL, 0 } };
static const struct word mcl_words[] = {
	{ "CURRENT", 1 }, { "FUTURE", 2 }, { "ONFAULT", 4 }, { NULL, 0 } };
static const struct word ms_words[] = {
	{ "ASYNC", 1 }, { "INVALIDATE", 2 }, { "SYNC", 4 }, { NULL, 0 } };
static const struct word open_words[] = {
	{ "RDONLY", 0 }, { "WRONLY", 1 }, { "RDWR", 2 }, { "CREAT", 0x40 }, { "EXCL", 0x80 },
	{ "NOCTTY", 0x100 }, { "TRUNC", 0x200 }, { "APPEND", 0x400 }, { "NONBLOCK", 0x800 },
	{ "DSYNC", 0x1000 }, { "ASYNC", 0x2000 }, { "DIRECT", 0x4000 }, { "LARGEFILE", 0x8000 },
	{ "DIRECTORY", 0x10000 }, { "NOFOLLOW", 0x20000 }, { "NOATIME", 0x40000 },
	{ "CLOEXEC", 0x80000 }, { "SYNC", 0x101000 }, { "PATH", 0x200000 },
	{ "TMPFILE", 0x410000 }, { NULL, 0 } };
static const struct word clone_words[] = {
	{ "VM", 0x100 }, { "FS", 0x200 }, { "FILES", 0x400 }, { "SIGHAND", 0x800 },
	{ "PIDFD", 0x1000 }, { "PTRACE", 0x2000 }, { "VFORK", 0x4000 }, { "PARENT", 0x8000 },
	{ "THREAD", 0x10000 }, { "NEWNS", 0x20000 }, { "SYSVSEM", 0x40000 },
	{ "SETTLS", 0x80000 }, { "PARENT_SETTID", 0x100000 }, { "CHILD_CLEARTID", 0x200000 },
	{ "DETACHED", 0x400000 }, { "UNTRACED", 0x800000 }, { "CHILD_SETTID", 0x1000000 },
	{ "NEWCGROUP", 0x2000000 }, { "NEWUTS", 0x4000000 }, { "NEWIPC", 0x8000000 },
	{ "NEWUSER", 0x10000000 }, { "NEWPID", 0x20000000 }, { "NEWNET", 0x40000000 },
	{ "IO", 0x80000000 }, { "CLEAR_SIGHAND", 0x100000000 }, { "SIGCHLD", 17 }, { NULL, 0 } };
static const struct word mfd_words[] = {
	{ "CLOEXEC", 1 }, { "ALLOW_SEALING", 2 }, { "HUGETLB", 4 }, { "NOEXEC_SEAL", 8 },
	{ "EXEC", 16 }, { NULL, 0 } };
static const struct word pr_words[] = {
	{ "SET_MM", 35 }, { "SET_THP_DISABLE", 41 }, { "SET_MEMORY_MERGE", 67 },
	{ "SET_VMA", 0x53564d41 }, { "SET_VMA_ANON_NAME", 0 }, { NULL, 0 } };
static const struct word uffd_words[] = {
	{ "UFFD_USER_MODE_ONLY", 1 }, { "O_CLOEXEC", 0x80000 }, { "O_NONBLOCK", 0x800 },
	{ NULL, 0 } };
static const struct word fcntl_words[] = {
	{ "DUPFD_CLOEXEC", 1030 }, { "DUPFD", 0 }, { NULL, 0 } };

static const struct vocabulary {
	enum arg_kind kind;
	const char *prefix;
	bool one;			/* one word, not a set of bits */
	const struct word *words;
} vocabularies[] = {
	{ ARG_PROT, "PROT_", false, prot_words }, { ARG_MAP, "MAP_", false, map_words },
	{ ARG_MREMAP, "MREMAP_", false, mremap_words }, { ARG_MADV, "MADV_", true, madv_words },
	{ ARG_MLOCK, "MLOCK_", false, mlock_words }, { ARG_MCL, "MCL_", false, mcl_words },
	{ ARG_MS, "MS_", false, ms_words }, { ARG_OPEN, "O_", false, open_words },
	{ ARG_CLONE, "CLONE_", false, clone_words }, { ARG_MFD, "MFD_", false, mfd_words },
	{ ARG_UFFD, "", false, uffd_words }, { ARG_PR, "PR_", true, pr_words },
	{ ARG_FCNTL, "F_", true, fcntl_words },
};

const struct call_desc *call_find(const char *name, gsize len)
{
	for (gsize i = 0; i < G_N_ELEMENTS(calls); i++)
		if (strlen(calls[i].name) == len && !memcmp(calls[i].name, name, len))
			return &calls[i];
	return NULL;
}

static const struct vocabulary *vocabulary_find(enum arg_kind kind)
{
	for (gsize i = 0; i < G_N_ELEMENTS(vocabularies); i++)
		if (vocabularies[i].kind == kind)
			return &vocabularies[i];
	return NULL;
}

/* A process or thread id at @text, and where it ends; 0 if there is none. */
int parse_pid(const char *text, char **end)
{
	guint64 pid = g_ascii_strtoull(text, end, 10);

	return pid <= IMPORT_MAX_PID && *end != text ? (int)pid : 0;
}

/* Decimal, hexadecimal or signed; "NULL" is 0; nothing may follow but a comment or <...>. */
bool parse_number(const char *text, uint64_t *value)
{
	char *end;

	text += strspn(text, " ");
	if (!strncmp(text, "NULL", 4)) {
		*value = 0;
		return true;
	}
	if (!g_ascii_isdigit(text[0]) && !(text[0] == '-' && g_ascii_isdigit(text[1])))
		return false;
	*value = text[0] == '-' ? (uint64_t)g_ascii_strtoll(text, &end, 0)
				: g_ascii_strtoull(text, &end, 0);
	end += strspn(end, " ");
	return *end == '\0' || *end == '<' || !strncmp(end, "/*", 2);
}

static bool parse_word(const struct vocabulary *voc, const char *word, uint64_t *value)
{
	gsize skip = strlen(voc->prefix);

	if (!strncmp(word, voc->prefix, skip))
		word += skip;
	for (const struct word *w = voc->words; w->name; w++) {
		if (!strcmp(w->name, word)) {
			*value = w->value;
			return true;
		}
	}
	return false;
}

/* "READ|WRITE", "PROT_NONE", "0x22", "MAP_SHARED|0x800000": *@ok is false for an unknown word. */
int64_t parse_flags(enum arg_kind kind, const char *text, bool *ok)
{
	const struct vocabulary *voc = vocabulary_find(kind);
	g_auto(GStrv) words = g_strsplit(text, "|", -1);
	uint64_t sum = 0;

	*ok = words[0] != NULL;
	for (char **w = words; *w; w++) {
		char *comment = strstr(*w, "/*");
		uint64_t value = 0;

		if (comment)
			*comment = '\0';
		g_strstrip(*w);
		if (!parse_number(*w, &value) && (!voc || !parse_word(voc, *w, &value)))
			*ok = false;
		sum |= value;
	}
	return (int64_t)sum;
}

/* The same backwards, in the kernel's full names; bits without a name are added as a number. */
void print_flags(enum arg_kind kind, uint64_t value, GString *out)
{
	const struct vocabulary *voc = vocabulary_find(kind);
	gsize before = out->len;

	for (const struct word *w = voc ? voc->words : NULL; w && w->name; w++) {
		if (voc->one ? w->value != value
			     : !w->value || (w->value & value) != w->value)
			continue;
		g_string_append_printf(out, "%s%s%s", out->len > before ? "|" : "",
				       voc->prefix, w->name);
		if (voc->one)
			return;
		value &= ~w->value;
	}
	if (out->len == before && !value && (kind == ARG_PROT || kind == ARG_OPEN))
		g_string_append(out, kind == ARG_PROT ? "PROT_NONE" : "O_RDONLY");
	else if (out->len == before)
		g_string_append_printf(out, "%" G_GUINT64_FORMAT, value);
	else if (value)
		g_string_append_printf(out, "|%#" G_GINT64_MODIFIER "x", value);
}

static const char *skip_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return p;
}

/* The bracket that closes the one at @open; NULL if the text ends before. */
const char *match_close(const char *open)
{
	int depth = 0;

	for (const char *p = open; *p; p++) {
		if (*p == '"') {
			p = skip_string(p);
			if (!*p)
				return NULL;
		} else if (strchr("([{", *p)) {
			depth++;
		} else if (strchr(")]}", *p) && --depth == 0) {
			return p;
		}
	}
	return NULL;
}

/* Cut at commas outside of brackets and quotes; a NULL-terminated vector. */
char **split_args(const char *text, gsize len)
{
	g_autofree char *copy = g_strndup(text, len);
	GPtrArray *args = g_ptr_array_new();
	const char *from = copy;
	int depth = 0;

	for (const char *p = copy;; p++) {
		if (*p == '"') {
			p = skip_string(p);
		} else if (*p && strchr("([{", *p)) {
			depth++;
		} else if (*p && strchr(")]}", *p)) {
			depth--;
		}
		if (!*p || (*p == ',' && depth <= 0)) {
			char *arg = g_strstrip(g_strndup(from, (gsize)(p - from)));

			if (*arg || *p)
				g_ptr_array_add(args, arg);
			else
				g_free(arg);
			from = p + 1;
		}
		if (!*p)
			break;
	}
	g_ptr_array_add(args, NULL);
	return (char **)g_ptr_array_free(args, FALSE);
}

/* The string literal at the start of @text, quotes and escapes removed; NULL if it is none. */
char *unquote(const char *text)
{
	const char *end;
	g_autofree char *inner = NULL;

	if (*text != '"')
		return NULL;
	end = skip_string(text);
	if (*end != '"')
		return NULL;
	inner = g_strndup(text + 1, (gsize)(end - text - 1));
	return g_strcompress(inner);
}

struct import_event *event_new(struct import_log *log, enum event_kind kind,
			       unsigned int line, int pid)
{
	struct import_event *event = g_new0(struct import_event, 1);

	event->kind = kind;
	event->line = line;
	event->pid = pid;
	g_ptr_array_add(log->events, event);
	return event;
}

void event_free(void *data)
{
	struct import_event *event = data;

	if (!event)
		return;
	g_free(event->path);
	g_free(event->fd_path);
	g_free(event->text);
	checkpoint_free(event->checkpoint);
	g_free(event);
}

/* What stands behind "=": a number, an address, -1 NAME, ? or nothing; false if none of these. */
bool event_result(struct import_event *event, const char *text)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	char *words = copy + strcspn(copy, " ");
	uint64_t value;
	gsize len;

	if (*copy == '\0' || *copy == '?')
		return true;
	if (*words)
		*words++ = '\0';
	if (!parse_number(copy, &value))
		return event->call->id == CALL_FCNTL;	/* words, for commands of no concern */
	event->has_ret = true;
	event->ret = (int64_t)value;
	len = strspn(words, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	if (event->ret == -1 && len > 1 && *words == 'E')
		g_snprintf(event->err, sizeof(event->err), "%.*s", (int)len, words);
	return true;
}

void log_problem(struct import_log *log, unsigned int line, unsigned int col,
		 const char *fmt, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, fmt);
	text = g_strdup_vprintf(fmt, args);
	va_end(args);
	g_ptr_array_add(log->report->problems,
			g_strdup_printf("%s:%u:%u: warning: %s", log->path, line, col, text));
}

void log_ignored(struct import_log *log, const char *name, gsize len)
{
	g_autofree char *key = g_strndup(name, len);
	guint count = GPOINTER_TO_UINT(g_tree_lookup(log->report->ignored, key));

	g_tree_insert(log->report->ignored, g_steal_pointer(&key), GUINT_TO_POINTER(count + 1));
}
