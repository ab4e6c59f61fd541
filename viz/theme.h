/*
 * theme.h - colours and type sizes of all pictures.
 *
 * Hues are those of Okabe and Ito, which people with any colour vision can tell apart; a
 * colour only repeats what a letter or a name says.  The background is opaque, so that a
 * light picture stays legible on a dark page.
 *
 * In the kernel:  nothing of the kind.
 * Locks:          none; the tables are constant.
 */
#ifndef VIZ_THEME_H
#define VIZ_THEME_H

#include <stdbool.h>

#define THEME_HUES	6
#define THEME_FONT	"Helvetica,Arial,sans-serif"
#define THEME_MONO	"DejaVu Sans Mono,Menlo,Consolas,monospace"
#define THEME_SIZE	11	/* points: text */
#define THEME_SMALL	9	/* letters of pages, remarks */
#define THEME_LARGE	14	/* the title */

struct theme {
	const char *background, *text, *faint;	/* faint: remarks, still 4.5:1 */
	const char *line, *box, *head;		/* rules; plain cells; heads of tables */
	const char *alert, *good;		/* a refusal, an agreement */
	const char *tint[THEME_HUES];		/* to fill with, text on it is legible */
	const char *hue[THEME_HUES];		/* for lines */
};

const struct theme *theme_get(bool dark);
/*
 * The fill and line colours that the object with that number (from 1) has; 0: none.  The colours
 * are as many as a person tells apart, and no two objects share one: later ones have none.
 */
const char *theme_tint(const struct theme *theme, unsigned int number);
const char *theme_hue(const struct theme *theme, unsigned int number);

/* About how wide @text is in points when set in @size; rather too wide. */
unsigned int theme_width(const char *text, unsigned int size);

#endif
