# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Finds the headers of Thrust, whoever ships them: a distribution (include/thrust), a CUDA toolkit
# (include/cccl/thrust) or a source tree of CCCL. Thrust's own package files are not used: they
# look for a CUDA toolkit, and their version check refuses a newer major version.
#
# Input   Thrust_ROOT (variable or environment): look there and nowhere else.
# Output  ThrustHeaders_FOUND, ThrustHeaders_VERSION, target ThrustHeaders::ThrustHeaders.

set(_places include/cccl include thrust)
set(_root ${Thrust_ROOT} $ENV{Thrust_ROOT})
if(_root)
  find_path(ThrustHeaders_INCLUDE_DIR thrust/version.h
    PATHS ${_root} PATH_SUFFIXES ${_places} NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
else()
  # The toolkit first where one is in use, so that .cpp and .cu files read the same Thrust.
  find_path(ThrustHeaders_INCLUDE_DIR thrust/version.h
    HINTS ${CUDAToolkit_INCLUDE_DIRS} PATHS /usr/local/cuda PATH_SUFFIXES cccl ${_places})
endif()
mark_as_advanced(ThrustHeaders_INCLUDE_DIR)

unset(ThrustHeaders_VERSION)
if(ThrustHeaders_INCLUDE_DIR)
  file(STRINGS ${ThrustHeaders_INCLUDE_DIR}/thrust/version.h _line REGEX "define THRUST_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+" _number "${_line}")
  math(EXPR _major "${_number} / 100000")
  math(EXPR _minor "${_number} / 100 % 1000")
  math(EXPR _patch "${_number} % 100")
  set(ThrustHeaders_VERSION ${_major}.${_minor}.${_patch})
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ThrustHeaders
  REQUIRED_VARS ThrustHeaders_INCLUDE_DIR VERSION_VAR ThrustHeaders_VERSION)

if(ThrustHeaders_FOUND AND NOT TARGET ThrustHeaders::ThrustHeaders)
  set(_include ${ThrustHeaders_INCLUDE_DIR})
  get_filename_component(_parent ${ThrustHeaders_INCLUDE_DIR} DIRECTORY)
  if(EXISTS ${_parent}/libcudacxx/include)  # a source tree keeps the three libraries apart
    list(APPEND _include ${_parent}/libcudacxx/include ${_parent}/cub)
  endif()
  add_library(ThrustHeaders::ThrustHeaders INTERFACE IMPORTED)
  target_include_directories(ThrustHeaders::ThrustHeaders INTERFACE ${_include})
endif()
