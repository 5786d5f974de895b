# What `cmake --install` adds to the programs, and the archives that `cpack` makes of it: a .deb and
# a .tar.xz. LibTorch is in neither: an installed worker finds it where it was built against it, and
# ci/bundle packs what goes to another machine.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(halfproof_cmake_folder "${CMAKE_INSTALL_LIBDIR}/cmake/halfproof")
configure_package_config_file("${PROJECT_SOURCE_DIR}/ci/cmake/halfproofConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/halfproofConfig.cmake"
  INSTALL_DESTINATION "${halfproof_cmake_folder}" PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/halfproofConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/halfproofConfig.cmake"
  "${PROJECT_BINARY_DIR}/halfproofConfigVersion.cmake"
  "${PROJECT_SOURCE_DIR}/ci/cmake/HalfproofAddSuite.cmake"
  DESTINATION "${halfproof_cmake_folder}")
install(FILES "${PROJECT_SOURCE_DIR}/suites/mmseg_fp16.json"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/halfproof/suites")

# The manual page and the completion are what the program says of itself.
foreach(form IN ITEMS man bash)
  add_custom_command(OUTPUT "${PROJECT_BINARY_DIR}/reference/${form}/halfproof"
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${PROJECT_BINARY_DIR}/reference/${form}"
    COMMAND halfproof completion ${form} > "${PROJECT_BINARY_DIR}/reference/${form}/halfproof"
    DEPENDS halfproof VERBATIM)
endforeach()
add_custom_target(halfproof_reference ALL DEPENDS
  "${PROJECT_BINARY_DIR}/reference/man/halfproof" "${PROJECT_BINARY_DIR}/reference/bash/halfproof")
install(FILES "${PROJECT_BINARY_DIR}/reference/man/halfproof"
  DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" RENAME halfproof.1)
install(FILES "${PROJECT_BINARY_DIR}/reference/bash/halfproof"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright)
install(FILES "${PROJECT_SOURCE_DIR}/README.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

set(CPACK_GENERATOR DEB TXZ)
set(CPACK_PACKAGE_CONTACT "the halfproof authors")
set(CPACK_PACKAGE_VENDOR halfproof)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
  "Checks the published numbers of FP16 model zoos: files, mIoU, memory, fps, retraining")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_FILE_NAME "halfproof-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# LibTorch's wheel is no Debian package.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${TORCH_LIBRARY_FOLDER}")
include(CPack)
