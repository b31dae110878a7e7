# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Headers, export file, config file and version file, for find_package(diffgen).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/diffgen)  # header-only: the same for every processor

install(DIRECTORY include/diffgen DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(TARGETS ${diffgen_targets} EXPORT diffgen INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT diffgen NAMESPACE diffgen:: FILE diffgen-targets.cmake DESTINATION ${package_dir})
configure_package_config_file(cmake/diffgen-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/diffgen-config.cmake INSTALL_DESTINATION ${package_dir})
configure_file(cmake/diffgen-config-version.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/diffgen-config-version.cmake @ONLY)
configure_file(cmake/diffgen.pc.in ${CMAKE_CURRENT_BINARY_DIR}/diffgen.pc @ONLY)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/diffgen-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/diffgen-config-version.cmake
  cmake/FindThrustHeaders.cmake
  cmake/diffgen_cuda_standard.cmake
  DESTINATION ${package_dir})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/diffgen.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
