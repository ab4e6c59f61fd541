/*
 * fields.c - reading objects through their field tables: print, dump, compare.
 *
 * In the kernel:  mm/debug.c dump_vma(), dump_mm(), by role.
 */
#include <stdio.h>
#include <string.h>
#include "folio.h"
#include "machine.h"
#include "pgtable.h"

static const struct object_type *const types[NR_OBJECT_KINDS] = {
	[KIND_TASK] = &task_type,
	[KIND_MM] = &mm_type,
	[KIND_VMA] = &vma_type,
	[KIND_ANON_VMA] = &anon_vma_type,
	[KIND_AVC] = &avc_type,
	[KIND_PGTABLE] = &pgtable_type,
	[KIND_FOLIO] = &folio_type,
	[KIND_INODE] = &inode_type,
	[KIND_FILE] = &file_type,
	[KIND_MEMPOLICY] = &mempolicy_type,
	[KIND_UFFD_CTX] = &uffd_type,
	[KIND_PIN] = &pin_type,
	[KIND_STABLE_NODE] = &stable_node_type,
	[KIND_RMAP_ITEM] = &rmap_item_type,
};

const struct object_type *object_type(enum object_kind kind)
{
	static const struct object_type none = { .name = "" };

	return types[kind] ? types[kind] : &none;
}

const struct field *object_field(enum object_kind kind, const char *name)
{
	const struct object_type *type = object_type(kind);

	for (size_t i = 0; i < type->nr_fields; i++)
		if (!strcmp(type->fields[i].name, name))
			return &type->fields[i];
	return NULL;
}

/* smaps writes VmFlags by bit, two letters each (fs/proc/task_mmu.c show_smap_vma_flags()). */
static const struct {
	vm_flags_t flag;
	char letters[3];
} smaps_letters[] = {
	{ VM_READ, "rd" }, { VM_WRITE, "wr" }, { VM_EXEC, "ex" }, { VM_SHARED, "sh" },
	{ VM_MAYREAD, "mr" }, { VM_MAYWRITE, "mw" }, { VM_MAYEXEC, "me" },
	{ VM_MAYSHARE, "ms" }, { VM_GROWSDOWN, "gd" }, { VM_UFFD_MISSING, "um" },
	{ VM_PFNMAP, "pf" }, { VM_MAYBE_GUARD, "gu" }, { VM_UFFD_WP, "uw" }, { VM_LOCKED, "lo" }, { VM_IO, "io" },
	{ VM_SEQ_READ, "sr" }, { VM_RAND_READ, "rr" }, { VM_DONTCOPY, "dc" },
	{ VM_DONTEXPAND, "de" }, { VM_LOCKONFAULT, "lf" }, { VM_ACCOUNT, "ac" },
	{ VM_NORESERVE, "nr" }, { VM_HUGETLB, "ht" }, { VM_SYNC, "sf" },
	{ VM_WIPEONFORK, "wf" }, { VM_DONTDUMP, "dd" }, { VM_MIXEDMAP, "mm" },
	{ VM_HUGEPAGE, "hg" }, { VM_NOHUGEPAGE, "nh" }, { VM_MERGEABLE, "mg" },
	{ VM_DROPPABLE, "dp" }, { VM_UFFD_MINOR, "ui" }, { VM_SEALED, "sl" },
};

void vm_flags_letters(vm_flags_t flags, GString *out, const char *separator)
{
	bool first = true;

	for (size_t i = 0; i < ARRAY_SIZE(smaps_letters); i++) {
		if (!(flags & smaps_letters[i].flag))
			continue;
		g_string_append_printf(out, "%s%s", first ? "" : separator,
				       smaps_letters[i].letters);
		first = false;
	}
}

vm_flags_t vm_flags_from_letters(const char *letters)
{
	for (size_t i = 0; i < ARRAY_SIZE(smaps_letters); i++)
		if (!strcmp(smaps_letters[i].letters, letters))
			return smaps_letters[i].flag;
	return 0;
}

void vm_flags_prot(vm_flags_t flags, char prot[5])
{
	prot[0] = flags & VM_READ ? 'r' : '-';
	prot[1] = flags & VM_WRITE ? 'w' : '-';
	prot[2] = flags & VM_EXEC ? 'x' : '-';
	prot[3] = flags & VM_MAYSHARE ? 's' : 'p';
	prot[4] = '\0';
}

static void print_set(const struct field *field, const void *object, GString *out)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(unsigned int));

	field->list(object, ids);
	g_string_append_c(out, '{');
	for (guint i = 0; i < ids->len; i++)
		g_string_append_printf(out, "%s%s#%u", i ? ", " : "",
				       object_kind_name(field->ref),
				       g_array_index(ids, unsigned int, i));
	g_string_append_c(out, '}');
}

