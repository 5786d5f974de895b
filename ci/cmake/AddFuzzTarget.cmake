# add_fuzz_target(<name> LIBRARY <target> SOURCE <x_fuzz.cpp>)
# A program <name>_fuzz that libFuzzer drives (preset `asan`, target fuzz_targets; ci/fuzz runs them
# all). Does nothing in other builds. Its source lies beside the reader that it attacks, as a test does.
function(add_fuzz_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LIBRARY;SOURCE" "")
  if(NOT HALFPROOF_FUZZ)
    return()
  endif()
  if(NOT TARGET fuzz_targets)
    add_custom_target(fuzz_targets)
  endif()
  add_executable(${name}_fuzz ${arg_SOURCE})
  add_dependencies(fuzz_targets ${name}_fuzz)
  target_link_libraries(${name}_fuzz PRIVATE ${arg_LIBRARY} project_flags)
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name}_fuzz PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/targets")
endfunction()
