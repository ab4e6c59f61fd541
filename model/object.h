/*
 * object.h - what all objects of the machine have in common: a name in order of
 * birth, storage that belongs to the machine, and one table of fields.
 *
 * The first member of every object is `unsigned int id`: not 0 while it lives, not
 * used again within a run, counted per kind from 1 ("vma#3").  Storage comes from
 * slabs of the machine, so that everything of a kind can be walked in order of
 * birth, leaks are counted, any allocation can be made to fail, and reset frees
 * all at once.
 *
 * In the kernel:  kmem_cache_alloc() and friends; the field tables have no twin.
 */
#ifndef MODEL_OBJECT_H
#define MODEL_OBJECT_H

#include <glib.h>
#include "types.h"

struct machine;

/* kind, name in dumps, C type */
#define OBJECT_KINDS(K)					\
	K(KIND_TASK,		task,		task_struct)		\
	K(KIND_SIGNAL,		signal,		signal_struct)		\
	K(KIND_FILES,		files,		files_struct)		\
	K(KIND_MM,		mm,		mm_struct)		\
	K(KIND_VMA,		vma,		vm_area_struct)		\
	K(KIND_ANON_VMA,	anon_vma,	anon_vma)		\
	K(KIND_AVC,		avc,		anon_vma_chain)		\
	K(KIND_PGTABLE,		pgtable,	pgtable)		\
	K(KIND_FOLIO,		folio,		folio)			\
	K(KIND_INODE,		inode,		inode)			\
	K(KIND_FILE,		file,		file)			\
	K(KIND_MEMPOLICY,	mempolicy,	mempolicy)		\
	K(KIND_UFFD_CTX,	uffd,		userfaultfd_ctx)	\
	K(KIND_MAPLE_NODE,	maple_node,	maple_node)		\
	K(KIND_FOLIO_LARGE,	folio_large,	folio_large)		\
	K(KIND_PIN,		pin,		device_pin)		\
	K(KIND_STABLE_NODE,	stable_node,	ksm_stable_node)	\
	K(KIND_RMAP_ITEM,	rmap_item,	ksm_rmap_item)		\
	K(KIND_GATHER,		gather,		mmu_gather_batch)

#define K(kind, name, type) kind,
enum object_kind { OBJECT_KINDS(K) NR_OBJECT_KINDS };
#undef K

const char *object_kind_name(enum object_kind kind);

/*
 * A zeroed object of @kind and of @size bytes (the same size for all of a kind but
 * KIND_PGTABLE, which has two), with its id set.  NULL if the allocation was told
 * to fail (machine_fail_nth()); inside alloc_nofail_begin/end it never is.  The
 * caller owns it until model_free().  May sleep unless the name says atomic.
 */
void *model_alloc(enum object_kind kind, size_t size, const char *site);
void *model_alloc_atomic(enum object_kind kind, size_t size, const char *site);
#define model_free(kind, object)	model_free_at((kind), (object), __func__)
void model_free_at(enum object_kind kind, void *object, const char *site);

/*
 * The running task uses @object, or a part of it, and believes that it has not been freed: a
 * violation of "use-after-free" if it has; see quarantine.h.
 */
#define object_use(object, site)						\
	do {									\
		if (unlikely(mach->nr_freed))					\
			object_use_slow((object), (site));			\
	} while (0)
void object_use_slow(const void *object, const char *site);

#define NEW(kind, type, site)	((type *)model_alloc((kind), sizeof(type), (site)))

/*
 * Would an allocation at @site, of something that is no object of its own (a page
 * frame, an array), fail now?  Counts like model_alloc().
 */
bool model_alloc_fails(const char *site);

/* __GFP_NOFAIL for the running task; nests. */
void alloc_nofail_begin(void);
void alloc_nofail_end(void);

/* How many objects of @kind live, and how many bytes all of them take with overhead. */
size_t object_count(const struct machine *machine, enum object_kind kind);
size_t object_bytes(const struct machine *machine, enum object_kind kind);

/* All live objects of @kind in order of birth; free with g_ptr_array_unref(). */
GPtrArray *object_list(const struct machine *machine, enum object_kind kind);
/* Calls @fn for each, in an order that is the same in every run but not that of birth: for
 * checks over millions.  @fn must not allocate or free objects of @kind. */
typedef void (*object_fn)(void *object, void *data);
void object_for_each(const struct machine *machine, enum object_kind kind, object_fn fn,
		     void *data);
/* The live object of @kind with that @id, or NULL.  O(n). */
void *object_by_id(const struct machine *machine, enum object_kind kind, unsigned int id);

/* ---- fields: what dump, diff, hash, pictures, JSON and `expect` read ---- */

enum field_type {
	FIELD_NUMBER,		/* decimal */
	FIELD_SIGNED,
	FIELD_BOOL,
	FIELD_ADDR,		/* bytes, hexadecimal */
	FIELD_PGOFF,		/* pages, hexadecimal */
	FIELD_VM_FLAGS,		/* vm_flags_t */
	FIELD_PROT,		/* "rw-p", from vm_flags_t */
	FIELD_REF,		/* an object of kind @ref, or none (0): its id */
	FIELD_SET,		/* several references, in order; read with .list */
	FIELD_STRING,		/* const char *, may be NULL */
};

/*
 * One field.  @get computes the value (a number, an id, or a pointer to a string
 * cast to uint64_t for FIELD_STRING); for FIELD_SET @list appends ids to a GArray of
 * unsigned int.  @hidden fields are left out of canonical hashes (numbers that only
 * tell names or statistics).
 */
struct field {
	const char *name;
	enum field_type type;
	enum object_kind ref;
	uint64_t (*get)(const void *object);
	void (*list)(const void *object, GArray *ids);
	bool hidden;
	const char *what;	/* one sentence, for `mmsim list fields` and docs */
};

struct object_type {
	const char *name;
	const struct field *fields;
	size_t nr_fields;
};

/* The fields of @kind; nr_fields is 0 for kinds without any of their own. */
const struct object_type *object_type(enum object_kind kind);
const struct field *object_field(enum object_kind kind, const char *name);
/* @field of @object as text, such as "0x7f00", "rw-p", "anon_vma#2". */
void field_print(const struct field *field, const void *object, GString *out);

/* vm_flags as smaps writes them, "rd wr mr", and back from one pair of letters (0: unknown). */
void vm_flags_letters(vm_flags_t flags, GString *out, const char *separator);
vm_flags_t vm_flags_from_letters(const char *letters);
/* "rw-p" */
void vm_flags_prot(vm_flags_t flags, char prot[5]);
/* A page table word in words: "folio#3+0 write dirty young content=7 exclusive", "none". */
void pte_print(pte_t pte, GString *out);

/* Defined beside the structures they describe. */
extern const struct object_type task_type, mm_type, vma_type, anon_vma_type, avc_type,
	pgtable_type, folio_type, inode_type, file_type, mempolicy_type, uffd_type,
	pin_type, stable_node_type, rmap_item_type;

/*
 * The whole machine: every object by kind and id with all fields, then every page
 * table entry that is not none.  Same state, same text.
 */
void machine_dump(const struct machine *machine, GString *out);
/* One line for each field in which the two differ; returns how many. */
unsigned int machine_diff(const struct machine *a, const struct machine *b, GString *out);
/*
 * Hash in which ids are replaced by the order in which a walk from the tasks meets
 * the objects: equal states reached on two roads have equal hashes.
 */
uint64_t machine_hash(const struct machine *machine);

#endif
