/*
 * live_pair.c - both sides of a live run; see live_pair.h.
 */
#include <string.h>

#include "sim/live_pair.h"

struct pair {
	struct backend base;
	struct backend *model, *live;
	struct comparison *cmp;
	bool diverged;		/* a result differs: the two are no longer comparable */
	char *refused;
};

static struct pair *to_pair(struct backend *backend)
{
	return (struct pair *)backend;
}

static void pair_destroy(struct backend *backend)
{
	struct pair *pair = to_pair(backend);

	backend_destroy(pair->live);
	backend_destroy(pair->model);
	g_free(pair->refused);
	g_free(pair);
}

static bool pair_start_task(struct backend *backend, const char *name, char **why)
{
	struct pair *pair = to_pair(backend);

	if (!pair->model->ops->start_task(pair->model, name, why))
		return false;
	if (pair->live->ops->start_task(pair->live, name, why))
		return true;
	g_free(pair->refused);
	pair->refused = g_strdup(*why);
	return false;
}

static void pair_rename(struct backend *backend, const char *from, const char *to)
{
	struct pair *pair = to_pair(backend);

	pair->model->ops->rename(pair->model, from, to);
	pair->live->ops->rename(pair->live, from, to);
}

static const char *pair_process_of(struct backend *backend, const char *name)
{
	struct pair *pair = to_pair(backend);

	return pair->model->ops->process_of(pair->model, name);
}

static void refuse(struct call_outcome *outcome, const char *why)
{
	call_outcome_clear(outcome);
	outcome->kind = OUTCOME_REFUSED;
	outcome->why = g_strdup(why);
}

static char *outcome_words(const struct pair *pair, const struct op *op,
			   const struct call_outcome *outcome)
{
	const char *name = NULL;

	if (outcome->kind == OUTCOME_ERRNO)
		name = errno_name((int)outcome->value);
	if (outcome->kind == OUTCOME_SIGNAL)
		name = signal_name((int)outcome->value);
	if (outcome->kind == OUTCOME_BLOCKED)
		return g_strdup("blocked");
	if (name)
		return g_strdup_printf("%s%s", outcome->kind == OUTCOME_ERRNO ? "-" : "", name);
	if (outcome->kind == OUTCOME_VALUE && op->returns == RETURNS_ADDR)
		return address_text((uint64_t)outcome->value, &pair->cmp->style);
	if (outcome->kind == OUTCOME_VALUE && op->returns == RETURNS_PID)
		return g_strdup(outcome->value > 0 ? "a new task" : "0");
	return g_strdup_printf("%" G_GINT64_FORMAT, outcome->value);
}

static void compare_outcomes(struct pair *pair, const struct call_request *request,
			     const struct call_outcome *model, const struct call_outcome *host)
{
	g_autofree char *a = outcome_words(pair, request->op, model);
	g_autofree char *b = outcome_words(pair, request->op, host);

	if (host->untold) {
		pair->cmp->unknown[FIELD_RESULT]++;
		return;
	}
	compare_text(pair->cmp, FIELD_RESULT, request->op->name, a, b);
	if (model->kind != host->kind || strcmp(a, b)) {
		pair->diverged = true;
		return;
	}
	if (model->has_out || host->has_out) {
		g_autofree char *out_model = value_text(&model->out, &pair->cmp->style);
		g_autofree char *out_host = value_text(&host->out, &pair->cmp->style);

		compare_text(pair->cmp, FIELD_OUTPUT, request->op->name, out_model, out_host);
	}
}

/* The end of a blocked call; addresses have been compared by what they hold. */
static void compare_late(struct pair *pair, const char *task, const struct call_outcome *model,
			 const struct call_outcome *host)
{
	const struct op plain = { .returns = RETURNS_INT };
	const struct op child = { .returns = RETURNS_PID };
	const struct op *op = model->child ? &child : &plain;
	g_autofree char *a = outcome_words(pair, op, model);
	g_autofree char *b = outcome_words(pair, op, host);

	compare_text(pair->cmp, FIELD_RESULT, task, a, b);
	pair->diverged = model->kind != host->kind || strcmp(a, b);
	if (!pair->diverged && (model->has_out || host->has_out)) {
		g_autofree char *out_model = value_text(&model->out, &pair->cmp->style);
		g_autofree char *out_host = value_text(&host->out, &pair->cmp->style);

		compare_text(pair->cmp, FIELD_OUTPUT, task, out_model, out_host);
	}
}

/* The model first: what it leaves out never reaches the host. */
static void pair_call(struct backend *backend, const struct call_request *request,
		      struct call_outcome *outcome)
{
	struct pair *pair = to_pair(backend);
	struct call_outcome host = {};

