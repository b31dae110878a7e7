# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds tests/bits/bits.cpp with every compiler at several flags and compares what the programs
# print, with each other and between the widest pack and one lane.
#   cmake -DSOURCE=bits.cpp -DINCLUDE=include -DWORK=dir -DCOMPILERS="g++;clang++;nvcc" -P compare.cmake
cmake_minimum_required(VERSION 3.25)
set(host_flags -O0 -O2 -Os -O3,-march=native -O2,-march=native)
file(MAKE_DIRECTORY ${WORK})
set(expected "")
foreach(compiler IN LISTS COMPILERS)
  foreach(flags IN LISTS host_flags)
    if(compiler MATCHES "nvcc")
      if(flags MATCHES "march|Os")
        continue()
      endif()
      set(language -x cu --expt-relaxed-constexpr)
    else()
      set(language "")
    endif()
    string(REPLACE "," ";" flags "${flags}")
    execute_process(COMMAND ${compiler} -std=c++20 ${flags} ${language} -I${INCLUDE} ${SOURCE} -o ${WORK}/bits
                    COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${WORK}/bits OUTPUT_VARIABLE got COMMAND_ERROR_IS_FATAL ANY)
    if(expected STREQUAL "")
      set(expected "${got}")
      string(REGEX REPLACE "widest" "single" folded "${got}")
      string(REGEX MATCHALL "[^\n]+" lines "${folded}")
      list(REMOVE_DUPLICATES lines)
      list(LENGTH lines count)
      if(NOT count EQUAL 4)
        message(FATAL_ERROR "the widest pack and one lane differ:\n${got}")
      endif()
    elseif(NOT got STREQUAL expected)
      message(FATAL_ERROR "${compiler} ${flags} prints other bits:\n${got}instead of\n${expected}")
    endif()
    message(STATUS "${compiler} ${flags}: same bits")
  endforeach()
endforeach()
