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
