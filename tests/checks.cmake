# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Tests that run compilers: headers, static, compile_fail, bits; and the direction of the includes.
find_program(DIFFGEN_GXX g++)
find_program(DIFFGEN_CLANGXX clang++)
find_program(DIFFGEN_NVCC nvcc PATHS /usr/local/cuda/bin)
mark_as_advanced(DIFFGEN_GXX DIFFGEN_CLANGXX DIFFGEN_NVCC)
set(compilers g++=${DIFFGEN_GXX} clang++=${DIFFGEN_CLANGXX})

# Response files with the include paths and definitions of a test, read by all three compilers.
# The compiler's own paths are left out: naming them anew changes their order.
set(all_paths $<TARGET_PROPERTY:test_support,INTERFACE_INCLUDE_DIRECTORIES>)
set(paths "$<REMOVE_DUPLICATES:$<FILTER:${all_paths},EXCLUDE,^/usr/(local/)?include$>>")
set(own "^${PROJECT_SOURCE_DIR}/")
file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/flags.rsp CONTENT
"-std=c++20
-DDIFFGEN_HAS_TBB=$<TARGET_EXISTS:TBB::tbb>
-I${PROJECT_SOURCE_DIR}/include
-I${CMAKE_CURRENT_SOURCE_DIR}/support
$<$<BOOL:${paths}>:-isystem $<JOIN:$<FILTER:${paths},EXCLUDE,${own}>,\n-isystem >>
")
set(flags ${CMAKE_CURRENT_BINARY_DIR}/flags.rsp)

# diffgen_compiler_test(NAME SECONDS COMMAND...): a test that is skipped where exit code 77 says that
# the compiler is not installed.
function(diffgen_compiler_test name seconds)
  add_test(NAME ${name} COMMAND ${ARGN})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${seconds} LABELS compilers)
endfunction()

# Each public header compiles with what it includes itself. The quick suite reads several a unit, which
# finds all but an include that a neighbour makes up for; the nightly one reads them one by one.
set(batch 12)
if(DIFFGEN_NIGHTLY)
  set(batch 1)
endif()
set(DIFFGEN_HEADERS_BATCH ${batch} CACHE STRING "Headers in one unit of the headers' check")
set(check_headers ${CMAKE_CURRENT_SOURCE_DIR}/headers/check.sh ${PROJECT_SOURCE_DIR}/include ${flags})
foreach(pair IN LISTS compilers)
  string(REGEX MATCH "^(.*)=(.*)$" pair ${pair})
  diffgen_compiler_test(headers.${CMAKE_MATCH_1} 1800 ${check_headers} ${DIFFGEN_HEADERS_BATCH} "${CMAKE_MATCH_2}"
    -fsyntax-only -fopenmp ${diffgen_warnings})
endforeach()
if(DIFFGEN_NVCC)
  math(EXPR batch "4 * ${DIFFGEN_HEADERS_BATCH}")  # nvcc is slow to start
  diffgen_compiler_test(headers.nvcc 1800 ${check_headers} ${batch} ${DIFFGEN_NVCC})
  set_tests_properties(headers.nvcc PROPERTIES LABELS nvcc)
endif()
# The CUDA tests compile, several to a unit: most of nvcc's time goes into Thrust. The preset cuda builds them
# to be run on a machine with a device.
if(DIFFGEN_NVCC AND NOT DIFFGEN_CUDA)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS *_test.cu)
  set(number 0)
  while(files)
    math(EXPR number "${number} + 1")
    list(SUBLIST files 0 5 group)
    list(REMOVE_ITEM files ${group})
    diffgen_compiler_test(nvcc.tests.${number} 900 ${CMAKE_CURRENT_SOURCE_DIR}/headers/cuda_tests.sh
      ${CMAKE_CURRENT_BINARY_DIR}/nvcc.tests.${number}.cu ${DIFFGEN_NVCC} ${flags} ${group})
    set_tests_properties(nvcc.tests.${number} PROPERTIES LABELS nvcc)
  endwhile()
