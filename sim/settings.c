/*
 * settings.c - the settings of a scenario; see settings.h.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/expr.h"
#include "sim/settings.h"

enum setting_type {
	SET_BYTES, SET_COUNT, SET_WORD, SET_KERNEL,
};

struct setting_key {
	const char *name;
	enum setting_type type;
	uint64_t min, max;
	const char *const *words;	/* SET_WORD: their order is that of the enum */
	void (*apply)(struct run_settings *settings, uint64_t value);
	const char *values, *what;
};

/* The words of thp_words, order_words. */
static enum thp_policy thp_policy(uint64_t word)
{
	static const enum thp_policy policies[] = { THP_MADVISE, THP_NEVER, THP_ALWAYS,
						    THP_INHERIT };

	return policies[word];
}

#define APPLY(name, expression)							\
	static void apply_##name(struct run_settings *s, uint64_t value)	\
	{									\
		expression;							\
	}
APPLY(ram, s->config.ram = value)
APPLY(swap, s->config.swap = value)
APPLY(swap_device, s->config.swap_device = (unsigned int)value)
APPLY(swap_stable, s->config.swap_stable_writes = (enum swap_stable)value)
APPLY(swap_writeback, s->config.swap_writeback = (enum swap_writeback_end)value)
APPLY(ksm_zero, s->config.ksm_use_zero_pages = value != 0)
APPLY(ksm_sharing, s->config.ksm_max_page_sharing = (unsigned int)value)
APPLY(cpus, s->config.cpus = (unsigned int)value)
APPLY(nodes, s->config.nodes = (unsigned int)value)
APPLY(max_map_count, s->config.max_map_count = (unsigned int)value)
APPLY(overcommit_memory, s->config.overcommit_memory = (unsigned int)value)
APPLY(overcommit_ratio, s->config.overcommit_ratio = (unsigned int)value)
APPLY(mmap_min_addr, s->config.mmap_min_addr = value)
APPLY(rlim_stack, s->config.rlim_stack = value)
APPLY(rlim_memlock, s->config.rlim_memlock = value)
APPLY(rlim_as, s->config.rlim_as = value)
APPLY(rlim_data, s->config.rlim_data = value)
APPLY(cap, s->config.capable = value == 0)
APPLY(thp, s->config.thp = thp_policy(value))
APPLY(max_ptes_none, s->config.max_ptes_none = (unsigned int)value)
APPLY(max_ptes_swap, s->config.max_ptes_swap = (unsigned int)value)
APPLY(max_ptes_shared, s->config.max_ptes_shared = (unsigned int)value)
APPLY(pages_to_scan, s->config.khugepaged_pages_to_scan = (unsigned int)value)
APPLY(khugepaged_defrag, s->config.khugepaged_defrag = value != 0)
APPLY(collapse, s->config.collapse = (unsigned int)value)
APPLY(relocate_anon, s->config.relocate_anon = (unsigned int)value)
APPLY(shmem_enabled, s->config.shmem_enabled = (enum shmem_huge)value)
APPLY(thp_zero, s->config.thp_use_zero_page = value == 0)
#define APPLY_ORDER(order) APPLY(thp_order_##order, s->config.thp_order[order] = thp_policy(value))
APPLY_ORDER(2)
APPLY_ORDER(3)
APPLY_ORDER(4)
APPLY_ORDER(5)
APPLY_ORDER(6)
APPLY_ORDER(7)
APPLY_ORDER(8)
APPLY_ORDER(9)
APPLY(layout, s->config.layout = (enum address_layout)value)
APPLY(placement, s->placement_recorded = value == 1)
APPLY(kernel, semantics_init(&s->config.semantics, (unsigned int)value))

static const char *const on_off[] = { "on", "off", NULL };
static const char *const thp_words[] = { "madvise", "never", "always", NULL };
static const char *const order_words[] = { "madvise", "never", "always", "inherit", NULL };
/* In the order of enum shmem_huge. */
static const char *const shmem_words[] = { "never", "always", "within_size", "advise", "deny",
					   "force", NULL };
