include(GoogleTest)

# add_unit_tests(<layer> LIBRARY <target> SOURCES <x_test.cpp>... [LINK <target>...] [LABELS <label>...]
#                [OPTIMIZED] [FIRST <pattern>])
# Builds one test program for a folder from the tests that lie beside its sources and lists each
# TEST of it in CTest. FIRST: tests that CTest starts before all others, because one that takes minutes
# must not be left alone at the end. Tests run in the source tree's root and read fixtures/ from there.
function(add_unit_tests layer)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIMIZED" "LIBRARY;FIRST" "SOURCES;LINK;LABELS")
  if(NOT BUILD_TESTING)
    return()
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_executable(${layer}_test ${arg_SOURCES})
  target_link_libraries(${layer}_test PRIVATE
    ${arg_LIBRARY} ${arg_LINK} project_flags GTest::gmock GTest::gtest_main)
  # Most tests are compiled once and run once: optimising them costs more than it saves. It slows
  # the product down too, whose inline functions the linker takes from the tests' objects.
  if(NOT arg_OPTIMIZED)
    target_compile_options(${layer}_test PRIVATE -O0)
  endif()
  # Each test file keeps its helpers to itself, whatever the libraries do (ProjectFlags.cmake).
  set_target_properties(${layer}_test PROPERTIES UNITY_BUILD OFF
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  if(arg_FIRST)
    list_tests(${layer} FILTER "${arg_FIRST}" LABELS ${arg_LABELS} COST 1000)
    list_tests(${layer} FILTER "-${arg_FIRST}" LABELS ${arg_LABELS})
  else()
    list_tests(${layer} LABELS ${arg_LABELS})
  endif()
endfunction()

# list_tests(<layer> [FILTER <pattern>] [COST <number>] LABELS <label>...)
function(list_tests layer)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FILTER;COST" "LABELS")
  if(NOT arg_COST)
    set(arg_COST 0)
  endif()
  gtest_discover_tests(${layer}_test
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 120
    TEST_PREFIX "${layer}."
    TEST_FILTER "${arg_FILTER}"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    PROPERTIES LABELS "${arg_LABELS}" COST ${arg_COST} SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()
