/*
 * From the text of a scenario to its tree (ast.h).
 *
 * Errors go to the diag list; parsing goes on in the next line, so that one run reports all of them
 * up to the list's limit. The result is NULL when there was any error. Warnings
 * may stand in the list beside a good result: print it in any case.
 *
 * The whole language is parsed, races included; what the rest of the program cannot do yet it
 * refuses itself. Limits against hostile input: source.h (bytes of a file, of a line) and ast.h
 * (depths, files, statements).
 */
#ifndef SIM_PARSE_H
#define SIM_PARSE_H

#include "sim/ast.h"

/* Parse a file. @reader reads it and what it includes; NULL: from the file system. */
struct script *script_parse_file(const char *path, const struct source_reader *reader,
				 struct diag_list *diags);

/* Parse @len bytes of text; @name stands for the file in messages and for resolving includes. */
struct script *script_parse_text(const char *name, const char *text, size_t len,
				 const struct source_reader *reader, struct diag_list *diags);

/*
 * Parse more text and add its statements to @script, as an interactive session does line by line.
 * Settings are taken as long as the script has no statement. False on error: nothing was added.
 */
bool script_append(struct script *script, const char *name, const char *text, size_t len,
		   const struct source_reader *reader, struct diag_list *diags);

/* How many blocks `@text` leaves open; an interactive session reads on until it is 0. */
unsigned int script_open_blocks(const char *text, size_t len);

#endif
