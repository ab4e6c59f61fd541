/*
 * side_by_side.c - see side_by_side.h.
 */
#include <inttypes.h>
#include <string.h>

#include "model/lru.h"
#include "model/swap.h"
#include "sim/backend_live.h"
#include "sim/backend_model.h"
#include "sim/live_hold.h"
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
	if (!same_number("/proc/sys/vm/max_map_count", config->max_map_count, why) ||
	    !same_number("/proc/sys/vm/overcommit_memory", config->overcommit_memory, why))
		return false;
	if (keep_min_addr)
		return same_number(min_addr_path, config->mmap_min_addr, why);
	if (live_host_number(min_addr_path, &min_addr))
		config->mmap_min_addr = min_addr;
	return true;
}

/* As the files of sysfs have it. */
static const char *policy_word(enum thp_policy policy)
{
	static const char *const words[] = {
		[THP_MADVISE] = "madvise", [THP_ALWAYS] = "always", [THP_NEVER] = "never",
		[THP_INHERIT] = "inherit",
	};

	return words[policy];
}

/* The same of shared memory; NULL where the host's may stay, for it asks nobody for a huge page. */
static const char *shmem_word(enum shmem_huge huge)
{
	static const char *const words[] = {
		[SHMEM_HUGE_NEVER] = "never", [SHMEM_HUGE_ALWAYS] = "always",
		[SHMEM_HUGE_WITHIN_SIZE] = "within_size", [SHMEM_HUGE_ADVISE] = "advise",
		[SHMEM_HUGE_DENY] = "deny", [SHMEM_HUGE_FORCE] = "force",
	};

	return words[huge];
}

static bool is_usual(const struct machine_config *config)
{
	struct machine_config usual;

	machine_config_init(&usual);
	return config->thp == usual.thp && config->thp_use_zero_page == usual.thp_use_zero_page &&
	       !memcmp(config->thp_order, usual.thp_order, sizeof(usual.thp_order));
}

/* No size at all? */
static bool is_never(const struct machine_config *config)
{
	for (unsigned int order = 2; order < LIVE_THP_ORDERS; order++)
		if (config->thp_order[order] != THP_NEVER &&
		    (config->thp_order[order] != THP_INHERIT || config->thp != THP_NEVER))
			return false;
	return true;
}

/*
 * What the host must be set to.  Where nothing is to be huge, and where `always` has but to be
 * held back, a process can be told so by itself.
 */
static struct live_thp_wish wish_of(const struct side_by_side *both,
				    const struct machine_config *config, const char *host)
{
	struct live_thp_wish wish = { .quiet = both->may_be_huge };

	/* nothing to be huge, or as hosts are set by themselves: not worth a look */
	if (!both->may_be_huge && (is_never(config) || is_usual(config)) &&
	    config->shmem_enabled == SHMEM_HUGE_NEVER)
		return (struct live_thp_wish){};
	wish.shmem_enabled = shmem_word(config->shmem_enabled);
	/* a process that is told so by itself could not even use MADV_COLLAPSE */
	if (both->may_be_huge || config->thp != THP_MADVISE || !strcmp(host, "never"))
		wish.enabled = policy_word(config->thp);
	for (unsigned int order = 2; order < LIVE_THP_ORDERS; order++)
		wish.order[order] = policy_word(config->thp_order[order]);
	wish.use_zero_page = config->thp_use_zero_page ? "1" : "0";
	wish.quiet |= config->thp == THP_ALWAYS;
	return wish;
}

/* Of this run alone, or kept for many. */
static struct live_hold *hold_host(struct side_by_side *both, const struct machine_config *config,
				   const struct side_by_side_means *means, const char *thp,
				   char **why)
{
	static const enum live_swap_kind kinds[] = {
		[SWAP_FILE] = LIVE_SWAP_FILE, [SWAP_DISK] = LIVE_SWAP_DISK,
		[SWAP_ZRAM] = LIVE_SWAP_ZRAM,
	};
	const struct live_wish wish = {
		.thp = wish_of(both, config, thp), .swap = config->swap,
		.swap_kind = kinds[config->swap_device],
		.alone = means->alone, .group = means->group,
	};

	const struct live_hold *before = means->kept_hold ? *means->kept_hold : NULL;
	struct live_hold *hold = means->kept_hold ?
				 live_hold_keep(means->kept_hold, &wish, why) :
				 live_hold_take(&wish, why);

	if (!means->kept_hold)
		both->hold = hold;
	/* who asks for no sizes takes those of the host: as he knows them, or not at all */
	if (hold && hold != before && !wish.thp.order[2])
		*why = live_thp_unexpected();
	return *why ? NULL : hold;
}

struct backend *side_by_side_wrap(struct side_by_side *both, struct backend *model,
				  const struct machine_config *config,
				  const struct side_by_side_means *means, const char *first,
				  struct comparison *cmp, char **why)
{
	g_autofree char *before = live_host_thp(), *thp = NULL;
	struct live_settings settings = {
		.capable = config->capable,
		.swap = config->swap > 0, .swap_zram = config->swap_device == SWAP_ZRAM,
		.ksm_use_zero_pages = config->ksm_use_zero_pages,
		.rlim_stack = config->rlim_stack, .rlim_memlock = config->rlim_memlock,
		.rlim_as = config->rlim_as, .rlim_data = config->rlim_data,
		.max_ptes_none = config->max_ptes_none, .max_ptes_swap = config->max_ptes_swap,
		.max_ptes_shared = config->max_ptes_shared,
		.khugepaged_defrag = config->khugepaged_defrag,
		.khugepaged_ours = both->may_be_huge,
		.deep = means->deep, .quick = means->quick, .stock = means->stock,
		.alone = means->alone,
	};

	settings.hold = hold_host(both, config, means, before, why);
	thp = live_host_thp();
	settings.thp_never = config->thp == THP_NEVER && strcmp(thp, "never") &&
			     !both->may_be_huge;
	settings.thp_advised = config->thp == THP_MADVISE && !strcmp(thp, "always") &&
			       !both->may_be_huge;
	if (settings.hold)
		both->live = backend_live_create(&settings, first, why);
	if (!both->live) {
		backend_destroy(model);
		return NULL;
	}
	both->machine = backend_model_machine(model);
	both->pair = live_pair_create(model, both->live, cmp);
	return both->pair;
}

void side_by_side_end(struct side_by_side *both)
{
	live_hold_release(both->hold);
	both->hold = NULL;
}

/* A look at the host empties the batches of its CPU, first and last: so are the model's. */
void side_by_side_look(const struct side_by_side *both)
{
	struct machine *before = machine_enter(both->machine);

	lru_add_drain();
	live_pair_compare(both->pair);
	machine_enter(before);
}
