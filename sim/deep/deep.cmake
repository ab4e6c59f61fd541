# What `mmsim live --deep` needs: BPF programs made from *.bpf.c where clang (for bpf), bpftool,
# libbpf and the BTF of this kernel are there.  MMSIM_DEEP=OFF, or one missing: mmsim says so.
#
# mmsim_deep(TARGET): adds one side of sim/deep/kernel.h to the library TARGET.
option(MMSIM_DEEP "Read structs of the running kernel through BPF, if that can be built" ON)
set(MMSIM_BTF /sys/kernel/btf/vmlinux CACHE FILEPATH "BTF that vmlinux.h is made from")

find_program(MMSIM_BPF_CLANG NAMES clang)
find_program(MMSIM_BPFTOOL NAMES bpftool HINTS /usr/sbin /sbin)
pkg_check_modules(LIBBPF IMPORTED_TARGET libbpf>=1.0)

function(mmsim_deep_missing out)
	set(missing "")
	if(NOT MMSIM_DEEP)
		set(${out} "MMSIM_DEEP=ON" PARENT_SCOPE)
		return()
	endif()
	if(MMSIM_BPF_CLANG)
		execute_process(COMMAND ${MMSIM_BPF_CLANG} -target bpf -x c -c /dev/null -o /dev/null
			RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
	endif()
	if(NOT MMSIM_BPF_CLANG OR NOT result EQUAL 0)
		list(APPEND missing "clang for bpf")
	endif()
	if(NOT MMSIM_BPFTOOL)
		list(APPEND missing "bpftool")
	endif()
	if(NOT LIBBPF_FOUND)
		list(APPEND missing "libbpf 1.0")
	endif()
	if(NOT EXISTS ${MMSIM_BTF})
		list(APPEND missing "BTF of a kernel (${MMSIM_BTF})")
	endif()
	list(JOIN missing ", " text)
	set(${out} "${text}" PARENT_SCOPE)
endfunction()

function(mmsim_deep target)
	mmsim_deep_missing(missing)
	if(missing)
		message(STATUS "mmsim live --deep: not built, for lack of: ${missing}")
		target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/sim/deep/kernel_none.c)
		set_source_files_properties(${CMAKE_SOURCE_DIR}/sim/deep/kernel_none.c PROPERTIES
			COMPILE_DEFINITIONS "MMSIM_DEEP_MISSING=\"${missing}\"")
		return()
	endif()
	set(source ${CMAKE_SOURCE_DIR}/sim/deep)
	set(made ${CMAKE_BINARY_DIR}/deep)
	file(MAKE_DIRECTORY ${made})
	# Through a shell: custom commands have no redirection of their own.
	add_custom_command(OUTPUT ${made}/vmlinux.h
		COMMAND sh -c "'${MMSIM_BPFTOOL}' btf dump file '${MMSIM_BTF}' format c > vmlinux.h"
		WORKING_DIRECTORY ${made} COMMENT "Types of the kernel" VERBATIM)
	foreach(program deep look)
		# Its skeleton is called otherwise than the struct that it hands over.
		set(skeleton ${program})
		if(program STREQUAL look)
			set(skeleton look_bpf)
		endif()
		add_custom_command(OUTPUT ${made}/${skeleton}.skel.h
			COMMAND ${MMSIM_BPF_CLANG} -O2 -g -target bpf -Wall -Werror -I${made} -I${source}
				-isystem ${LIBBPF_INCLUDEDIR} -c ${source}/${program}.bpf.c
				-o ${program}.bpf.o
			COMMAND sh -c "'${MMSIM_BPFTOOL}' gen skeleton ${program}.bpf.o name ${skeleton} > ${skeleton}.skel.h"
			DEPENDS ${made}/vmlinux.h ${source}/${program}.bpf.c ${source}/${program}.h
			WORKING_DIRECTORY ${made} COMMENT "BPF programs: ${program}" VERBATIM)
	endforeach()
	target_sources(${target} PRIVATE ${source}/kernel_bpf.c ${source}/kernel_look.c
		${made}/deep.skel.h ${made}/look_bpf.skel.h)
	target_include_directories(${target} SYSTEM PRIVATE ${made})
	target_link_libraries(${target} PUBLIC PkgConfig::LIBBPF)
endfunction()
