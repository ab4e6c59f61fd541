/*
 * settings.h - what stands before the first statement, as a configuration of the machine.
 *
 * In the kernel:  sysctl vm.*, RLIMIT_*, the release itself.
 * Locks:          none.
 */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include "model/machine.h"
#include "sim/ast.h"

struct run_settings {
	struct machine_config config;
	bool placement_recorded;	/* mmap(NULL, ...) takes the address behind `=` */
	uint64_t window;		/* bytes; 0 for none */
	struct loc window_loc;
	bool has_bug;			/* the script names one, switched on or not */
};

/*
 * Reads all settings of @script.  @bugs: switch on what `bug NAME` puts back; false to see
 * the same scenario without.  False with errors in @diags.
 */
bool settings_read(const struct script *script, bool bugs, struct run_settings *settings,
		   struct diag_list *diags);

/* Rows for `mmsim list settings`: name, values, meaning; NULL past the end. */
const char *setting_row(size_t i, const char **values, const char **what);

#endif
