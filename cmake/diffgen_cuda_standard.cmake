# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Teaches a CMake that does not know it (3.25 does not) how nvcc is asked for C++20. A compile option
# would not do: with clang++ as host compiler CMake adds its own -std=c++17 after it.
if(CMAKE_CUDA_COMPILER_ID STREQUAL "NVIDIA" AND NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  list(APPEND CMAKE_CUDA_COMPILE_FEATURES cuda_std_20)
  get_directory_property(_diffgen_parent PARENT_DIRECTORY)
  if(_diffgen_parent)  # the targets that link diffgen live there
    foreach(_diffgen_variable CMAKE_CUDA20_STANDARD_COMPILE_OPTION
        CMAKE_CUDA20_EXTENSION_COMPILE_OPTION CMAKE_CUDA_COMPILE_FEATURES)
      set(${_diffgen_variable} ${${_diffgen_variable}} PARENT_SCOPE)
    endforeach()
  endif()
endif()
