include(GoogleTest)

# add_unit_tests(<layer> LIBRARY <target> SOURCES <x_test.cpp>... [LINK <target>...] [LABELS <label>...]
#                [OPTIMIZED])
# Builds one test program for a folder from the tests that lie beside its sources and lists each
# TEST of it in CTest. Tests run in the source tree's root and read fixtures/ from there.
function(add_unit_tests layer)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIMIZED" "LIBRARY" "SOURCES;LINK;LABELS")
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
  set_target_properties(${layer}_test PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  gtest_discover_tests(${layer}_test
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 120
    TEST_PREFIX "${layer}."
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    PROPERTIES LABELS "${arg_LABELS}" SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()
