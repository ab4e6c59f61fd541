/*
 * record_perf.c - page faults of a set of tasks, from perf events.
 *
 * One buffer for each CPU, shared by all events of that CPU; events are inherited by children,
 * so that a child's first fault is seen too.  The software events MIN and MAJ tell that a fault
 * was handled, and where; the tracepoints exceptions:page_fault_* come before and have the error
 * code.  They need the right to read tracefs, the software events only perf_event_paranoid <= 2
 * (faults inside of system calls: <= 1, or CAP_PERFMON).
 *
 * In the kernel:  kernel/events/core.c, kernel/events/ring_buffer.c; mm/memory.c
 *                 mm_account_fault(); arch/x86/mm/fault.c trace_page_fault_entries().
 * Left out:       faults without registers (GUP, futex): the kernel counts them for nobody.
 * Locks:          none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sim/record_internal.h"

#define PAGE_BYTES	4096UL
#define ROOT_PAGES	2048UL		/* of a buffer, without its first page */
#define LEAST_PAGES	16UL

enum source { SOURCE_MIN, SOURCE_MAJ, SOURCE_TRAP_USER, SOURCE_TRAP_KERNEL, NR_SOURCES };

struct perf_ring {
	int cpu, fd;			/* of the event that owns the buffer */
	struct perf_event_mmap_page *page;
	unsigned char *data;
	uint64_t size;
};

struct record_perf {
	enum perf_level level;
	char *why;
	GArray *rings;			/* of struct perf_ring */
	GArray *fds;			/* of int, all events */
	GHashTable *sources;		/* id of an event -> enum source + 1 */
	struct tracepoint {
		uint64_t id;
		unsigned int address, code;	/* offsets in the raw record */
	} points[2];
	unsigned char *scratch;		/* one record, if it wraps around */
	uint64_t lost;
};

/* The number behind @key in the first line of @text that has @word. */
static bool format_number(const char *text, const char *word, const char *key, uint64_t *value)
{
	const char *line = strstr(text, word), *at = line ? strstr(line, key) : NULL;

	if (!at || memchr(line, '\n', (size_t)(at - line)))
		return false;
	*value = g_ascii_strtoull(at + strlen(key), NULL, 10);
	return true;
}

static bool read_point(const char *name, struct tracepoint *point)
{
	static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	uint64_t id, address, code;

	for (gsize i = 0; i < G_N_ELEMENTS(roots); i++) {
		g_autofree char *path = g_strdup_printf("%s/events/exceptions/%s/format",
							roots[i], name);
		g_autofree char *text = NULL;

		if (!g_file_get_contents(path, &text, NULL, NULL) ||
		    !format_number(text, "ID:", "ID: ", &id) ||
		    !format_number(text, " address;", "offset:", &address) ||
		    !format_number(text, " error_code;", "offset:", &code))
			continue;
		point->id = id;
		point->address = (unsigned int)address;
		point->code = (unsigned int)code;
		return true;
	}
	return false;
}

static void attr_fill(const struct record_perf *perf, enum source source, bool on_exec,
		      struct perf_event_attr *attr)
{
	*attr = (struct perf_event_attr){
		.size = sizeof(*attr), .type = PERF_TYPE_SOFTWARE, .sample_period = 1,
		.sample_type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
		.inherit = 1, .disabled = on_exec, .enable_on_exec = on_exec,
		.use_clockid = 1, .clockid = CLOCK_MONOTONIC, .sample_id_all = 1,
		.watermark = 1, .wakeup_watermark = LEAST_PAGES * PAGE_BYTES / 2,
		.exclude_kernel = perf->level == PERF_USER, .exclude_hv = 1,
		.comm = source == SOURCE_MIN, .comm_exec = source == SOURCE_MIN,
	};
	if (source == SOURCE_MIN || source == SOURCE_MAJ) {
		attr->config = source == SOURCE_MIN ? PERF_COUNT_SW_PAGE_FAULTS_MIN
						    : PERF_COUNT_SW_PAGE_FAULTS_MAJ;
		attr->sample_type |= PERF_SAMPLE_ADDR;
		return;
	}
	attr->type = PERF_TYPE_TRACEPOINT;
	attr->config = perf->points[source - SOURCE_TRAP_USER].id;
	attr->sample_type |= PERF_SAMPLE_RAW;
}