void field_print(const struct field *field, const void *object, GString *out)
{
	uint64_t value = field->get ? field->get(object) : 0;
	char prot[5];

	switch (field->type) {
	case FIELD_NUMBER:
	case FIELD_BOOL:
		g_string_append_printf(out, "%" G_GUINT64_FORMAT, value);
		return;
	case FIELD_SIGNED:
		g_string_append_printf(out, "%" G_GINT64_FORMAT, (int64_t)value);
		return;
	case FIELD_ADDR:
	case FIELD_PGOFF:
		g_string_append_printf(out, "0x%" G_GINT64_MODIFIER "x", value);
		return;
	case FIELD_VM_FLAGS:
		vm_flags_letters(value, out, " ");
		return;
	case FIELD_PROT:
		vm_flags_prot(value, prot);
		g_string_append(out, prot);
		return;
	case FIELD_REF:
		if (value)
			g_string_append_printf(out, "%s#%u", object_kind_name(field->ref),
					       (unsigned int)value);
		else
			g_string_append(out, "none");
		return;
	case FIELD_SET:
		print_set(field, object, out);
		return;
	case FIELD_STRING:
		g_string_append_printf(out, "\"%s\"",
				       value ? (const char *)(uintptr_t)value : "");
		return;
	}
}

static unsigned int object_id(const void *object)
{
	return *(const unsigned int *)object;
}

static void dump_object(enum object_kind kind, const void *object, GString *out)
{
	const struct object_type *type = object_type(kind);

	g_string_append_printf(out, "%s#%u", object_kind_name(kind), object_id(object));
	for (size_t i = 0; i < type->nr_fields; i++) {
		g_string_append_printf(out, " %s=", type->fields[i].name);
		field_print(&type->fields[i], object, out);
	}
	g_string_append_c(out, '\n');
}

/* A word of a table in terms of folios, so that frames do not matter. */
void pte_print(pte_t pte, GString *out)
{
	if (pte_none(pte)) {
		g_string_append(out, "none");
	} else if (pte_present(pte)) {
		const struct page *page = pfn_to_page(pte_pfn(pte));

		if (page == mach->zero_page)
			g_string_append(out, "zero");
		else if (page->folio)
			g_string_append_printf(out, "folio#%u+%u", page->folio->id,
					       (unsigned int)(pte_pfn(pte) - page->folio->pfn));
		else
			g_string_append(out, "frame");
		g_string_append_printf(out, "%s%s%s%s%s%s",
				       pte_protnone(pte) ? " protnone" : "",
				       pte_write(pte) ? " write" : "",
				       pte_dirty(pte) ? " dirty" : "",
				       pte_young(pte) ? " young" : "",
				       pte & _PAGE_UFFD_WP ? " uffd-wp" : "",
				       pte & _PAGE_PSE ? " huge" : "");
		if (page != mach->zero_page && page->folio)
			g_string_append_printf(out, " content=%" G_GUINT64_FORMAT "%s",
					       page->content,
					       page->flags & PG_anon_exclusive ? " exclusive" : "");
	} else if (is_guard_pte(pte)) {
		g_string_append(out, "guard");
	} else if (is_pte_marker(pte)) {
		g_string_append_printf(out, "marker%s%s",
				       swp_offset(pte) & PTE_MARKER_POISONED ? " poisoned" : "",
				       swp_offset(pte) & PTE_MARKER_UFFD_WP ? " uffd-wp" : "");
	} else if (is_migration_pte(pte)) {
		g_string_append_printf(out, "migration of frame %" G_GUINT64_FORMAT "%s",
				       swp_offset(pte),
				       swp_type(pte) == SWP_MIGRATION_WRITE ? " write" :
				       swp_type(pte) == SWP_MIGRATION_READ ? "" : " exclusive");
	} else {
		g_string_append_printf(out, "swap type %u offset 0x%" G_GINT64_MODIFIER "x%s",
				       swp_type(pte), swp_offset(pte),
				       pte & _PAGE_SWP_EXCLUSIVE ? " exclusive" : "");
	}
}

static bool dump_pte(const struct pgtable *table, unsigned int slot, unsigned long addr, void *data)
{
	GString *out = data;

	g_string_append_printf(out, "mm#%u 0x%lx ", table->mm->id, addr);
	pte_print(table->entry[slot], out);
	g_string_append_c(out, '\n');
	return true;
}

