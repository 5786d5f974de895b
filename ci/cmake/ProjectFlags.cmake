# Flags for our own code only: linked PRIVATE by every target here, so that they never reach
# LibTorch, nor a project that embeds this one.
add_library(project_flags INTERFACE)
target_compile_features(project_flags INTERFACE cxx_std_20)
target_compile_options(project_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor>
  # Clang's -Wconversion has it in it, GCC's for C++ has not.
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-sign-conversion>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${HALFPROOF_WERROR}>>:-Werror>)
target_include_directories(project_flags INTERFACE "${PROJECT_SOURCE_DIR}")

if(HALFPROOF_SANITIZE)
  target_compile_options(project_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(project_flags INTERFACE -fsanitize=address,undefined)
endif()

if(HALFPROOF_FUZZ)
  target_compile_options(project_flags INTERFACE -fsanitize=fuzzer-no-link)
  # Ends the program at an empty optional and an index outside, which no sanitizer sees.
  target_compile_definitions(project_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()

if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(HALFPROOF_CCACHE ccache)
  if(HALFPROOF_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${HALFPROOF_CCACHE}")
  endif()
endif()

# The release preset compiles the sources of a library ten at a time (CMAKE_UNITY_BUILD), which
# takes a sixth of the processor's time: most of it goes into headers and templates that they share.
# So no two sources of a library may give one name to things of their own. Where each source is
# compiled alone (the other presets), one that includes too little shows.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 10)
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A class of a source may hold what only that source knows; GCC takes the source for a header.
  target_compile_options(project_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
endif()
