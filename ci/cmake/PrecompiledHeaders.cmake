# One precompiled header of what the tests without LibTorch include, which is most of what compiling
# them costs (LibTorch's own: FindLibTorch.cmake). The sanitized build has one for its libraries
# too. The libraries of the other builds have none, so that a source that includes too little does
# not compile there.

# add_common_pch(<name> PIC <ON|OFF> [LINK <target>...] [OPTIONS <option>...] HEADERS <header>...)
function(add_common_pch name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PIC" "LINK;OPTIONS;HEADERS")
  # Not written again: everything that includes the header would be built again.
  if(NOT EXISTS "${PROJECT_BINARY_DIR}/${name}.cpp")
    file(WRITE "${PROJECT_BINARY_DIR}/${name}.cpp" "")
  endif()
  add_library(${name} OBJECT "${PROJECT_BINARY_DIR}/${name}.cpp")
  target_link_libraries(${name} PRIVATE nlohmann_json::nlohmann_json fmt project_flags ${arg_LINK})
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ${arg_PIC}
    PCH_INSTANTIATE_TEMPLATES ON)
endfunction()

# precompile_for(<target>): the header that fits how the target is compiled, if there is one.
function(precompile_for target)
  get_target_property(type ${target} TYPE)
  get_target_property(of_torch ${target} PRECOMPILE_HEADERS_REUSE_FROM)
  get_target_property(own ${target} PRECOMPILE_HEADERS)
  if(of_torch OR own)
    return()
  endif()
  get_target_property(options ${target} COMPILE_OPTIONS)
  if(type STREQUAL "EXECUTABLE" AND options AND "-O0" IN_LIST options)
    target_precompile_headers(${target} REUSE_FROM common_pch_tests)
  elseif(type STREQUAL "STATIC_LIBRARY" AND TARGET common_pch)
    target_precompile_headers(${target} REUSE_FROM common_pch)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
endfunction()

# precompile_headers(<folder>): for every target of the folder and of those below.
function(precompile_headers folder)
  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    precompile_for(${target})
  endforeach()
  get_property(below DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS below)
    precompile_headers("${subfolder}")
  endforeach()
endfunction()

set(halfproof_common_headers <algorithm> <filesystem> <fstream> <functional> <map> <memory>
  <optional> <ranges> <set> <string> <variant> <vector> <fmt/format.h> <nlohmann/json.hpp>)
if(BUILD_TESTING)
  add_common_pch(common_pch_tests PIC OFF LINK GTest::gmock OPTIONS -O0
    HEADERS ${halfproof_common_headers} <gmock/gmock.h> <gtest/gtest.h>)
endif()
if(HALFPROOF_SANITIZE)
  add_common_pch(common_pch PIC ON HEADERS ${halfproof_common_headers})
endif()
