# add_precompiled_header(<name> PIC <ON|OFF> [LINK <target>...] [OPTIONS <option>...]
#                        HEADERS <header>...)
# A target whose precompiled header others reuse (REUSE_FROM). These must be compiled with the same
# options and, or not, as position-independent code.
function(add_precompiled_header name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PIC" "LINK;OPTIONS;HEADERS")
  # Not written again: everything that includes the header would be built again.
  if(NOT EXISTS "${PROJECT_BINARY_DIR}/${name}.cpp")
    file(WRITE "${PROJECT_BINARY_DIR}/${name}.cpp" "")
  endif()
  add_library(${name} OBJECT "${PROJECT_BINARY_DIR}/${name}.cpp")
  target_link_libraries(${name} PRIVATE ${arg_LINK} project_flags)
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ${arg_PIC})
endfunction()
