# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Asks nvcc for C++20 where this CMake does not know how to (3.25 does not). `scope` is BUILD for a
# target that is going to be installed: what the installing CMake lacks must not reach another one.
function(diffgen_cuda_standard target scope)
  if(NOT CMAKE_CUDA_COMPILER OR "cuda_std_20" IN_LIST CMAKE_CUDA_COMPILE_FEATURES)
    return()
  endif()
  set(option $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-std=c++20>)
  if(scope STREQUAL BUILD)
    set(option $<BUILD_INTERFACE:${option}>)
  endif()
  target_compile_options(${target} INTERFACE ${option})
endfunction()