endif()
set_tests_properties(headers.g++ headers.clang++ PROPERTIES PROCESSORS 2)
# And beside the macros of other libraries, and `using namespace std`.
foreach(pair IN LISTS compilers)
  string(REGEX MATCH "^(.*)=(.*)$" pair ${pair})
  diffgen_compiler_test(headers.hostile.${CMAKE_MATCH_1} 900 ${CMAKE_CURRENT_SOURCE_DIR}/headers/hostile.sh
    ${PROJECT_SOURCE_DIR}/include ${flags} "${CMAKE_MATCH_2}")
endforeach()

# The errors that tools/mutation_check seeds are still there to be made; running it takes minutes.
find_program(DIFFGEN_PYTHON python3)
mark_as_advanced(DIFFGEN_PYTHON)
if(DIFFGEN_PYTHON)
  add_test(NAME mutations.table COMMAND ${DIFFGEN_PYTHON} ${PROJECT_SOURCE_DIR}/tools/mutation_check
    --list)
  add_test(NAME mutations.random COMMAND ${DIFFGEN_PYTHON} ${PROJECT_SOURCE_DIR}/tools/mutation_check
    --random 100 --list)
endif()

# The bridges to runtimes, with the runtimes; tools/bridges_test.sh brings them.
foreach(runtime onnx_runtime openvino libtorch)
  add_test(NAME bridge.${runtime} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/bridge/runtimes/check.sh ${runtime}
    "${DIFFGEN_RUNTIMES}" "${CMAKE_CXX_COMPILER}")
  set_tests_properties(bridge.${runtime} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()

# The reference readers still read the files of io/reference as expected.json says.
if(DIFFGEN_PYTHON)
  add_test(NAME io.reference.oracles
    COMMAND ${DIFFGEN_PYTHON} -W ignore ${CMAKE_CURRENT_SOURCE_DIR}/io/reference/make.py --check)
  set_tests_properties(io.reference.oracles PROPERTIES SKIP_RETURN_CODE 77)
endif()

# Includes point one way; and the check does refuse a tree that breaks the rule.
add_test(NAME layers COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/layers/check.sh ${PROJECT_SOURCE_DIR}/include)
add_test(NAME layers.refuses COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/layers/check.sh
  ${CMAKE_CURRENT_SOURCE_DIR}/layers/broken)
set_tests_properties(layers.refuses PROPERTIES PASS_REGULAR_EXPRESSION
  "core/upward.hpp: core must not include diffgen/solver/euler.hpp")

# static/NAME.cpp compiles: tables of static_assert. compile_fail/NAME.cpp fails with the text it
# names while its twin (-DTWIN) compiles.
foreach(kind static compile_fail)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${kind}/*.cpp)
  foreach(file IN LISTS files)
    cmake_path(GET file STEM name)
    if(name MATCHES "_test$")
      continue()
    endif()
    foreach(pair IN LISTS compilers)
      string(REGEX MATCH "^(.*)=(.*)$" pair ${pair})
      diffgen_compiler_test(${kind}.${name}.${CMAKE_MATCH_1} 120
        ${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/check.sh ${kind} ${file} ${flags} "${CMAKE_MATCH_2}")
    endforeach()
  endforeach()
endforeach()
add_test(NAME compile_fail.selftest COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/selftest.sh
  ${flags} ${CMAKE_CXX_COMPILER})

# bits/NAME.cpp prints hashes of its results: the same ones from every compiler and every option.
file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/bits/*.cpp)
list(FILTER files EXCLUDE REGEX "_test\\.cpp$")
foreach(file IN LISTS files)
  cmake_path(GET file STEM name)
  diffgen_compiler_test(bits.${name} 900 ${CMAKE_CURRENT_SOURCE_DIR}/bits/run.sh ${file} ${flags}
    ${CMAKE_CURRENT_BINARY_DIR}/bits)
endforeach()

# The code in the pages is that of the examples, their links lead somewhere; and the check does refuse
# a page where either is not so.
set(check_docs ${PROJECT_SOURCE_DIR}/tools/check_docs.sh)
add_test(NAME docs COMMAND ${check_docs})
add_test(NAME docs.selftest COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/docs/selftest.sh ${check_docs})
