/*
 * queries.h - inside the functions of `expect`: what one query is given.
 */
#ifndef SIM_QUERIES_H
#define SIM_QUERIES_H

#include "sim/backend_model.h"

struct mm_struct;
struct vm_area_struct;
struct page;

/* One query being answered.  On the stack. */
struct query {
	struct model_backend *model;
	struct eval *eval;
	const struct expr *call;
	const struct value *args;
	unsigned int nr_args;
};

/* An address, and what is there. */
struct place {
	const char *process;
	uint64_t addr;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct page *page;
};

struct query_row {
	const char *name;
	unsigned int min_args, max_args;
	bool (*run)(const struct query *query, struct value *out);
	const char *shape, *what;	/* for messages and listings */
};

const struct query_row *query_rows(size_t *nr);

/* Reports an error at the query; always false. */
bool query_error(const struct query *query, const char *note, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
bool query_unknown(const struct query *query);
/* "P:@4"; free with g_free(). */
char *place_text(const struct query *query, const struct place *place);

#endif
