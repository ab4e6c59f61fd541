/*
 * smaps.c - reading /proc/PID/smaps and numa_maps.
 *
 * In the kernel:  fs/proc/task_mmu.c show_smap(), show_map_vma(), show_numa_map().
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "smaps.h"

const struct smaps_line_info *smaps_line_info(enum smaps_line line)
{
	static const struct smaps_line_info info[] = {
#define LINE(name, key, what)	{ #name, key, what },
#include "smaps.def"
#undef LINE
	};

	return &info[line];
}

static void smaps_vma_free(gpointer data)
{
	struct smaps_vma *vma = data;

	g_free(vma->name);
	g_free(vma->policy);
	g_strfreev(vma->flags);
	g_free(vma);
}

/* "7f00-7f01 rw-p 00000000 08:01 123   /path"; NULL if @line is none of that kind. */
static struct smaps_vma *parse_header(const char *line)
{
	struct smaps_vma vma = {};
	struct smaps_vma *copy;
	int used = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 "%n", &vma.start,
		   &vma.end, vma.perms, &vma.offset, &vma.major, &vma.minor, &vma.inode,
		   &used) < 7 || !used)
		return NULL;
	if (vma.start >= vma.end || strlen(vma.perms) != 4)
		return NULL;
	copy = g_new0(struct smaps_vma, 1);
	*copy = vma;
	copy->name = g_strdup(line + used + strspn(line + used, " \t"));
	return copy;
}

static bool parse_kb(const char *line, const char *key, uint64_t *kb)
{
	size_t len = strlen(key);

	return !strncmp(line, key, len) && line[len] == ':' &&
	       sscanf(line + len + 1, "%" SCNu64, kb) == 1;
}

static void parse_detail(struct smaps_vma *vma, const char *line)
{
	if (g_str_has_prefix(line, "VmFlags:")) {
		g_autofree char *letters = g_strstrip(g_strdup(line + strlen("VmFlags:")));

		g_strfreev(vma->flags);
		vma->flags = g_strsplit(letters, " ", 0);
		return;
	}
	for (unsigned int n = 0; n < NR_SMAPS_LINES; n++)
		if (parse_kb(line, smaps_line_info((enum smaps_line)n)->key, &vma->kb[n]))
			return;
}

/* "Key:   12 kB" and "VmFlags: rd": a name up to a colon. */
static bool is_detail(const char *line)
{
	size_t len = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_()-");

	return len > 0 && line[len] == ':';
}

GPtrArray *smaps_parse(const char *text, char **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", 0);
	g_autoptr(GPtrArray) vmas = g_ptr_array_new_with_free_func(smaps_vma_free);
	struct smaps_vma *vma = NULL, *last;

	for (size_t i = 0; lines[i]; i++) {
		struct smaps_vma *header = parse_header(lines[i]);

		if (header) {
			last = vma;
			g_ptr_array_add(vmas, header);
			vma = header;
			if (last && header->start < last->end) {
				*error = g_strdup_printf("%zu: error: the area starts below the end of the "
							 "one before", i + 1);
				return NULL;
			}
		} else if (vma && is_detail(lines[i])) {
			parse_detail(vma, lines[i]);
		} else if (*lines[i]) {
			*error = g_strdup_printf("%zu: error: neither a mapping nor a field of one: %.60s",
						 i + 1, lines[i]);
			return NULL;
		}
	}
	if (!vmas->len) {
		*error = g_strdup("1: error: no mapping in it");
		return NULL;
	}
	return g_steal_pointer(&vmas);
}

void smaps_add_policies(GPtrArray *vmas, const char *numa_maps)
{
	g_auto(GStrv) lines = g_strsplit(numa_maps, "\n", 0);

	for (size_t i = 0; lines[i]; i++) {
		uint64_t start = g_ascii_strtoull(lines[i], NULL, 16);
		const char *word = strchr(lines[i], ' ');

		for (guint n = 0; word && n < vmas->len; n++) {
			struct smaps_vma *vma = vmas->pdata[n];

			if (vma->start == start && !vma->policy)
				vma->policy = g_strndup(word + 1, strcspn(word + 1, " "));
		}
	}
}

bool smaps_has_flag(const struct smaps_vma *vma, const char *letters)
{
	for (size_t i = 0; vma->flags && vma->flags[i]; i++)
		if (!strcmp(vma->flags[i], letters))
			return true;
	return false;
}

bool smaps_is_anonymous(const struct smaps_vma *vma)
{
	return vma->inode == 0 || (!strcmp(vma->name, "/dev/zero") && vma->perms[3] == 'p');
}
