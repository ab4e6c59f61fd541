/*
 * live_elf.c - an ELF file of one page with nine bytes of program; see live_elf.h.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/live_elf.h"
#include "sim/live_task.h"

#define PAGE	4096

#ifndef MFD_EXEC
#define MFD_EXEC	0x0010U
#endif

static void fill(unsigned char page[PAGE])
{
	static const unsigned char call[] = { 0x0f, 0x05, 0xcc };
	static const unsigned char load[] = { 0x48, 0x8b, 0x07, 0xcc };
	static const unsigned char store[] = { 0x48, 0x89, 0x37, 0xcc };
	Elf64_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
		.e_entry = LIVE_CODE + LIVE_ELF_SYSCALL, .e_phoff = sizeof(header),
		.e_ehsize = sizeof(header), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2,
	};
	Elf64_Phdr segments[2] = {
		{ .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = LIVE_CODE,
		  .p_filesz = PAGE, .p_memsz = PAGE, .p_align = PAGE },
		{ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W },
	};

	memset(page, 0xcc, PAGE);
	memcpy(page, &header, sizeof(header));
	memcpy(page + sizeof(header), segments, sizeof(segments));
	memcpy(page + LIVE_ELF_SYSCALL, call, sizeof(call));
	memcpy(page + LIVE_ELF_LOAD, load, sizeof(load));
	memcpy(page + LIVE_ELF_STORE, store, sizeof(store));
}

int live_elf_open(void)
{
	unsigned char page[PAGE];
	int fd = memfd_create("mmsim-live", MFD_CLOEXEC | MFD_EXEC);

	if (fd < 0)			/* before 6.3 */
		fd = memfd_create("mmsim-live", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	fill(page);
	if (write(fd, page, sizeof(page)) != sizeof(page)) {
		close(fd);
		return -1;
	}
	return fd;
}
