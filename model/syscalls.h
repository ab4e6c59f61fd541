/*
 * syscalls.h - the calls of the running task (current), as user space makes them.
 *
 * Each returns what the system call returns: a value, or -errno.  Lengths and
 * addresses are bytes.  No lock is held before or after.
 *
 * In the kernel:  the SYSCALL_DEFINEs of mm/ and kernel/fork.c.
 */
#ifndef MODEL_SYSCALLS_H
#define MODEL_SYSCALLS_H

#include "machine.h"
#include "memory.h"

long sys_mmap(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
	      int fd, unsigned long offset);
/*
 * The same with the address that the search would have to find given: what a recorded
 * log says.  Only for calls without MAP_FIXED.
 */
long sys_mmap_placed(unsigned long addr, unsigned long len, unsigned long prot,
		     unsigned long flags, int fd, unsigned long offset, unsigned long placed);
long sys_munmap(unsigned long addr, unsigned long len);
long sys_mprotect(unsigned long addr, unsigned long len, unsigned long prot);
long sys_pkey_mprotect(unsigned long addr, unsigned long len, unsigned long prot, int pkey);
long sys_pkey_alloc(unsigned long flags, unsigned long rights);
long sys_pkey_free(int pkey);
long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len,
		unsigned long flags, unsigned long new_addr);
/* Likewise with the address the search would find, for logs; 0: search. */
long sys_mremap_placed(unsigned long addr, unsigned long old_len, unsigned long new_len,
		       unsigned long flags, unsigned long new_addr, unsigned long placed);
long sys_madvise(unsigned long addr, unsigned long len, int advice);
/* The same for one range of @target's address space: the bytes advised. */
long sys_process_madvise(struct task_struct *target, unsigned long addr, unsigned long len,
			 int advice, unsigned int flags);
long sys_mlock(unsigned long addr, unsigned long len);
long sys_mlock2(unsigned long addr, unsigned long len, int flags);
long sys_munlock(unsigned long addr, unsigned long len);
long sys_mlockall(int flags);
long sys_munlockall(void);
long sys_brk(unsigned long brk);
long sys_msync(unsigned long addr, unsigned long len, int flags);
/* @vec gets one byte per page, len/PAGE_SIZE of them. */
long sys_mincore(unsigned long addr, unsigned long len, unsigned char *vec);
long sys_mseal(unsigned long addr, unsigned long len, unsigned long flags);
long sys_mbind(unsigned long addr, unsigned long len, unsigned long mode, uint64_t nodemask,
	       unsigned long maxnode, unsigned int flags);
long sys_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4,
	       unsigned long arg5);
/* Either may be NULL; @old gets what was. */
long sys_prlimit(unsigned int resource, const struct rlimit64 *new_limit, struct rlimit64 *old);

long sys_memfd_create(const char *name, unsigned int flags);
/* Opens an inode by path: /dev/zero is what it is, others are made on first use, of
 * @size_if_new bytes.  Kernel: openat(). */
long sys_open(const char *path, unsigned int flags, uint64_t size_if_new);
long sys_close(int fd);
long sys_dup(int fd);
long sys_ftruncate(int fd, uint64_t size);
long sys_fallocate(int fd, int mode, uint64_t offset, uint64_t len);
long sys_fcntl_add_seals(int fd, unsigned int seals);
long sys_fcntl_get_seals(int fd);
/* userfaultfd(2) and its ioctls: userfaultfd.h. */

/* Child task, named by the caller; *child is NULL and -errno returned on failure, else its pid.
 * Kernel: kernel_clone(): fork copies everything, @flags CLONE_VM and so on share. */
long sys_clone(unsigned long flags, struct task_struct **child);
/* A new, empty address space with the layout of the machine's config (machine_set_layout). */
long sys_execve(const char *path);
/* One thread ends; all threads of the process do. */
long sys_exit(void);
long sys_exit_group(void);
/* The running task ends; the caller must not use it as current afterwards. */
void do_exit(struct task_struct *task, int signal);

/* A first task with an empty address space; owned by the machine. */
struct task_struct *task_create_first(const char *name);
/* @path is "/swap", the device of machine_config; -ENOENT for others. */
long sys_swapon(const char *path, int flags);
long sys_swapoff(const char *path);
/* An actor without an address space: khugepaged, kswapd. */
struct task_struct *task_create_kernel(const char *name);

#endif