	*outcome = (struct call_outcome){};
	if (pair->diverged) {
		refuse(outcome, "going on after a result that differs");
		return;
	}
	pair->model->ops->call(pair->model, request, outcome);
	if (outcome->kind == OUTCOME_REFUSED)
		return;
	pair->live->ops->call(pair->live, request, &host);
	if (host.kind == OUTCOME_REFUSED) {
		g_free(pair->refused);
		pair->refused = g_strdup(host.why);
		refuse(outcome, host.why);
	} else {
		compare_outcomes(pair, request, outcome, &host);
	}
	call_outcome_clear(&host);
}

/* The model says when; the host is given time to come to the same. */
static bool pair_collect(struct backend *backend, const char *task, struct call_outcome *outcome)
{
	struct pair *pair = to_pair(backend);
	struct call_outcome host = {};

	if (!pair->model->ops->collect(pair->model, task, outcome))
		return false;
	if (pair->diverged || !pair->live->ops->collect)
		return true;
	if (!pair->live->ops->collect(pair->live, task, &host))
		host.kind = OUTCOME_BLOCKED;
	compare_late(pair, task, outcome, &host);
	call_outcome_clear(&host);
	return true;
}

static void pair_set_window(struct backend *backend, uint64_t start, uint64_t end)
{
	struct pair *pair = to_pair(backend);

	pair->cmp->style.window = true;
	pair->cmp->style.window_start = start;
	pair->cmp->style.window_end = end + 1;
	pair->model->ops->set_window(pair->model, start, end);
	pair->live->ops->set_window(pair->live, start, end);
}

static struct observation *pair_observe(struct backend *backend, bool pages)
{
	struct pair *pair = to_pair(backend);

	return pair->model->ops->observe(pair->model, pages);
}

static bool pair_query(struct backend *backend, struct eval *eval, const struct expr *call,
		       const struct value *args, unsigned int nr_args, struct value *out)
{
	struct pair *pair = to_pair(backend);

	return pair->model->ops->query(pair->model, eval, call, args, nr_args, out);
}

static bool pair_member(struct backend *backend, struct eval *eval, const struct expr *member,
			const struct value *base, struct value *out)
{
	struct pair *pair = to_pair(backend);

	return pair->model->ops->member(pair->model, eval, member, base, out);
}

static bool pair_word(struct backend *backend, const char *name, struct value *out)
{
	struct pair *pair = to_pair(backend);

	return pair->model->ops->word(pair->model, name, out);
}

static void pair_offer(struct backend *backend, struct nearest *nearest, bool calls)
{
	struct pair *pair = to_pair(backend);

	pair->model->ops->offer(pair->model, nearest, calls);
}

static bool pair_show(struct backend *backend, enum show_kind what, const char *process,
		      const struct value_style *style, GString *out)
{
	struct pair *pair = to_pair(backend);

	return pair->model->ops->show(pair->model, what, process, style, out);
}

static unsigned int pair_check(struct backend *backend)
{
	struct pair *pair = to_pair(backend);

	return pair->model->ops->check(pair->model);
}

static unsigned int pair_check_empty(struct backend *backend)
{
	struct pair *pair = to_pair(backend);

	return pair->model->ops->check_empty(pair->model);
}

static struct broken_rule pair_broken(struct backend *backend, unsigned int i)
{
	struct pair *pair = to_pair(backend);

	return pair->model->ops->broken(pair->model, i);
}

static const struct backend_ops pair_ops = {
	.name = "model and host",
	.destroy = pair_destroy,
	.start_task = pair_start_task,
	.rename = pair_rename,
	.process_of = pair_process_of,
	.call = pair_call,
	.collect = pair_collect,
	.set_window = pair_set_window,
	.observe = pair_observe,
	.query = pair_query,
	.member = pair_member,
	.word = pair_word,
	.offer = pair_offer,
	.show = pair_show,
	.check = pair_check,
	.check_empty = pair_check_empty,
	.broken = pair_broken,
};

struct backend *live_pair_create(struct backend *model, struct backend *live,
				 struct comparison *cmp)
{
	struct pair *pair = g_new0(struct pair, 1);

	pair->base.ops = &pair_ops;
	pair->model = model;
	pair->live = live;
	pair->cmp = cmp;
	return &pair->base;
}

void live_pair_compare(struct backend *backend)
{
	struct pair *pair = to_pair(backend);
	struct observation *model, *host;

	if (pair->diverged || pair->refused)
		return;
	model = pair->model->ops->observe(pair->model, true);
	host = pair->live->ops->observe(pair->live, true);
	compare_observations(pair->cmp, model, host);
	observation_destroy(model);
	observation_destroy(host);
}

const char *live_pair_refused(struct backend *backend)
{
	return to_pair(backend)->refused;
}
