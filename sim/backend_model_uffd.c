/*
 * backend_model_uffd.c - the ioctls of userfaultfd: structs in, structs out.
 *
 * In the kernel:  fs/userfaultfd.c userfaultfd_ioctl().
 */
#include "model/userfaultfd.h"
#include "sim/backend_model.h"

static uint64_t field(const struct op_args *args, const char *name)
{
	return op_args_field(args, 1, name, 0);
}

static struct uffdio_range range_of(const struct op_args *args)
{
	return (struct uffdio_range){ field(args, "start"), field(args, "len") };
}

/* Bytes, or a negative errno. */
static void out_bytes(struct call_outcome *outcome, const char *name, int64_t bytes)
{
	outcome_field(outcome, name, bytes < 0 ? value_int(bytes) : value_hex((uint64_t)bytes));
}

static long do_api(int fd, const struct op_args *args, struct call_outcome *outcome)
{
	struct uffdio_api api = {
		.api = op_args_field(args, 1, "api", UFFD_API), .features = field(args, "features"),
	};
	long result = sys_uffdio_api(fd, &api);

	if (result == 0) {
		outcome_field(outcome, "features", value_hex(api.features));
		outcome_field(outcome, "ioctls", value_hex(api.ioctls));
	}
	return result;
}

static long do_register(int fd, const struct op_args *args, struct call_outcome *outcome)
{
	struct uffdio_register arg = { .range = range_of(args), .mode = field(args, "mode") };
	long result = sys_uffdio_register(fd, &arg);

	if (result == 0)
		outcome_field(outcome, "ioctls", value_hex(arg.ioctls));
	return result;
}

static long do_copy(int fd, const struct op_args *args, struct call_outcome *outcome)
{
	struct uffdio_copy arg = { field(args, "dst"), field(args, "src"), field(args, "len"),
				   field(args, "mode"), 0 };
	long result = sys_uffdio_copy(fd, &arg);

	out_bytes(outcome, "copy", arg.copy);
	return result;
}

static long do_move(int fd, const struct op_args *args, struct call_outcome *outcome)
{
	struct uffdio_move arg = { field(args, "dst"), field(args, "src"), field(args, "len"),
				   field(args, "mode"), 0 };
	long result = sys_uffdio_move(fd, &arg);

	out_bytes(outcome, "move", arg.move);
	return result;
}

static long do_zeropage(int fd, const struct op_args *args, struct call_outcome *outcome)
{
	struct uffdio_zeropage arg = { range_of(args), field(args, "mode"), 0 };
	long result = sys_uffdio_zeropage(fd, &arg);

	out_bytes(outcome, "zeropage", arg.zeropage);
	return result;
}

static long do_continue(int fd, const struct op_args *args, struct call_outcome *outcome)
{
	struct uffdio_continue arg = { range_of(args), field(args, "mode"), 0 };
	long result = sys_uffdio_continue(fd, &arg);

	out_bytes(outcome, "mapped", arg.mapped);
	return result;
}

static long do_poison(int fd, const struct op_args *args, struct call_outcome *outcome)
{
	struct uffdio_poison arg = { range_of(args), field(args, "mode"), 0 };
	long result = sys_uffdio_poison(fd, &arg);

	out_bytes(outcome, "updated", arg.updated);
	return result;
}

static long do_writeprotect(int fd, const struct op_args *args)
{
	struct uffdio_writeprotect arg = { range_of(args), field(args, "mode") };

	return sys_uffdio_writeprotect(fd, &arg);
}

long model_call_uffdio(const struct call_request *request, struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	const struct uffdio_range range = range_of(args);
	const int fd = (int)args->number[0];

	if (!args->value[1] || args->value[1]->kind == VALUE_INT)	/* NULL */
		return sys_uffdio_unreadable(fd, request->op->number);
	switch (request->op->number) {
	case _UFFDIO_API:
		return do_api(fd, args, outcome);
	case _UFFDIO_REGISTER:
		return do_register(fd, args, outcome);
	case _UFFDIO_UNREGISTER:
		return sys_uffdio_unregister(fd, &range);
	case _UFFDIO_WAKE:
		return sys_uffdio_wake(fd, &range);
	case _UFFDIO_COPY:
		return do_copy(fd, args, outcome);
	case _UFFDIO_ZEROPAGE:
		return do_zeropage(fd, args, outcome);
	case _UFFDIO_MOVE:
		return do_move(fd, args, outcome);
	case _UFFDIO_WRITEPROTECT:
		return do_writeprotect(fd, args);
	case _UFFDIO_CONTINUE:
		return do_continue(fd, args, outcome);
	case _UFFDIO_POISON:
		return do_poison(fd, args, outcome);
	default:
		return -EINVAL;
	}
}

static void out_hex(struct call_outcome *outcome, const char *name, uint64_t number)
{
	outcome_field(outcome, name, value_hex(number));
}

long model_call_uffd_read(const struct call_request *request, struct call_outcome *outcome)
{
	struct uffd_msg msg;
	long result = sys_uffd_read((int)request->args->number[0], &msg);

	if (result < 0)
		return result;
	out_hex(outcome, "event", msg.event);
	switch (msg.event) {
	case UFFD_EVENT_PAGEFAULT:
		out_hex(outcome, "flags", msg.flags);
		out_hex(outcome, "address", msg.address);
		break;
	case UFFD_EVENT_FORK:
		outcome_field(outcome, "ufd", value_int(msg.ufd));
		break;
	case UFFD_EVENT_REMAP:
		out_hex(outcome, "from", msg.from);
		out_hex(outcome, "to", msg.to);
		out_hex(outcome, "len", msg.len);
		break;
	default:
		out_hex(outcome, "start", msg.start);
		out_hex(outcome, "end", msg.end);
	}
	return msg.event;
}
