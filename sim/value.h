/*
 * Values at run time: what expressions evaluate to and calls return.
 *
 * A struct value is passed by pointer and owns what it points to: value_clear() it, or hand it on
 * whole. The constructors return by value; strings are copied. A zeroed struct value is the integer
 * 0.
 *
 * Locks: none.
 */
#ifndef SIM_VALUE_H
#define SIM_VALUE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum value_kind {
	VALUE_INT,	/* 64 bits; also an address in the statement's own process */
	VALUE_ADDR,	/* an address in a named process, Q:a */
	VALUE_STRING,
	VALUE_WORD,	/* a name that is a value: verdict, flag, signal; may stand for a number */
	VALUE_PROCESS,	/* a process by its name in the scenario */
	VALUE_OBJECT,	/* an object of the model, folio#9 */
	VALUE_SET,	/* equal in any order; no element twice */
	VALUE_LIST,	/* equal in order */
	VALUE_STRUCT,	/* fields by name */
};

struct value {
	enum value_kind kind;
	/*
	 * VALUE_INT: the number, as two's complement; is_unsigned says it is above INT64_MAX and
	 * meant so, or came out of arithmetic with such a one (the rule of C for literals).
	 * VALUE_ADDR: the address. VALUE_WORD: the number it stands for, which is also its truth.
	 */
	uint64_t number;
	bool is_unsigned;
	bool elided;		/* STRUCT: strace left fields out; a missing one is not 0 */
	bool hex;		/* VALUE_INT: print in hexadecimal, as an address */
	char *text;		/* STRING; WORD; PROCESS and ADDR: name of the process. Owned. */
	/*
	 * VALUE_OBJECT: kind of object ("vma", static) and number in order of birth; id 0 is
	 * "none", which is false and equals 0. tag and ptr are for whoever made the value (the page
	 * a folio was asked for, say): never compared, never printed.
	 */
	const char *object;
	unsigned int id;
	uint64_t tag;
	const void *ptr;
	GPtrArray *items;	/* SET, LIST: struct value *; STRUCT: struct value_field * */
};

struct value_field {
	char *name;
	struct value value;
	bool out;		/* written behind `=>`: output of the call */
};

struct value value_int(int64_t number);
struct value value_unsigned(uint64_t number);	/* is_unsigned only if above INT64_MAX */
struct value value_hex(uint64_t address);	/* an address in the statement's own process */
struct value value_addr(const char *process, uint64_t address);
struct value value_string(const char *text);
struct value value_word(const char *word, uint64_t number);
struct value value_process(const char *name);
struct value value_object(const char *object, unsigned int id);
struct value value_set(void);
struct value value_list(void);
struct value value_struct(void);

/* Each takes over *item, which is zeroed. A set drops what it already has (own process: NULL). */
void value_append(struct value *array, struct value *item);
void value_set_field(struct value *strct, const char *name, struct value *item, bool out);

void value_clear(struct value *value);
/* *to is overwritten, not cleared. */
void value_copy(struct value *to, const struct value *from);

/*
 * Field @name of a struct, or NULL. Nested structs are looked through, so that strace's
 * {range={start=..., len=...}} and the flat {start=..., len=...} read alike; the outer field wins.
 * value_field_in() skips output fields, value_field_out() input fields.
 */
const struct value *value_field_in(const struct value *strct, const char *name);
const struct value *value_field_out(const struct value *strct, const char *name);

/*
 * Equality. Numbers by their 64 bits; an address alone equals Q:a when Q is @own (NULL: never); a
 * word equals a word of the same name and a number it stands for; "none" equals 0; sets in any
 * order.
 */
bool value_equal(const struct value *a, const struct value *b, const char *own);

/* Not 0, not "none", not empty. */
bool value_truth(const struct value *value);

/* Is it a plain number or address (INT, ADDR)? Words do not count. */
bool value_is_number(const struct value *value);

const char *value_kind_words(enum value_kind kind);	/* "a number", "a set", ... */

/* How addresses are shown. Zeroed: in hexadecimal. */
struct value_style {
	bool window;			/* show addresses within the window as @N or @N+0x.. */
	uint64_t window_start, window_end;	/* [start, end) in bytes */
	const char *own;		/* leave out this process in Q:a; NULL: always name it */
};

/*
 * As text; @style may be NULL. A set is sorted by its text, so that equal sets print alike.
 * g_free().
 */
char *value_text(const struct value *value, const struct value_style *style);

/* An address in @style alone: "@4", "@4+0x80", "0x7f0000004000". */
char *address_text(uint64_t address, const struct value_style *style);

#endif