static int event_open(struct record_perf *perf, enum source source, int tid, int cpu,
		      bool on_exec)
{
	struct perf_event_attr attr;
	uint64_t id;
	int fd;

	attr_fill(perf, source, on_exec, &attr);
	fd = (int)syscall(SYS_perf_event_open, &attr, tid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return fd;
	if (ioctl(fd, PERF_EVENT_IOC_ID, &id)) {
		close(fd);
		return -1;
	}
	g_hash_table_insert(perf->sources, GUINT_TO_POINTER((guint)id),
			    GUINT_TO_POINTER((guint)source + 1));
	g_array_append_val(perf->fds, fd);
	return fd;
}

/* Which of the levels does this host give us? Tried on ourselves. */
static void find_level(struct record_perf *perf)
{
	int first = 0;

	for (perf->level = PERF_ACCESS; perf->level > PERF_NOTHING; perf->level--) {
		enum source source = perf->level == PERF_ACCESS ? SOURCE_TRAP_USER : SOURCE_MIN;
		struct perf_event_attr attr;
		int fd;

		if (perf->level == PERF_ACCESS &&
		    (!read_point("page_fault_user", &perf->points[0]) ||
		     !read_point("page_fault_kernel", &perf->points[1]))) {
			perf->why = g_strdup("the tracepoints exceptions:page_fault_* cannot be "
					     "read");
			continue;
		}
		attr_fill(perf, source, true, &attr);
		fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
		if (fd >= 0) {
			close(fd);
			return;
		}
		first = errno;
		g_free(perf->why);
		perf->why = g_strdup_printf("perf_event_open: %s", g_strerror(first));
	}
}

struct record_perf *perf_new(enum record_faults faults)
{
	struct record_perf *perf = g_new0(struct record_perf, 1);

	perf->rings = g_array_new(FALSE, TRUE, sizeof(struct perf_ring));
	perf->fds = g_array_new(FALSE, TRUE, sizeof(int));
	perf->sources = g_hash_table_new(NULL, NULL);
	perf->scratch = g_malloc(65536);
	if (faults == RECORD_FAULTS_NONE)
		perf->why = g_strdup("--faults=none");
	else
		find_level(perf);
	return perf;
}

void perf_free(struct record_perf *perf)
{
	for (guint i = 0; i < perf->rings->len; i++) {
		struct perf_ring *ring = &g_array_index(perf->rings, struct perf_ring, i);

		munmap(ring->page, ring->size + PAGE_BYTES);
	}
	for (guint i = 0; i < perf->fds->len; i++)
		close(g_array_index(perf->fds, int, i));
	g_array_free(perf->rings, TRUE);
	g_array_free(perf->fds, TRUE);
	g_hash_table_destroy(perf->sources);
	g_free(perf->scratch);
	g_free(perf->why);
	g_free(perf);
}

enum perf_level perf_level(const struct record_perf *perf)
{
	return perf->level;
}

const char *perf_why(const struct record_perf *perf)
{
	return perf->why ? perf->why : "";
}

uint64_t perf_lost(const struct record_perf *perf)
{
	return perf->lost;
}

static struct perf_ring *ring_of(struct record_perf *perf, int cpu)
{
	for (guint i = 0; i < perf->rings->len; i++)
		if (g_array_index(perf->rings, struct perf_ring, i).cpu == cpu)
			return &g_array_index(perf->rings, struct perf_ring, i);
	return NULL;
}

/* As large as the limit on locked memory allows. */
static bool ring_make(struct record_perf *perf, int cpu, int fd)
{
	struct perf_ring ring = { .cpu = cpu, .fd = fd };

	for (uint64_t pages = ROOT_PAGES; pages >= LEAST_PAGES; pages /= 2) {
		void *at = mmap(NULL, (pages + 1) * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
				fd, 0);

		if (at == MAP_FAILED)
			continue;
		ring.page = at;
		ring.data = (unsigned char *)at + PAGE_BYTES;
		ring.size = pages * PAGE_BYTES;
		g_array_append_val(perf->rings, ring);
		return true;
	}
	return false;
}

static bool watch_cpu(struct record_perf *perf, int tid, int cpu, bool on_exec)
{
	enum source last = perf->level == PERF_ACCESS ? SOURCE_TRAP_KERNEL : SOURCE_MAJ;

	for (enum source source = SOURCE_MIN; source <= last; source++) {
		int fd = event_open(perf, source, tid, cpu, on_exec);
		struct perf_ring *ring = ring_of(perf, cpu);

		if (fd < 0)
			return errno == ENODEV;	/* a CPU that is not there */
		if (ring ? ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ring->fd)
			 : !ring_make(perf, cpu, fd))
			return false;
	}
	return true;
}