void machine_dump(const struct machine *machine, GString *out)
{
	struct machine *before = machine_enter((struct machine *)machine);

	for (unsigned int kind = 0; kind < NR_OBJECT_KINDS; kind++) {
		g_autoptr(GPtrArray) list = NULL;

		if (!object_type(kind)->nr_fields)
			continue;
		list = object_list(machine, kind);
		for (guint i = 0; i < list->len; i++)
			dump_object(kind, list->pdata[i], out);
	}
	g_autoptr(GPtrArray) mms = object_list(machine, KIND_MM);
	for (guint i = 0; i < mms->len; i++)
		pgtable_for_each(mms->pdata[i], 0, TASK_SIZE, dump_pte, out);
	machine_enter(before);
}

/* ---- the difference of two machines ---- */

static unsigned int diff_fields(enum object_kind kind, const void *a, const void *b, GString *out)
{
	const struct object_type *type = object_type(kind);
	unsigned int found = 0;

	for (size_t i = 0; i < type->nr_fields; i++) {
		g_autoptr(GString) left = g_string_new(NULL);
		g_autoptr(GString) right = g_string_new(NULL);

		field_print(&type->fields[i], a, left);
		field_print(&type->fields[i], b, right);
		if (g_string_equal(left, right))
			continue;
		g_string_append_printf(out, "%s#%u %s: %s -> %s\n", object_kind_name(kind),
				       object_id(a), type->fields[i].name, left->str, right->str);
		found++;
	}
	return found;
}

static unsigned int diff_kind(enum object_kind kind, const struct machine *a,
			      const struct machine *b, GString *out)
{
	g_autoptr(GPtrArray) left = object_list(a, kind);
	g_autoptr(GPtrArray) right = object_list(b, kind);
	unsigned int found = 0;
	guint i = 0, j = 0;

	while (i < left->len || j < right->len) {
		unsigned int x = i < left->len ? object_id(left->pdata[i]) : G_MAXUINT;
		unsigned int y = j < right->len ? object_id(right->pdata[j]) : G_MAXUINT;

		if (x == y) {
			found += diff_fields(kind, left->pdata[i++], right->pdata[j++], out);
			continue;
		}
		g_string_append_printf(out, "%s#%u %s\n", object_kind_name(kind), MIN(x, y),
				       x < y ? "gone" : "new");
		found++;
		if (x < y)
			i++;
		else
			j++;
	}
	return found;
}

/* All entries of all mms as lines, in order. */
static GPtrArray *pte_lines(const struct machine *machine)
{
	struct machine *before = machine_enter((struct machine *)machine);
	g_autoptr(GPtrArray) mms = object_list(machine, KIND_MM);
	g_autoptr(GString) text = g_string_new(NULL);
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < mms->len; i++)
		pgtable_for_each(mms->pdata[i], 0, TASK_SIZE, dump_pte, text);
	machine_enter(before);

	for (char *line = text->str, *end; (end = strchr(line, '\n')); line = end + 1)
		g_ptr_array_add(lines, g_strndup(line, (gsize)(end - line)));
	return lines;
}

/* "mm#1 0x7000 word": which of two lines comes first. */
static int compare_place(const char *a, const char *b)
{
	unsigned int mm_a = 0, mm_b = 0;
	unsigned long addr_a = 0, addr_b = 0;

	sscanf(a, "mm#%u 0x%lx", &mm_a, &addr_a);
	sscanf(b, "mm#%u 0x%lx", &mm_b, &addr_b);
	if (mm_a != mm_b)
		return mm_a < mm_b ? -1 : 1;
	return addr_a < addr_b ? -1 : addr_a > addr_b;
}

static unsigned int diff_ptes(const struct machine *a, const struct machine *b, GString *out)
{
	g_autoptr(GPtrArray) left = pte_lines(a), right = pte_lines(b);
	unsigned int found = 0;
	guint i = 0, j = 0;

	while (i < left->len || j < right->len) {
		const char *x = i < left->len ? left->pdata[i] : NULL;
		const char *y = j < right->len ? right->pdata[j] : NULL;
		int order = !x ? 1 : !y ? -1 : compare_place(x, y);

		if (order == 0 && strcmp(x, y)) {
			const char *word = strchr(strchr(y, ' ') + 1, ' ') + 1;

			g_string_append_printf(out, "%s -> %s\n", x, word);
			found++;
		} else if (order != 0) {
			g_string_append_printf(out, "%s %s\n", order < 0 ? x : y,
					       order < 0 ? "-> none" : "(was none)");
			found++;
		}
		i += order <= 0;
		j += order >= 0;
	}
	return found;
}

unsigned int machine_diff(const struct machine *a, const struct machine *b, GString *out)
{
	unsigned int found = 0;

	for (unsigned int kind = 0; kind < NR_OBJECT_KINDS; kind++)
		if (object_type(kind)->nr_fields)
			found += diff_kind(kind, a, b, out);
	return found + diff_ptes(a, b, out);
}
