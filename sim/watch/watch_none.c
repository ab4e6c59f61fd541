/*
 * watch_none.c - see watch.h: in mmsim the compiler says nothing.
 */
#include "sim/watch/watch.h"

void watch_begin(const struct clocks *clocks, const struct race *race)
{
	(void)clocks;
	(void)race;
}

void watch_step(unsigned int member, const char *site)
{
	(void)member;
	(void)site;
}

void watch_end(void)
{
}
