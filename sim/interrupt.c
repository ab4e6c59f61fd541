/*
 * interrupt.c - see interrupt.h.
 */
#include "sim/interrupt.h"

#include <signal.h>
#include <stddef.h>

/* A signal handler can reach nothing else. */
static volatile sig_atomic_t seen;

static void note_signal(int number)
{
	seen = number;
}

void interrupt_catch(void)
{
	struct sigaction action = { .sa_handler = note_signal }, before;

	/* SA_RESETHAND: a second one is not caught. */
	action.sa_flags = (int)SA_RESETHAND | SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* The terminal is gone, unless nohup(1) has said that this does not matter. */
	if (!sigaction(SIGHUP, NULL, &before) && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
}

bool interrupt_seen(void)
{
	return seen != 0;
}
