/*
 * smaps_lines.h - the sums that /proc/PID/smaps shows of an area, by name; smaps.def has them.
 */
#ifndef SIM_SMAPS_LINES_H
#define SIM_SMAPS_LINES_H

enum smaps_line {
#define LINE(name, key, what)	SMAPS_##name,
#include "smaps.def"
#undef LINE
	NR_SMAPS_LINES
};

struct smaps_line_info {
	const char *name;	/* "swap_pss" */
	const char *key;	/* as the file has it: "SwapPss" */
	const char *what;
};

const struct smaps_line_info *smaps_line_info(enum smaps_line line);

#endif
