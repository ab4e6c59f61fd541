/*
 * theme.c - the two themes.
 *
 * Locks: none.
 */
#include <glib.h>

#include "viz/theme.h"

static const struct theme light = {
	.background = "#ffffff", .text = "#1a1a1a", .faint = "#5f6368",
	.line = "#8a8f98", .box = "#f6f6f4", .head = "#e8e8e4",
	.alert = "#b03a00", .good = "#006b4e",
	.tint = { "#f6db9e", "#bfe2f7", "#a9dfd0", "#f7c9ab", "#ecccde", "#f6f1ae" },
	.hue = { "#b87f00", "#2f86ba", "#008561", "#c75600", "#a8517f", "#9a8f00" },
};

static const struct theme dark_theme = {
	.background = "#1c1e22", .text = "#ececec", .faint = "#a6abb3",
	.line = "#7d838c", .box = "#292c31", .head = "#383c43",
	.alert = "#ff9a5c", .good = "#4fd0a5",
	.tint = { "#6d5214", "#2d566e", "#115142", "#6b3a14", "#624257", "#5f5b1e" },
	.hue = { "#e69f00", "#56b4e9", "#2dbf95", "#f07c2f", "#d98fb8", "#f0e442" },
};

const struct theme *theme_get(bool dark)
{
	return dark ? &dark_theme : &light;
}

const char *theme_tint(const struct theme *theme, unsigned int number)
{
	return number && number <= THEME_HUES ? theme->tint[number - 1] : theme->box;
}

const char *theme_hue(const struct theme *theme, unsigned int number)
{
	return number && number <= THEME_HUES ? theme->hue[number - 1] : theme->line;
}

unsigned int theme_width(const char *text, unsigned int size)
{
	double width = 0;

	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		switch (*at) {
		case ' ': case '.': case ',': case ':': case 'i': case 'l': case '|': case '-':
			width += 0.38;
			break;
		case 'm': case 'w': case 'M': case 'W': case '@': case '%':
			width += 1.0;
			break;
		default:
			width += (unsigned char)*at >= 0x80 ? 0.9 : g_ascii_isupper(*at) ? 0.75
											 : 0.65;
		}
	}
	return (unsigned int)(width * size + 0.999);
}
