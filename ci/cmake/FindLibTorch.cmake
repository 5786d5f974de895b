# Defines halfproof::torch (CPU) and, where the CUDA toolkit is, halfproof::torch_cuda.
#
# Where LibTorch is looked for, first hit wins: Torch_DIR, CMAKE_PREFIX_PATH, the cache folder that
# ci/setup fills. Torch's own CMake package is not used: it insists on a CUDA toolkit even for a
# program that only runs on the CPU.
set(HALFPROOF_TORCH_VERSION 2.11.0)
if(DEFINED ENV{XDG_CACHE_HOME})
  set(halfproof_cache "$ENV{XDG_CACHE_HOME}/halfproof")
else()
  set(halfproof_cache "$ENV{HOME}/.cache/halfproof")
endif()

file(GLOB halfproof_cached_torch
  "${halfproof_cache}/torch-${HALFPROOF_TORCH_VERSION}/lib/python3*/site-packages/torch")
find_path(HALFPROOF_TORCH_ROOT share/cmake/Torch/TorchConfig.cmake
  HINTS "${Torch_DIR}/../../.." "$ENV{Torch_DIR}/../../.."
  PATHS ${halfproof_cached_torch}
  DOC "Folder that holds LibTorch's include/, lib/ and share/")
if(NOT HALFPROOF_TORCH_ROOT)
  message(FATAL_ERROR "LibTorch: expected Torch_DIR or CMAKE_PREFIX_PATH to name one, or "
    "${halfproof_cache}/torch-${HALFPROOF_TORCH_VERSION} to hold one; found neither. "
    "Run ci/setup, or configure with -DHALFPROOF_TORCH=OFF.")
endif()
cmake_path(NORMAL_PATH HALFPROOF_TORCH_ROOT)
message(STATUS "LibTorch: ${HALFPROOF_TORCH_ROOT}")

function(halfproof_import_torch_library name)
  find_library(HALFPROOF_${name}_LIBRARY ${name}
    PATHS "${HALFPROOF_TORCH_ROOT}/lib" NO_DEFAULT_PATH REQUIRED)
  add_library(halfproof_${name} SHARED IMPORTED GLOBAL)
  set_target_properties(halfproof_${name} PROPERTIES
    IMPORTED_LOCATION "${HALFPROOF_${name}_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES
      "${HALFPROOF_TORCH_ROOT}/include;${HALFPROOF_TORCH_ROOT}/include/torch/csrc/api/include")
endfunction()

foreach(name IN ITEMS c10 torch_cpu torch)
  halfproof_import_torch_library(${name})
endforeach()
add_library(halfproof_torch_all INTERFACE)
add_library(halfproof::torch ALIAS halfproof_torch_all)
target_link_libraries(halfproof_torch_all INTERFACE
  halfproof_torch halfproof_torch_cpu halfproof_c10 Threads::Threads)
# LibTorch's headers bring {fmt} of another version than the system's, which comes first where they
# are included, and no library with it.
target_compile_definitions(halfproof_torch_all INTERFACE FMT_HEADER_ONLY=1)

# LibTorch's CUDA half, for the CUDA parts only.
find_library(HALFPROOF_torch_cuda_LIBRARY torch_cuda
  PATHS "${HALFPROOF_TORCH_ROOT}/lib" NO_DEFAULT_PATH)
if(HALFPROOF_torch_cuda_LIBRARY)
  halfproof_import_torch_library(torch_cuda)
  halfproof_import_torch_library(c10_cuda)
  add_library(halfproof_torch_cuda_all INTERFACE)
  add_library(halfproof::torch_cuda ALIAS halfproof_torch_cuda_all)
  target_link_libraries(halfproof_torch_cuda_all INTERFACE
    halfproof::torch halfproof_torch_cuda halfproof_c10_cuda)
endif()

# One precompiled header of what most sources take of LibTorch. Not the whole of torch/torch.h: what
# it brings along (data loaders, every module) costs each source 2 to 6 s, used or not. Tests have
# another one, compiled like them without optimisation, with what else they include.
set(halfproof_torch_headers <torch/types.h> <torch/utils.h> <torch/nn/module.h>
  <torch/nn/modules/batchnorm.h> <torch/nn/modules/conv.h>)
add_precompiled_header(torch_pch PIC ON LINK halfproof::torch HEADERS ${halfproof_torch_headers})
if(BUILD_TESTING)
  add_precompiled_header(torch_pch_tests PIC ON
    LINK halfproof::torch nlohmann_json::nlohmann_json fmt GTest::gmock OPTIONS -O0
    HEADERS ${halfproof_torch_headers} <nlohmann/json.hpp> <gmock/gmock.h> <gtest/gtest.h>)
endif()

# use_torch(<target>): links LibTorch publicly and reuses its precompiled header.
function(use_torch target)
  set(header torch_pch)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    target_link_libraries(${target} PRIVATE halfproof::torch)
    # CMake would compile a program's sources with -fPIE, which does not fit the precompiled header.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    get_target_property(options ${target} COMPILE_OPTIONS)
    if(options AND "-O0" IN_LIST options)
      set(header torch_pch_tests)
    endif()
    target_compile_options(${target} PRIVATE -fPIC)
    # PyTorch's wheel exports parts of a libstdc++ of its own (std::filesystem::remove_all among
    # them, which crashes); the system's must come first.
    target_link_options(${target} PRIVATE -Wl,--push-state,--no-as-needed,-lstdc++,--pop-state)
  else()
    target_link_libraries(${target} PUBLIC halfproof::torch)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${header})
endfunction()
