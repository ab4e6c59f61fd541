# mmsim-watch: mmsim with a model that says each of its loads and stores; see sim/watch/watch.h.
# Only the compiler's part of -fsanitize=thread is used, and nothing of its run-time library.
option(MMSIM_WATCH "Build mmsim-watch, which finds accesses that no step tells" ON)

# Storage and statistics, in which any two steps meet and nothing is decided; locks and flushes,
# which are steps themselves; and what looks at a machine at rest.
set(MMSIM_UNWATCHED model/object.c model/quarantine.c model/buddy.c model/vmstat.c model/machine.c
	model/quirk.c model/points.c model/ghost.c model/lock.c model/semantics.c model/hash.c
	model/fields.c model/stack.c)

function(mmsim_watch program)
	if(NOT MMSIM_WATCH)
		return()
	endif()
	set(unwatched ${MMSIM_UNWATCHED})
	list(TRANSFORM unwatched PREPEND ${CMAKE_SOURCE_DIR}/)
	set(watched ${MODEL_SOURCES})
	list(FILTER watched EXCLUDE REGEX "/model/check/")
	list(REMOVE_ITEM watched ${unwatched})
	add_library(mmsim_watched OBJECT ${watched})
	target_include_directories(mmsim_watched PRIVATE ${CMAKE_SOURCE_DIR})
	target_compile_options(mmsim_watched PRIVATE -O1 -g -fno-strict-aliasing -fsanitize=thread)
	target_compile_definitions(mmsim_watched PRIVATE MMSIM_WATCHED)
	if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
		target_compile_options(mmsim_watched PRIVATE
			"SHELL:-mllvm -tsan-instrument-func-entry-exit=0"
			"SHELL:-mllvm -tsan-instrument-memintrinsics=0")
	else()
		target_compile_options(mmsim_watched PRIVATE
			"SHELL:--param tsan-instrument-func-entry-exit=0")
	endif()
	target_link_libraries(mmsim_watched PRIVATE PkgConfig::GLIB)
	add_executable(${program} ${MAIN_SOURCES} ${CMAKE_SOURCE_DIR}/sim/watch/watch.c
		$<TARGET_OBJECTS:mmsim_watched>)
	target_link_libraries(${program} PRIVATE mmsim_sim mmsim_viz mmsim_model)
	target_compile_definitions(${program} PRIVATE MMSIM_VERSION="${PROJECT_VERSION}")
endfunction()