/* In the order of enum address_layout. */
static const char *const layout_words[] = { "empty", "typical", "stack", NULL };
static const char *const placement_words[] = { "search", "recorded", NULL };

/* As in model/collapse_designs.def. */
static const char *const collapse_words[] = {
#define COLLAPSE_DESIGN(name, word, smaller, run, source, what)	word,
#include "model/collapse_designs.def"
#undef COLLAPSE_DESIGN
	NULL
};

/* As in model/relocate_designs.def. */
static const char *const relocate_words[] = {
#define RELOCATE_DESIGN(name, word, move, source, what)	word,
#include "model/relocate_designs.def"
#undef RELOCATE_DESIGN
	NULL
};

static const char *const swap_device_words[] = { "file", "disk", "zram", NULL };
static const char *const swap_stable_words[] = { "device", "on", "off", NULL };
static const char *const swap_writeback_words[] = { "prompt", "held", NULL };

/* Releases whose differences the table of semantics goes back to. */
#define OLDEST	KERNEL_VERSION(6, 6)
#define NEWEST	KERNEL_VERSION(6, 18)

#define ORDER_KEY(size, order, preset)							\
	{ "thp." size, SET_WORD, 0, 0, order_words, apply_thp_order_##order,		\
	  "always | madvise | inherit | never",						\
	  "folios of " size " in page faults; inherit: as thp says; " preset }

