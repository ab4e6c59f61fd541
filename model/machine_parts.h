/*
 * machine_parts.h - what each part of the model does at the birth and the end of a
 * machine.  Only machine.c calls these.
 */
#ifndef MODEL_MACHINE_PARTS_H
#define MODEL_MACHINE_PARTS_H

struct machine;

/* object.c: storage of all objects. */
void slabs_init(struct machine *machine);
void slabs_reset(struct machine *machine);
void slabs_fini(struct machine *machine);

/* lru.c: the LRU lists and the per-CPU batches. */
void lru_init(struct machine *machine);
void lru_fini(struct machine *machine);

/* swap_device.c: the swap devices; the device of the configuration is on from the start. */
void swap_init(struct machine *machine);
void swap_fini(struct machine *machine);

/* file.c: frees what inodes and descriptor tables hold outside the slabs (names, arrays),
 * without touching reference counts: all objects go at once. */
void inodes_forget(struct machine *machine);
/* file.c */
void files_forget(struct machine *machine);

#endif
