/*
 * side_by_side.c - see side_by_side.h.
 */
#include <inttypes.h>
#include <string.h>

#include "model/lru.h"
#include "model/swap.h"
#include "sim/backend_live.h"
#include "sim/backend_model.h"
#include "sim/live_host.h"
#include "sim/side_by_side.h"

static bool same_number(const char *path, uint64_t wanted, char **why)
{
	uint64_t value = 0;

	if (live_host_number(path, &value) && value == wanted)
		return true;
	*why = g_strdup_printf("%s of this host is not %" PRIu64, path, wanted);
	return false;
}

bool side_by_side_adapt(struct machine_config *config, bool keep_min_addr, char **why)
{
	static const char min_addr_path[] = "/proc/sys/vm/mmap_min_addr";
	uint64_t min_addr = 0;

	if (config->capable && !live_host_capable()) {
		*why = g_strdup("it needs CAP_IPC_LOCK, CAP_SYS_RAWIO and CAP_SYS_ADMIN, or "
				"set cap = off");
		return false;
	}
	if (config->swap && config->swap_device == SWAP_DISK) {
		*why = g_strdup("a host cannot be given: swap.device disk");
		return false;
	}
	if (!same_number("/proc/sys/vm/max_map_count", config->max_map_count, why) ||
	    !same_number("/proc/sys/vm/overcommit_memory", config->overcommit_memory, why))
		return false;
	if (keep_min_addr)
		return same_number(min_addr_path, config->mmap_min_addr, why);
	if (live_host_number(min_addr_path, &min_addr))
		config->mmap_min_addr = min_addr;
	return true;
}

struct backend *side_by_side_wrap(struct side_by_side *both, struct backend *model,
				  const struct machine_config *config,
				  const struct side_by_side_means *means, const char *first,
				  struct comparison *cmp, char **why)
{
	g_autofree char *thp = live_host_thp();
	const struct live_settings settings = {
		.capable = config->capable,
		.thp_never = config->thp == THP_NEVER && strcmp(thp, "never"),
		.thp_advised = config->thp == THP_MADVISE && !strcmp(thp, "always"),
		.swap = config->swap, .swap_zram = config->swap_device == SWAP_ZRAM,
		.rlim_stack = config->rlim_stack, .rlim_memlock = config->rlim_memlock,
		.rlim_as = config->rlim_as, .rlim_data = config->rlim_data,
		.deep = means->deep, .quick = means->quick, .stock = means->stock,
	};

	both->live = backend_live_create(&settings, first, why);
	if (!both->live) {
		backend_destroy(model);
		return NULL;
	}
	both->machine = backend_model_machine(model);
	both->pair = live_pair_create(model, both->live, cmp);
	return both->pair;
}

/* A look at the host empties the batches of its CPU, first and last: so are the model's. */
void side_by_side_look(const struct side_by_side *both)
{
	struct machine *before = machine_enter(both->machine);

	lru_add_drain();
	live_pair_compare(both->pair);
	machine_enter(before);
}
