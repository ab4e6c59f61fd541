/*
 * race_order.c - the order of steps when nobody explores: as `order` says, or one member
 * after the other.
 *
 * In the kernel:  nothing.
 */
#include <string.h>

#include "sim/race.h"

static const struct order_item *current_item(const struct race *race)
{
	if (!race->order || race->item >= race->order->order.items->len)
		return NULL;
	return race->order->order.items->pdata[race->item];
}

static int member_of(const struct race *race, const struct order_item *item)
{
	for (unsigned int i = 0; i < race->nr; i++)
		if (!strcmp(race_member_name(race, i), item->member))
			return (int)i;
	return -1;
}

static void begin(void *data, struct race *race)
{
	(void)data;
	for (; current_item(race); race->item++)
		if (member_of(race, current_item(race)) < 0) {
			diag_error(race->run->diags, &current_item(race)->loc, NULL,
				   "the race has no member %s", current_item(race)->member);
			run_stop(race->run, race->stmt, STATUS_REJECTED);
		}
	race->item = 0;
}

static bool at_point(void *data, struct race *race, const char *name)
{
	const struct order_item *item = current_item(race);

	(void)data;
	if (!item || !item->until || strcmp(item->until, name) ||
	    member_of(race, item) != race->last)
		return false;
	race->item++;
	return true;
}

static void never_came(struct race *race, const struct order_item *item)
{
	diag_error(race->run->diags, &item->until_loc, "`mmsim list points` has all of them",
		   "%s came to its end, and not to %s", item->member, item->until);
	run_stop(race->run, race->stmt, STATUS_FALSE);
}

static int pick(void *data, struct race *race, uint32_t enabled)
{
	const struct order_item *item;
	int member;

	(void)data;
	while ((item = current_item(race))) {
		member = member_of(race, item);
		if (member >= 0 && enabled & (1U << member))
			return member;
		/* Who waits is passed over until somebody has let it go on. */
		if (member >= 0 && !race_member_ended(race, (unsigned int)member))
			break;
		if (item->until && !race->run->stopped)
			never_came(race, item);
		race->item++;
	}
	return __builtin_ctz(enabled);
}

const struct race_driver race_in_order = { .begin = begin, .at_point = at_point, .pick = pick };