static const struct setting_key keys[] = {
	{ "ram", SET_BYTES, 1UL << 20, (1UL << 40) - 1, NULL, apply_ram, "1M to less than 1T",
	  "physical memory; 4G unless said otherwise" },
	{ "swap", SET_BYTES, 0, 1UL << 32, NULL, apply_swap, "0 to 4G",
	  "size of the swap device; 0 for none" },
	{ "swap.device", SET_WORD, 0, 0, swap_device_words, apply_swap_device,
	  "file | disk | zram",
	  "file: written asynchronously; disk: likewise, large folios stay together; zram: written "
	  "and read at once, pages must not change meanwhile" },
	{ "swap.stable_writes", SET_WORD, 0, 0, swap_stable_words, apply_swap_stable,
	  "device | on | off",
	  "whether a page must not change while it is written; device: as its kind has it" },
	{ "swap.writeback", SET_WORD, 0, 0, swap_writeback_words, apply_swap_writeback,
	  "prompt | held", "a write ends with its statement, or when disk: writeback_end() says so" },
	{ "thp", SET_WORD, 0, 0, thp_words, apply_thp, "always | madvise | never",
	  "transparent huge pages: for all areas, those with MADV_HUGEPAGE, or none" },
	ORDER_KEY("16K", 2, "never"),
	ORDER_KEY("32K", 3, "never"),
	ORDER_KEY("64K", 4, "never"),
	ORDER_KEY("128K", 5, "never"),
	ORDER_KEY("256K", 6, "never"),
	ORDER_KEY("512K", 7, "never"),
	ORDER_KEY("1M", 8, "never"),
	ORDER_KEY("2M", 9, "inherit"),
	{ "thp.shmem_enabled", SET_WORD, 0, 0, shmem_words, apply_shmem_enabled,
	  "always | within_size | advise | never | deny | force",
	  "folios of 2 MiB in faults on anonymous shared memory and memfds; never" },
	{ "thp.use_zero_page", SET_WORD, 0, 0, on_off, apply_thp_zero, "on | off",
	  "whether reads of untouched memory map the huge zero page; on" },
	{ "khugepaged.max_ptes_none", SET_COUNT, 0, 511, NULL, apply_max_ptes_none, "0 to 511",
	  "pages that khugepaged may add to make a huge one; 511" },
	{ "khugepaged.max_ptes_swap", SET_COUNT, 0, 511, NULL, apply_max_ptes_swap, "0 to 511",
	  "pages that it may swap in for one; 64" },
	{ "khugepaged.max_ptes_shared", SET_COUNT, 0, 511, NULL, apply_max_ptes_shared, "0 to 511",
	  "pages of it that others may map as well; 256" },
	{ "khugepaged.pages_to_scan", SET_COUNT, 1, UINT32_MAX, NULL, apply_pages_to_scan,
	  "1 or more", "pages that khugepaged looks at in a pass; 4096" },
	{ "khugepaged.defrag", SET_COUNT, 0, 1, NULL, apply_khugepaged_defrag, "0 or 1",
	  "whether it reclaims memory to have a huge page; 1" },
	{ "collapse", SET_WORD, 0, 0, collapse_words, apply_collapse,
	  "mainline | mthp | table | ptes",
	  "how a collapse is done; `mmsim list features` says what each is, and whose" },
	{ "relocate_anon", SET_WORD, 0, 0, relocate_words, apply_relocate_anon,
	  "none | v1 | complete | automatic",
	  "whether mremap() can make faulted memory as if it were new at the new place, and how; "
	  "`mmsim list features` says what each is" },
	{ "ksm.use_zero_pages", SET_COUNT, 0, 1, NULL, apply_ksm_zero, "0 or 1",
	  "whether KSM maps the zero page where a page is all zeroes; 0" },
	{ "ksm.max_page_sharing", SET_COUNT, 2, INT32_MAX, NULL, apply_ksm_sharing, "2 or more",
	  "how often one KSM page is mapped before there is a second; 256" },
	{ "cpus", SET_COUNT, 1, 64, NULL, apply_cpus, "1 to 64", "number of CPUs; 2" },
	{ "nodes", SET_COUNT, 1, 8, NULL, apply_nodes, "1 to 8",
	  "NUMA nodes that share the memory; 1" },
	{ "layout", SET_WORD, 0, 0, layout_words, apply_layout, "empty | typical | stack",
	  "what a new address space holds: nothing; text, heap, stack, vdso; or a stack that was moved "
	  "to its place" },
	{ "placement", SET_WORD, 0, 0, placement_words, apply_placement, "search | recorded",
	  "whether mmap(NULL, ...) searches or takes the address behind `=`" },
	{ "kernel", SET_KERNEL, OLDEST, NEWEST, NULL, apply_kernel, "6.6 to 6.18",
	  "the release whose behaviour is modelled" },
	{ "max_map_count", SET_COUNT, 0, INT32_MAX, NULL, apply_max_map_count, "a number",
	  "VMAs a process may have; 65530" },
	{ "overcommit_memory", SET_COUNT, 0, 2, NULL, apply_overcommit_memory, "0, 1 or 2",
	  "heuristic, always, never" },
	{ "overcommit_ratio", SET_COUNT, 0, 1000, NULL, apply_overcommit_ratio, "per cent",
	  "of ram that overcommit_memory = 2 lends" },
	{ "mmap_min_addr", SET_BYTES, 0, 1UL << 46, NULL, apply_mmap_min_addr, "bytes",
	  "lowest address that can be mapped; 4096" },
	{ "rlimit.stack", SET_BYTES, 0, UINT64_MAX, NULL, apply_rlim_stack, "bytes", "8M" },
	{ "rlimit.memlock", SET_BYTES, 0, UINT64_MAX, NULL, apply_rlim_memlock, "bytes", "8M" },
	{ "rlimit.as", SET_BYTES, 0, UINT64_MAX, NULL, apply_rlim_as, "bytes",
	  "RLIM_INFINITY" },
	{ "rlimit.data", SET_BYTES, 0, UINT64_MAX, NULL, apply_rlim_data, "bytes",
	  "RLIM_INFINITY" },
	{ "cap", SET_WORD, 0, 0, on_off, apply_cap, "on | off",
	  "whether tasks start with CAP_IPC_LOCK, CAP_SYS_RAWIO, CAP_SYS_ADMIN" },
};

