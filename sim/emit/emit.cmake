# The text of steps.c.in and look.c.in, in this order, as bytes of a header, for sim/emit_c.c.
#
# mmsim_emit(TARGET): generates emit_runtime.h for the library TARGET.
function(mmsim_emit target)
	set(bytes "")
	foreach(part steps look)
		set(source ${CMAKE_CURRENT_SOURCE_DIR}/sim/emit/${part}.c.in)
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
		file(READ ${source} part_bytes HEX)
		string(APPEND bytes ${part_bytes})
	endforeach()
	string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
	file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/generated/emit_runtime.h CONTENT
		"static const char emit_runtime[] = {\n${bytes} 0x00 };\n" @ONLY)
	target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/generated)
endfunction()
