/*
 * schedule.c - schedules as text, and races that follow one; see schedule.h.
 */
#include <string.h>

#include "sim/schedule.h"

struct block {
	char *member;
	unsigned int steps;
	unsigned int release;		/* end before that one; 0: at the next other step */
	GArray *ways;			/* unsigned int, of its choices in order; NULL: 0 each */
};

struct schedule {
	GArray *blocks;			/* struct block */
	guint at;			/* the running block */
	unsigned int taken;		/* steps of it */
	unsigned int chosen;		/* choices in them */
	unsigned int releases[RACE_MAX_MEMBERS];	/* since the last other step */
	char *diverged;
	GArray *steps;			/* borrowed, or NULL */
};

/* ---- the scenario's name ---- */

/* FNV-1a over the text of all files. */
static uint32_t script_hash(const struct script *script)
{
	uint32_t hash = 0x811c9dc5;

	for (guint i = 0; i < script->sources->len; i++) {
		const struct source *source = script->sources->pdata[i];

		for (size_t j = 0; j < source->len; j++)
			hash = (hash ^ (unsigned char)source->text[j]) * 0x01000193;
	}
	return hash;
}

/* ---- writing ---- */

static const char *member_name(const struct stmt *race, unsigned int i)
{
	const struct race_member *member = race->race.members->pdata[i];

	return member->name;
}

/* The release before which @steps' block that ends at @end stops, or 0. */
static unsigned int stops_before(const GArray *steps, guint end, unsigned int member)
{
	for (guint i = end; i < steps->len; i++) {
		const struct taken_step *step = &g_array_index(steps, struct taken_step, i);

		if (step->member == member)
			return step->op.access == ACCESS_RELEASE ? step->release : 0;
	}
	return 0;
}

/* "=0,1" for the choices in steps [from, to), "" if each went the first way. */
static void put_ways(const GArray *steps, guint from, guint to, GString *out)
{
	unsigned int nr = 0, last = 0;
	guint start = (guint)out->len;

	for (guint i = from; i < to; i++) {
		unsigned int way = g_array_index(steps, struct taken_step, i).way;

		if (!way)
			continue;
		g_string_append_printf(out, "%c%u", nr++ ? ',' : '=', way - 1);
		if (way > 1)
			last = (unsigned int)out->len;
	}
	g_string_truncate(out, last ? last : start);
}

char *schedule_text(const struct script *script, const struct stmt *race, const GArray *steps)
{
	GString *out = g_string_new(NULL);
	guint from = 0;

	g_string_append_printf(out, "%08x/", script_hash(script));
	while (from < steps->len) {
		unsigned int member = g_array_index(steps, struct taken_step, from).member;
		unsigned int taken = 0, release;
		guint to = from;

		for (; to < steps->len; to++) {
			const struct taken_step *step = &g_array_index(steps, struct taken_step,
								       to);

			if (step->member != member)
				break;
			taken += step->op.access != ACCESS_RELEASE && !step->way;
		}
		release = stops_before(steps, to, member);
		g_string_append_printf(out, "%s%s:%u", from ? "." : "", member_name(race, member),
				       taken);
		if (release)
			g_string_append_printf(out, "r%u", release);
		put_ways(steps, from, to, out);
		from = to;
	}
	return g_string_free(out, FALSE);
}

unsigned int schedule_switches(const GArray *steps)
{
	unsigned int switches = 0;

	for (guint i = 1; i < steps->len; i++)
		switches += g_array_index(steps, struct taken_step, i).member !=
			    g_array_index(steps, struct taken_step, i - 1).member;
	return switches;
}

/* ---- reading ---- */

static void block_clear(void *data)
{
	struct block *block = data;

	g_free(block->member);
	if (block->ways)
		g_array_unref(block->ways);
}

/* "=0,1": where it ends. */
static char *parse_ways(char *at, struct block *block)
{
	block->ways = g_array_new(FALSE, FALSE, sizeof(unsigned int));
	do {
		unsigned int way;

		if (!g_ascii_isdigit(at[1]))
			return at;
		way = (unsigned int)g_ascii_strtoull(at + 1, &at, 10);
		g_array_append_val(block->ways, way);
	} while (*at == ',');
	return at;
}

static bool parse_block(const char *text, struct block *block)
{
	const char *colon = strchr(text, ':');
	char *end;

	if (!colon || colon == text || !g_ascii_isdigit(colon[1]))
		return false;
	block->steps = (unsigned int)g_ascii_strtoull(colon + 1, &end, 10);
	block->release = 0;
	if (*end == 'r' && g_ascii_isdigit(end[1]))
		block->release = (unsigned int)g_ascii_strtoull(end + 1, &end, 10);
	block->ways = NULL;
	if (*end == '=')
		end = parse_ways(end, block);
	if (*end && block->ways)
		g_array_unref(block->ways);
	if (*end)
		return false;
	block->member = g_strndup(text, (gsize)(colon - text));
	return true;
}

void schedule_destroy(struct schedule *schedule)
{
	if (!schedule)
		return;
	g_array_unref(schedule->blocks);
	g_free(schedule->diverged);
	g_free(schedule);
}