bool perf_watch(struct record_perf *perf, int tid, bool on_exec)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);

	if (perf->level == PERF_NOTHING)
		return true;
	for (int cpu = 0; cpu < cpus; cpu++) {
		if (watch_cpu(perf, tid, cpu, on_exec))
			continue;
		g_free(perf->why);
		perf->why = g_strdup_printf("perf events of CPU %d: %s", cpu, g_strerror(errno));
		return false;
	}
	return true;
}

static uint64_t word_at(const unsigned char *record, gsize offset)
{
	uint64_t value;

	memcpy(&value, record + offset, sizeof(value));
	return value;
}

static uint32_t half_at(const unsigned char *record, gsize offset)
{
	uint32_t value;

	memcpy(&value, record + offset, sizeof(value));
	return value;
}

/* header, identifier, pid and tid, time; then the address, or the size and bytes of a tracepoint */
static bool parse_sample(struct record_perf *perf, const unsigned char *record, gsize size,
			 struct perf_sample *sample)
{
	guint found = GPOINTER_TO_UINT(g_hash_table_lookup(perf->sources,
				GUINT_TO_POINTER((guint)word_at(record, 8))));
	const struct tracepoint *point;

	if (!found || size < 40)
		return false;
	sample->tid = (int)half_at(record, 20);
	sample->time = word_at(record, 24);
	if (found - 1 < SOURCE_TRAP_USER) {
		sample->kind = SAMPLE_FAULT;
		sample->addr = word_at(record, 32);
		return true;
	}
	point = &perf->points[found - 1 - SOURCE_TRAP_USER];
	if (size < 36 + MAX(point->address, point->code) + 8)
		return false;
	sample->kind = SAMPLE_TRAP;
	sample->addr = word_at(record, 36 + point->address);
	sample->code = (unsigned int)word_at(record, 36 + point->code);
	return sample->addr < IMPORT_USER_END;
}

static void parse_record(struct record_perf *perf, const unsigned char *record, GArray *samples)
{
	struct perf_event_header header;
	struct perf_sample sample = { .kind = SAMPLE_EXEC };

	memcpy(&header, record, sizeof(header));
	if (header.type == PERF_RECORD_LOST)
		perf->lost += word_at(record, 16);
	else if (header.type == PERF_RECORD_LOST_SAMPLES)
		perf->lost += word_at(record, 8);
	else if (header.type == PERF_RECORD_SAMPLE &&
		 parse_sample(perf, record, header.size, &sample))
		g_array_append_val(samples, sample);
	if (header.type != PERF_RECORD_COMM || !(header.misc & PERF_RECORD_MISC_COMM_EXEC) ||
	    header.size < 40)
		return;
	/* Behind the name: pid and tid, time, identifier. */
	sample.tid = (int)half_at(record, 12);
	sample.time = word_at(record, header.size - 16U);
	g_array_append_val(samples, sample);
}

static void drain_ring(struct record_perf *perf, struct perf_ring *ring, GArray *samples)
{
	uint64_t head = __atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = ring->page->data_tail;

	while (tail < head) {
		uint64_t at = tail % ring->size;
		const unsigned char *record = ring->data + at;
		struct perf_event_header header;

		memcpy(&header, record, sizeof(header));
		if (header.size < sizeof(header))
			break;
		if (at + header.size > ring->size) {
			memcpy(perf->scratch, record, ring->size - at);
			memcpy(perf->scratch + (ring->size - at), ring->data,
			       header.size - (ring->size - at));
			record = perf->scratch;
		}
		parse_record(perf, record, samples);
		tail += header.size;
	}
	__atomic_store_n(&ring->page->data_tail, head, __ATOMIC_RELEASE);
}

static int by_time(const void *a, const void *b)
{
	const struct perf_sample *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

void perf_drain(struct record_perf *perf, GArray *samples)
{
	guint before = samples->len;

	for (guint i = 0; i < perf->rings->len; i++)
		drain_ring(perf, &g_array_index(perf->rings, struct perf_ring, i), samples);
	if (samples->len > before + 1)
		g_array_sort(samples, by_time);
}

unsigned int perf_nr_fds(const struct record_perf *perf)
{
	return perf->rings->len;
}

void perf_fds(const struct record_perf *perf, struct pollfd *fds)
{
	for (guint i = 0; i < perf->rings->len; i++) {
		fds[i].fd = g_array_index(perf->rings, struct perf_ring, i).fd;
		fds[i].events = POLLIN;
		fds[i].revents = 0;
	}
}
