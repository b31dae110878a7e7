# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Builds `project`, whose program has the name of its folder, against diffgen taken as `how` says, in
# a fresh folder `work`. The program must end with 0 and print what matches `prints`.
function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "exit code ${code}: ${command}")
  endif()
endfunction()

file(REMOVE_RECURSE ${work})
set(options "")
if(components)  # of the consumer, which is told how and with what to take diffgen
  list(APPEND options -D how=${how} -D diffgen_source=${diffgen} -D "components=${components}")
  set(prints "^${components}$")
endif()
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
step(${CMAKE_COMMAND} -S ${project} -B ${work}/build -G ${generator}
  -D CMAKE_BUILD_TYPE=${build_type} -D CMAKE_CXX_COMPILER=${cxx}
  -D CMAKE_CXX_COMPILER_LAUNCHER=${launcher} ${options})
step(${CMAKE_COMMAND} --build ${work}/build)
cmake_path(GET project FILENAME program)
execute_process(COMMAND ${work}/build/${program} RESULT_VARIABLE code OUTPUT_VARIABLE printed)
if(NOT code EQUAL 0 OR NOT printed MATCHES "${prints}")
  message(FATAL_ERROR "${program} ended with ${code} and printed '${printed}', not '${prints}'")
endif()
