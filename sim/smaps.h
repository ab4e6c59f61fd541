/*
 * smaps.h - reading /proc/PID/smaps and numa_maps: what user space can know of a VMA.
 */
#ifndef SIM_SMAPS_H
#define SIM_SMAPS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/smaps_lines.h"

struct smaps_vma {
	uint64_t start, end;	/* bytes */
	uint64_t offset;	/* bytes into the file; 0 for anonymous memory, which hides it */
	char perms[5];		/* "rw-p" */
	unsigned int major, minor;
	uint64_t inode;
	char *name;		/* path or "[heap]"; "" if none */
	char **flags;		/* two letters each, NULL-terminated */
	uint64_t kb[NR_SMAPS_LINES];	/* 0 where a line is missing */
	char *policy;		/* first word of numa_maps' line, or NULL if that is not known */
};

/* struct smaps_vma in address order, or NULL with the line and what is wrong in *error. */
GPtrArray *smaps_parse(const char *text, char **error);
/* Fills in the policies. */
void smaps_add_policies(GPtrArray *vmas, const char *numa_maps);
bool smaps_has_flag(const struct smaps_vma *vma, const char *letters);
/* Is the memory anonymous: no file, or one that gives none (private /dev/zero)? */
bool smaps_is_anonymous(const struct smaps_vma *vma);

#endif
