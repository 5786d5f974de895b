# halfproof_add_suite(<suite.json> [NAME <name>] [STAGES <stage>...] [ROWS <row>...]
#                     [CLAIMS <regex>] [EVIDENCE <evidence>...] [RUN_OPTIONS <option>...]
#                     [DEVICE cpu|cuda] [OUT <folder>] [TIMEOUT <seconds>] [LABELS <label>...]
#                     [CONFIGURATIONS <configuration>...] [SERIAL <ON|OFF>])
#
# CTest entries made from a suite: <name>.run, which runs it, and <name>.<row>.<claim> for each
# claim, which is judged from what that run left behind: a row runs once, however many claims it
# has. Nothing is written by hand for a row or a claim. `ctest -R <name>` runs all of it, and
# `ctest -R <name>.<row>.<claim>` the suite and that claim.
#
# NAME            default: the suite's own name
# STAGES          as `halfproof run --stage` (default: what `run` does by itself)
# ROWS            only these rows, by their whole ids
# CLAIMS          only claims whose id matches
# EVIDENCE        only claims of these kinds of evidence: file, log, evaluated, retrained
# RUN_OPTIONS     further options of `halfproof run`: --offline, --data, --seeds, ...
# DEVICE cuda     adds --device cuda, the label gpu and the resource group gpus:1 of CTest
# OUT             the run's folder (default: runs/<name> in the build folder)
# TIMEOUT         of the run, in seconds (default: 1200)
# CONFIGURATIONS  only in these of `ctest -C`
# SERIAL          whether nothing else runs beside it (default: ON, for a run uses all cores)
#
# A claim passes (PASS, XFAIL), fails (FAIL, XPASS), or is skipped with its reason as the last line
# of its output (SKIPPED, UNFIT, AMBIGUOUS, NOT_VERIFIABLE); its numbers are measurements for CDash.
# A run fails where something that was asked for failed to run; that a claim fails is said by that
# claim's own entry. Needs CMake 3.25 and the target halfproof::halfproof.
include_guard(GLOBAL)

function(halfproof_add_suite file)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME;CLAIMS;DEVICE;OUT;TIMEOUT;SERIAL"
    "STAGES;ROWS;EVIDENCE;RUN_OPTIONS;LABELS;CONFIGURATIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "halfproof_add_suite: expected its options, got ${arg_UNPARSED_ARGUMENTS}")
  endif()
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
  if(NOT EXISTS "${file}")
    message(FATAL_ERROR "halfproof_add_suite: expected a suite at ${file}, there is none")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(READ "${file}" suite)
  if(NOT arg_NAME)
    string(JSON arg_NAME GET "${suite}" name)
  endif()
  if(NOT arg_OUT)
    set(arg_OUT "${CMAKE_BINARY_DIR}/runs/${arg_NAME}")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 1200)
  endif()
  if(NOT DEFINED arg_SERIAL)
    set(arg_SERIAL ON)
  endif()
  halfproof_add_run_test("${file}")

  string(JSON rows LENGTH "${suite}" rows)
  set(claims 0)
  foreach(index RANGE 1 ${rows})
    math(EXPR index "${index} - 1")
    string(JSON row GET "${suite}" rows ${index})
    string(JSON id GET "${row}" id)
    if(NOT arg_ROWS OR id IN_LIST arg_ROWS)
      halfproof_add_row_tests("${row}" "${id}")
    endif()
  endforeach()
  if(claims EQUAL 0)
    message(FATAL_ERROR "halfproof_add_suite: expected claims in ${file}, none is asked for")
  endif()
endfunction()

# <name>.run. Reads the arguments of halfproof_add_suite().
function(halfproof_add_run_test file)
  set(command halfproof::halfproof run "${file}" --out "${arg_OUT}")
  if(arg_STAGES)
    list(JOIN arg_STAGES , stages)
    list(APPEND command --stage ${stages})
  endif()
  if(arg_ROWS)
    list(JOIN arg_ROWS , rows)
    list(APPEND command --row ${rows})
  endif()
  if(arg_DEVICE)
    list(APPEND command --device ${arg_DEVICE})
  endif()
  add_test(NAME ${arg_NAME}.run CONFIGURATIONS ${arg_CONFIGURATIONS}
    COMMAND ${command} ${arg_RUN_OPTIONS})
  # Judged by its last lines and not by its exit code: 1 may be a claim, which has its own entry,
  # and 77 is a run whose claims are all skipped, each with its reason.
  set_tests_properties(${arg_NAME}.run PROPERTIES
    FIXTURES_SETUP ${arg_NAME}
    RUN_SERIAL ${arg_SERIAL}
    TIMEOUT ${arg_TIMEOUT}
    PASS_REGULAR_EXPRESSION "\n[0-9]+ (PASS|FAIL|AMBIGUOUS|UNFIT|SKIPPED|NOT_VERIFIABLE|XFAIL|XPASS)"
    FAIL_REGULAR_EXPRESSION "Failed to run:")
  halfproof_label(${arg_NAME}.run)
endfunction()

# An entry for each claim of a row. Reads the arguments of halfproof_add_suite().
function(halfproof_add_row_tests row id)
  string(JSON last LENGTH "${row}" claims)
  foreach(index RANGE 1 ${last})
    math(EXPR index "${index} - 1")
    string(JSON claim GET "${row}" claims ${index} id)
    string(JSON evidence GET "${row}" claims ${index} evidence)
    if((arg_CLAIMS AND NOT claim MATCHES "${arg_CLAIMS}")
        OR (arg_EVIDENCE AND NOT evidence IN_LIST arg_EVIDENCE))
      continue()
    endif()
    add_test(NAME ${arg_NAME}.${id}.${claim} CONFIGURATIONS ${arg_CONFIGURATIONS}
      COMMAND halfproof::halfproof judge "${arg_OUT}" --row ${id} --claim ${claim} --ctest)
    set_tests_properties(${arg_NAME}.${id}.${claim} PROPERTIES
      FIXTURES_REQUIRED ${arg_NAME}
      SKIP_RETURN_CODE 77)
    halfproof_label(${arg_NAME}.${id}.${claim})
    math(EXPR claims "${claims} + 1")
  endforeach()
  set(claims ${claims} PARENT_SCOPE)
endfunction()

function(halfproof_label test)
  set(labels ${arg_LABELS})
  if(arg_DEVICE STREQUAL "cuda")
    list(APPEND labels gpu)
    set_tests_properties(${test} PROPERTIES RESOURCE_GROUPS "gpus:1")
  endif()
  set_tests_properties(${test} PROPERTIES LABELS "${labels}")
endfunction()
