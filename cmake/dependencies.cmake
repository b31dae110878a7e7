# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# The libraries that diffgen uses: an existing target first, then the system, then a pinned download.
# Versions are compared here: several of the packages refuse every other major version themselves.

# Downloads an archive of headers and offers them as an imported target; their build is not run.
function(diffgen_fetch_headers name target url)
  include(FetchContent)
  message(STATUS "diffgen: downloading ${name}")
  FetchContent_Declare(${name} URL ${url} DOWNLOAD_EXTRACT_TIMESTAMP TRUE SOURCE_SUBDIR no_build)
  FetchContent_MakeAvailable(${name})
  string(TOLOWER ${name} lower)
  list(TRANSFORM ARGN PREPEND ${${lower}_SOURCE_DIR}/)
  add_library(${target} INTERFACE IMPORTED)
  target_include_directories(${target} INTERFACE ${ARGN})
endfunction()

# Required by every user: Thrust's headers.
if(DIFFGEN_CUDA OR CMAKE_CUDA_COMPILER)
  find_package(CUDAToolkit REQUIRED)
endif()
if(NOT TARGET ThrustHeaders::ThrustHeaders)
  find_package(ThrustHeaders 1.17 QUIET)
  if(ThrustHeaders_FOUND)
    message(STATUS "diffgen: Thrust ${ThrustHeaders_VERSION} in ${ThrustHeaders_INCLUDE_DIR}")
  elseif(Thrust_ROOT OR DEFINED ENV{Thrust_ROOT} OR NOT DIFFGEN_FETCH)
    message(FATAL_ERROR "diffgen needs Thrust 1.17 or newer: install libthrust-dev or a CUDA toolkit, "
      "let Thrust_ROOT (now '${Thrust_ROOT}$ENV{Thrust_ROOT}') name its place, or set DIFFGEN_FETCH=ON")
  else()
    diffgen_fetch_headers(cccl ThrustHeaders::ThrustHeaders
      https://github.com/NVIDIA/cccl/archive/refs/tags/v3.0.1.tar.gz
      thrust libcudacxx/include cub)
  endif()
endif()

# Optional: what the components omp, tbb, cuda, eigen and xtensor link.
find_package(OpenMP QUIET COMPONENTS CXX)
find_package(TBB QUIET)
find_package(CUDAToolkit QUIET)
macro(diffgen_find_arrays)
  if(NOT TARGET Eigen3::Eigen)
    find_package(Eigen3 QUIET NO_MODULE)
  endif()
  if(NOT TARGET xtensor)
    find_package(xtensor QUIET)
  endif()
endmacro()
if(PROJECT_IS_TOP_LEVEL)
  diffgen_find_arrays()
else()
  # At the end of the program's own CMakeLists.txt, so that an Eigen or xtensor of its own, brought
  # before or after diffgen, is the one.
  cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL diffgen_find_arrays)
endif()

# Tests, examples and benchmarks use the adapters, so there the two are fetched.
if(DIFFGEN_BUILD_TESTS OR DIFFGEN_BUILD_EXAMPLES OR DIFFGEN_BUILD_BENCHMARKS)
  if(TARGET Eigen3::Eigen AND DEFINED Eigen3_VERSION AND Eigen3_VERSION VERSION_LESS 3.4)
    message(FATAL_ERROR "diffgen's tests need Eigen 3.4, found ${Eigen3_VERSION}")
  endif()
  if(NOT TARGET Eigen3::Eigen AND DIFFGEN_FETCH)
    diffgen_fetch_headers(eigen Eigen3::Eigen
      https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.gz .)
  endif()
  if(NOT TARGET xtensor AND DIFFGEN_FETCH)
    diffgen_fetch_headers(xtl xtl
      https://github.com/xtensor-stack/xtl/archive/refs/tags/0.7.5.tar.gz include)
    diffgen_fetch_headers(xtensor xtensor
      https://github.com/xtensor-stack/xtensor/archive/refs/tags/0.24.7.tar.gz include)
    target_link_libraries(xtensor INTERFACE xtl)
  endif()
endif()
if(DIFFGEN_BUILD_TESTS AND NOT TARGET doctest::doctest)
  find_package(doctest QUIET)
  if(NOT TARGET doctest::doctest AND DIFFGEN_FETCH)
    diffgen_fetch_headers(doctest doctest::doctest
      https://github.com/doctest/doctest/archive/refs/tags/v2.4.11.tar.gz .)
  endif()
endif()