static bool parse_blocks(const char *text, struct schedule *schedule, char **why)
{
	g_auto(GStrv) words = g_strsplit(text, ".", -1);

	for (char **word = words; *word; word++) {
		struct block block;

		if (!parse_block(*word, &block)) {
			*why = g_strdup_printf("'%s' is not MEMBER:STEPS", *word);
			return false;
		}
		g_array_append_val(schedule->blocks, block);
	}
	return true;
}

struct schedule *schedule_parse(const char *text, const struct script *script, char **why)
{
	const char *slash = strchr(text, '/');
	struct schedule *schedule;
	char *end = NULL;
	guint64 hash = slash ? g_ascii_strtoull(text, &end, 16) : 0;

	if (!slash || end != slash || slash - text != 8) {
		*why = g_strdup("it begins with eight digits and a slash, as mmsim explore "
				"prints it");
		return NULL;
	}
	if (hash != script_hash(script)) {
		*why = g_strdup_printf("the scenario has changed since: it is %08x, the schedule "
				       "is of %.8s", script_hash(script), text);
		return NULL;
	}
	schedule = g_new0(struct schedule, 1);
	schedule->blocks = g_array_new(FALSE, FALSE, sizeof(struct block));
	g_array_set_clear_func(schedule->blocks, block_clear);
	if (parse_blocks(slash + 1, schedule, why))
		return schedule;
	schedule_destroy(schedule);
	return NULL;
}

const char *schedule_diverged(const struct schedule *schedule)
{
	return schedule->diverged;
}

/* ---- following ---- */

static struct block *running(const struct schedule *schedule)
{
	if (schedule->at >= schedule->blocks->len)
		return NULL;
	return &g_array_index(schedule->blocks, struct block, schedule->at);
}

static int member_of(const struct race *race, const struct block *block)
{
	for (unsigned int i = 0; i < race->nr; i++)
		if (!strcmp(race_member_name(race, i), block->member))
			return (int)i;
	return -1;
}

/* Has @block done its part, its member being @i? */
static bool is_over(const struct schedule *schedule, const struct race *race,
		    const struct block *block, unsigned int i)
{
	bool release;

	if (race_member_ended(race, i))
		return true;
	release = race_member_op(race, i)->object &&
		  race_member_op(race, i)->access == ACCESS_RELEASE;
	if (schedule->taken < block->steps)
		return false;
	if (!release)
		return true;
	return block->release && schedule->releases[i] + 1 >= block->release;
}

static int pick(void *data, struct race *race, uint32_t enabled)
{
	struct schedule *schedule = data;
	struct block *block;

	while (!schedule->diverged && (block = running(schedule))) {
		int i = member_of(race, block);

		if (i >= 0 && is_over(schedule, race, block, (unsigned int)i)) {
			if (schedule->taken < block->steps)
				schedule->diverged = g_strdup_printf(
					"%s has ended after %u of %u steps", block->member,
					schedule->taken, block->steps);
			schedule->at++;
			schedule->taken = schedule->chosen = 0;
			continue;
		}
		if (i >= 0 && enabled & (1U << i))
			return i;
		schedule->diverged = g_strdup_printf(i < 0 ? "there is no member %s" :
						     "%s cannot go on", block->member);
	}
	if (schedule->diverged)
		return RACE_STOP;
	if (race->last >= 0 && enabled & (1U << race->last))
		return race->last;
	return __builtin_ctz(enabled);
}

void schedule_collect(struct schedule *schedule, GArray *steps)
{
	schedule->steps = steps;
}

static void collect(struct schedule *schedule, struct race *race, unsigned int i,
		    const struct race_op *op)
{
	struct taken_step taken = { .member = i, .op = *op, .stmt = race_member_stmt(race, i) };

	if (!schedule->steps)
		return;
	taken.object = op->object ? race_object_name(race, op->object) : NULL;
	g_array_append_val(schedule->steps, taken);
}

static void step(void *data, struct race *race, unsigned int i, const struct race_op *op)
{
	struct schedule *schedule = data;

	collect(schedule, race, i, op);
	if (op->object && op->access == ACCESS_RELEASE) {
		schedule->releases[i]++;
		return;
	}
	schedule->releases[i] = 0;
	schedule->taken++;
}

static unsigned int choose(void *data, struct race *race, unsigned int i, unsigned int n,
			   const char *what)
{
	struct schedule *schedule = data;
	const struct block *block = running(schedule);
	struct taken_step taken = { .member = i, .op = { .site = what },
				    .stmt = race_member_stmt(race, i) };
	unsigned int way = 0;

	if (block && block->ways && schedule->chosen < block->ways->len)
		way = g_array_index(block->ways, unsigned int, schedule->chosen);
	schedule->chosen++;
	if (way >= n) {
		schedule->diverged = g_strdup_printf("%s goes %u ways, and not %u", what, n, way);
		way = 0;
	}
	taken.way = way + 1;
	if (schedule->steps)
		g_array_append_val(schedule->steps, taken);
	return way;
}

static bool every_release(void *data, const void *object)
{
	(void)data;
	(void)object;
	return true;
}

const struct race_driver schedule_driver = { .pick = pick, .step = step, .choose = choose,
					     .release_is_step = every_release };
