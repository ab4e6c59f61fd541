/*
 * interrupt.h - Ctrl-C: the first one lets what runs end at the next statement, and what is
 * known by then is told; the second one ends the program at once.
 */
#ifndef SIM_INTERRUPT_H
#define SIM_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM are noted; for commands which ask interrupt_seen(). */
void interrupt_catch(void);
bool interrupt_seen(void);

#endif
