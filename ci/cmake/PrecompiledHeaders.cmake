# One precompiled header of what the tests without LibTorch include, which is most of what compiling
# them costs (LibTorch's own: FindLibTorch.cmake). The sanitized build has one for its libraries
# too. The libraries of the other builds have none, so that a source that includes too little does
# not compile there.

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
  add_precompiled_header(common_pch_tests PIC OFF OPTIONS -O0
    LINK nlohmann_json::nlohmann_json fmt GTest::gmock
    HEADERS ${halfproof_common_headers} <gmock/gmock.h> <gtest/gtest.h>)
endif()
if(HALFPROOF_SANITIZE)
  add_precompiled_header(common_pch PIC ON LINK nlohmann_json::nlohmann_json fmt
    HEADERS ${halfproof_common_headers})
endif()
