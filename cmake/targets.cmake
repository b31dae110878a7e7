# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# The library and its components, each an INTERFACE target diffgen::NAME.
include(cmake/diffgen_cuda_standard.cmake)

add_library(diffgen INTERFACE)
add_library(diffgen::diffgen ALIAS diffgen)
target_include_directories(diffgen INTERFACE
  $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
target_compile_features(diffgen INTERFACE cxx_std_20)
target_link_libraries(diffgen INTERFACE ThrustHeaders::ThrustHeaders)
# Thrust takes CUDA for its default device, also where no CUDA compiler reads it.
target_compile_definitions(diffgen INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:THRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP>)

set(diffgen_targets diffgen)
function(diffgen_component name)
  add_library(diffgen_${name} INTERFACE)
  add_library(diffgen::${name} ALIAS diffgen_${name})
  set_target_properties(diffgen_${name} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(diffgen_${name} INTERFACE diffgen ${ARGN})
  set(diffgen_targets ${diffgen_targets} diffgen_${name} PARENT_SCOPE)
endfunction()

# Every component exists, so that an installed copy serves machines with more libraries than the one
# that installed it; linking one whose library is missing is an error that names the library.
diffgen_component(cpp)
diffgen_component(omp OpenMP::OpenMP_CXX)
diffgen_component(tbb TBB::tbb)
diffgen_component(cuda CUDA::cudart)
# As expressions, so that an installed copy names them too where they are targets of the program that
# are not installed with it.
diffgen_component(eigen $<1:Eigen3::Eigen>)
diffgen_component(xtensor $<1:xtensor>)

target_compile_options(diffgen_omp INTERFACE
  $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-Xcompiler=-fopenmp>)
target_compile_definitions(diffgen_tbb INTERFACE DIFFGEN_HAS_TBB=1)
target_compile_options(diffgen_cuda INTERFACE
  $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:--expt-relaxed-constexpr>)
