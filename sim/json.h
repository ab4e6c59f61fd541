/*
 * json.h - the little of JSON that output needs: strings and numbers.
 *
 * Left out: reading JSON.
 */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include <glib.h>
#include <stdint.h>

/* A quoted string; what is not UTF-8 is replaced.  NULL gives null. */
void json_string(GString *out, const char *text);
/* ,"key":"text" ; without the comma if @out ends in an opening brace. */
void json_member_string(GString *out, const char *key, const char *text);
void json_member_number(GString *out, const char *key, int64_t number);
void json_member_bool(GString *out, const char *key, gboolean truth);
/* Numbers beyond 2^53 as strings "0x..", for readers who have doubles only. */
void json_member_wide(GString *out, const char *key, int64_t number);

#endif