/* Known to the language, of no effect in the model: saying so is better than nothing. */
static const char *const later[] = { "ksm.", "swappiness",
				     "watermark_scale_factor" };

const char *setting_row(size_t i, const char **values, const char **what)
{
	if (i >= G_N_ELEMENTS(keys))
		return NULL;
	*values = keys[i].values;
	*what = keys[i].what;
	return keys[i].name;
}

static const struct setting_key *find_key(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static bool number_of(const struct setting *setting, struct diag_list *diags, uint64_t *out)
{
	static const struct eval_ops no_ops;
	struct eval eval = { .ops = &no_ops, .diags = diags };

	if (setting->expr)
		return eval_number(&eval, setting->expr, "the value", out);
	diag_error(diags, &setting->value_loc, NULL, "'%s' is not a number", setting->value);
	return false;
}

static bool word_of(const struct setting *setting, const struct setting_key *key,
		    struct diag_list *diags, uint64_t *out)
{
	g_autofree char *note = NULL;
	struct nearest nearest;

	nearest_init(&nearest, setting->value);
	for (size_t i = 0; key->words[i]; i++) {
		nearest_offer(&nearest, key->words[i]);
		if (!strcmp(key->words[i], setting->value)) {
			*out = i;
			return true;
		}
	}
	note = nearest.best ? nearest_note(&nearest) : g_strdup_printf("%s", key->values);
	diag_error(diags, &setting->value_loc, note, "%s cannot be '%s'", key->name,
		   setting->value);
	return false;
}

static bool kernel_of(const struct setting *setting, const struct setting_key *key,
		      struct diag_list *diags, uint64_t *out)
{
	unsigned int major = 0, minor = 0;
	char rest = 0;

	if (sscanf(setting->value, "%u.%u%c", &major, &minor, &rest) == 2 && major < 1000 &&
	    minor < 1000) {
		*out = KERNEL_VERSION(major, minor);
		if (*out >= key->min && *out <= key->max)
			return true;
	}
	diag_error(diags, &setting->value_loc, "any release from 6.6 to 6.18",
		   "the behaviour of release '%s' is not modelled", setting->value);
	return false;
}

static bool value_of(const struct setting *setting, const struct setting_key *key,
		     struct diag_list *diags, uint64_t *out)
{
	if (key->type == SET_WORD)
		return word_of(setting, key, diags, out);
	if (key->type == SET_KERNEL)
		return kernel_of(setting, key, diags, out);
	if (!number_of(setting, diags, out))
		return false;
	if (*out >= key->min && *out <= key->max &&
	    (strcmp(key->name, "swap") || !*out || *out >= 2 * PAGE_SIZE))
		return true;
	diag_error(diags, &setting->value_loc, key->values, "%s is out of its range", key->name);
	return false;
}

/* A row of the table of semantics: `set NAME = on`. */
static bool set_feature(const struct setting *setting, const struct semantics_info *row,
			struct run_settings *settings, struct diag_list *diags)
{
	static const char *const yes[] = { "on", "yes", "1", "true" };
	static const char *const no[] = { "off", "no", "0", "false" };

	if (row->is_bug) {
		diag_error(diags, &setting->key_loc, "write: bug NAME",
			   "'%s' is a bug, not a variant",
			   setting->key);
		return false;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(yes); i++) {
		if (!strcmp(setting->value, yes[i]) || !strcmp(setting->value, no[i])) {
			semantics_set(&settings->config.semantics, row,
				      !strcmp(setting->value, yes[i]));
			return true;
		}
	}
	diag_error(diags, &setting->value_loc, "on or off", "%s cannot be '%s'", setting->key,
		   setting->value);
	return false;
}

static bool unknown_key(const struct setting *setting, struct diag_list *diags)
{
	g_autofree char *note = NULL;
	struct nearest nearest;
	const struct semantics_info *rows;
	size_t nr;

	for (size_t i = 0; i < G_N_ELEMENTS(later); i++) {
		if (!g_str_has_prefix(setting->key, later[i]))
			continue;
		diag_error(diags, &setting->key_loc, NULL, "not yet modelled: set %s",
			   setting->key);
		return false;
	}
	nearest_init(&nearest, setting->key);
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		nearest_offer(&nearest, keys[i].name);
	rows = semantics_table(&nr);
	for (size_t i = 0; i < nr; i++)
		nearest_offer(&nearest, rows[i].name);
	note = nearest_note(&nearest);
	diag_error(diags, &setting->key_loc,
		   note ? note : "`mmsim list settings` and `mmsim list features` have them all",
		   "there is no setting '%s'", setting->key);
	return false;
}

static bool set_key(const struct setting *setting, struct run_settings *settings,
		    struct diag_list *diags)
{
	const struct setting_key *key = find_key(setting->key);
	const struct semantics_info *row = key ? NULL : semantics_find(setting->key);
	uint64_t value = 0;

	if (row)
		return set_feature(setting, row, settings, diags);
	if (!key)
		return unknown_key(setting, diags);
	if (!value_of(setting, key, diags, &value))
		return false;
	if (key->type != SET_KERNEL)	/* that came first */
		key->apply(settings, value);
	return true;
}

static bool set_bug(const struct setting *setting, bool bugs, struct run_settings *settings,
		    struct diag_list *diags)
{
	const struct semantics_info *row = semantics_find(setting->value), *rows;
	g_autofree char *note = NULL;
	struct nearest nearest;
	size_t nr;

	if (row && row->is_bug) {
		settings->has_bug = true;
		semantics_set(&settings->config.semantics, row, bugs);
		return true;
	}
	rows = semantics_table(&nr);
	nearest_init(&nearest, setting->value);
	for (size_t i = 0; i < nr; i++)
		if (rows[i].is_bug)
			nearest_offer(&nearest, rows[i].name);
	note = nearest_note(&nearest);
	diag_error(diags, &setting->value_loc, note ? note : "`mmsim list bugs` has them all",
		   "there is no bug '%s'", setting->value);
	return false;
}

static bool set_window(const struct setting *setting, struct run_settings *settings,
		       struct diag_list *diags)
{
	uint64_t bytes = 0;

	if (!number_of(setting, diags, &bytes))
		return false;
	if (!bytes || bytes % PAGE_SIZE || bytes > (1UL << 46)) {
		diag_error(diags, &setting->value_loc, "window 40p", "%s",
			   bytes > (1UL << 46) ? "a window is at most 64T, half of what a process "
						 "can map" :
						 "a window has a number of whole pages");
		return false;
	}
	settings->window = bytes;
	settings->window_loc = setting->loc;
	return true;
}

/* The release first: everything else overrides it. */
static bool read_kernel(const struct script *script, struct run_settings *settings,
			struct diag_list *diags)
{
	const struct setting_key *key = find_key("kernel");

	for (guint i = 0; i < script->settings->len; i++) {
		const struct setting *setting = script->settings->pdata[i];
		uint64_t value = 0;

		if (setting->kind != SETTING_SET || strcmp(setting->key, key->name))
			continue;
		if (!kernel_of(setting, key, diags, &value))
			return false;
		key->apply(settings, value);
	}
	return true;
}

bool settings_read(const struct script *script, bool bugs, struct run_settings *settings,
		   struct diag_list *diags)
{
	bool good;

	memset(settings, 0, sizeof(*settings));
	machine_config_init(&settings->config);
	good = read_kernel(script, settings, diags);
	for (guint i = 0; good && i < script->settings->len; i++) {
		const struct setting *setting = script->settings->pdata[i];

		switch (setting->kind) {
		case SETTING_TITLE:
			break;
		case SETTING_WINDOW:
			good = set_window(setting, settings, diags);
			break;
		case SETTING_SET:
			good = set_key(setting, settings, diags);
			break;
		case SETTING_BUG:
			good = set_bug(setting, bugs, settings, diags);
			break;
		}
	}
	return good;
}
