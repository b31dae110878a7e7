# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Builds and runs the consumer against diffgen taken as `how` says, in a fresh folder `work`.
function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "exit code ${code}: ${command}")
  endif()
endfunction()

file(REMOVE_RECURSE ${work})
set(options -D how=${how})
if(how STREQUAL "find_package")
  step(${CMAKE_COMMAND} --install ${built} --prefix ${work}/prefix)
  list(APPEND options -D CMAKE_PREFIX_PATH=${work}/prefix)
endif()
if(thrust)
  list(APPEND options -D Thrust_ROOT=${thrust})
endif()
if(cuda)
  list(APPEND options -D CMAKE_CUDA_COMPILER=${cuda} -D CMAKE_CUDA_HOST_COMPILER=${cxx}
    -D CMAKE_CUDA_ARCHITECTURES=80)
endif()
step(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${work}/build -G ${generator}
  -D CMAKE_BUILD_TYPE=${build_type} -D CMAKE_CXX_COMPILER=${cxx}
  -D CMAKE_CXX_COMPILER_LAUNCHER=${launcher} -D diffgen_source=${diffgen}
  -D "components=${components}" ${options})
step(${CMAKE_COMMAND} --build ${work}/build)
execute_process(COMMAND ${work}/build/consumer RESULT_VARIABLE code OUTPUT_VARIABLE used)
if(NOT code EQUAL 0 OR NOT used STREQUAL "${components}")
  message(FATAL_ERROR "the consumer of '${components}' ended with ${code} and printed '${used}'")
endif()
