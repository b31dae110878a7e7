# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# The programs of the test files. Compiling is nearly all of the suite's time, and half of what a compiler does
# for a test file it does for its neighbours too: so neighbours share a program. ctest still runs each file as a
# test of its own, by doctest's filter of source files.
set(DIFFGEN_TESTS_GROUP 5 CACHE STRING "Test files in one program; 1 makes a program of each")
set(DIFFGEN_TESTS "." CACHE STRING "Regular expression of the test files that are built, from tests/ on")

# Tests of the lanes, and those that sample much; the others compile faster without, and with less
# optimisation: none for clang++, whose -O1 takes four times as long on them; g++ is as fast with -Og as
# with none. Those of the passes have one lane as programs do, with an entry for fused multiply-adds.
function(diffgen_test_options target kind)
  if(kind STREQUAL "lanes")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O1>)
    return()
  endif()
  target_compile_definitions(${target} PRIVATE DIFFGEN_ONE_LANE)
  if(kind STREQUAL "one_lane")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O1>)
  else()
    target_compile_definitions(${target} PRIVATE DIFFGEN_PORTABLE_LANE)
    target_compile_options(${target} PRIVATE
      $<$<COMPILE_LANGUAGE:CXX>:$<IF:$<CXX_COMPILER_ID:GNU>,-Og,$<IF:$<BOOL:${DIFFGEN_SANITIZE}>,-O1,-O0>>>)
  endif()
endfunction()

# The options that a file is compiled with; files of one program have the same.
function(diffgen_test_kind file result)
  set(kind portable)
  if(file MATCHES "^exec")
    set(kind one_lane)
  elseif(file MATCHES "^(core|noise|bits|distribution|predictor|density/functor|conformance/strong)")
    set(kind lanes)
  endif()
  set(${result} ${kind} PARENT_SCOPE)
endfunction()

# A file that defines macros, replaces operator new, or adds to a namespace of others stays alone.
function(diffgen_test_is_alone file result)
  file(STRINGS ${file} alone LIMIT_COUNT 1 REGEX
    "^ *# *(if|ifdef|ifndef|define|undef)|count_allocations\\.hpp|^namespace (std|diffgen|doctest|Eigen)|struct diffgen::|int main")
  if(alone)
    set(${result} TRUE PARENT_SCOPE)
  else()
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

# diffgen_test(NAME TARGET SECONDS LABELS FILTER...): ctest's entry for a file.
function(diffgen_test name target seconds labels)
  add_test(NAME ${name} COMMAND ${target} ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${seconds} LABELS "${labels}"
    SKIP_REGULAR_EXPRESSION "no CUDA device: nothing run"
    FAIL_REGULAR_EXPRESSION "test cases: +0 "
    ENVIRONMENT LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/leaks_of_others.txt)
endfunction()

# diffgen_tests(SUFFIX NAME_PREFIX SECONDS [LABEL]): a test for each file that ends in SUFFIX, with programs
# of their own: test.FOLDER.NAME.
function(diffgen_tests suffix prefix seconds)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *${suffix})
  list(FILTER files INCLUDE REGEX "${DIFFGEN_TESTS}")
  foreach(file IN LISTS files)
    string(REPLACE "${suffix}" "" name ${file})
    string(REPLACE "/" "." name ${prefix}${name})
    add_executable(test.${name} ${file})
    target_link_libraries(test.${name} PRIVATE test_support test_main)
    diffgen_test_kind(${file} kind)
    diffgen_test_options(test.${name} ${kind})
    if(suffix MATCHES "\\.cu$")
      target_link_libraries(test.${name} PRIVATE diffgen::cuda)
      add_dependencies(cuda_tests test.${name})
    endif()
    diffgen_test(${name} test.${name} ${seconds} "${ARGN}")
  endforeach()
endfunction()

# Builds the files of `group` as the program tests.FOLDER.KIND.NUMBER.
function(diffgen_add_group folder kind number group)
  string(REPLACE "/" "." target tests.${folder}.${kind}.${number})
  set(unit ${CMAKE_CURRENT_BINARY_DIR}/groups/${target}.cpp)
  list(TRANSFORM group PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE paths)
  add_custom_command(OUTPUT ${unit} VERBATIM
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/group.sh ${unit} ${paths}
    DEPENDS ${paths} ${CMAKE_CURRENT_SOURCE_DIR}/group.sh)
  add_executable(${target} ${unit})
  target_link_libraries(${target} PRIVATE test_support test_main)
  target_include_directories(${target} BEFORE PRIVATE ${folder})
  diffgen_test_options(${target} ${kind})
  foreach(file IN LISTS group)
    string(REGEX REPLACE "_test\\.cpp$" "" name ${file})
    string(REPLACE "/" "." name ${name})
    diffgen_test(${name} ${target} ${timeout} "" --source-file=*/${file})
  endforeach()
endfunction()

# diffgen_quick_tests(): a test for each file *_test.cpp, several to a program.
function(diffgen_quick_tests)
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/groups)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *_test.cpp)
  list(FILTER files INCLUDE REGEX "${DIFFGEN_TESTS}")
  set(keys "")
  foreach(file IN LISTS files)
    diffgen_test_kind(${file} kind)
    diffgen_test_is_alone(${CMAKE_CURRENT_SOURCE_DIR}/${file} alone)
    get_filename_component(folder ${file} DIRECTORY)
    if(alone OR DIFFGEN_TESTS_GROUP EQUAL 1)
      string(REGEX REPLACE "_test\\.cpp$" "" name ${file})
      string(REPLACE "/" "." name ${name})
      add_executable(test.${name} ${file})
      target_link_libraries(test.${name} PRIVATE test_support test_main)
      diffgen_test_options(test.${name} ${kind})
      diffgen_test(${name} test.${name} ${timeout} "")
    else()
      list(APPEND keys "${folder} ${kind}")
      string(MAKE_C_IDENTIFIER "files ${folder} ${kind}" members)
      list(APPEND ${members} ${file})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES keys)
  foreach(key IN LISTS keys)
    string(MAKE_C_IDENTIFIER "files ${key}" members)
    set(rest ${${members}})
    string(REGEX MATCH "^(.*) (.*)$" key ${key})
    set(folder ${CMAKE_MATCH_1})
    set(kind ${CMAKE_MATCH_2})
    set(size ${DIFFGEN_TESTS_GROUP})
    if(kind STREQUAL "lanes")
      set(size 2)  # these take longest to compile
    endif()
    set(number 1)
    while(rest)
      set(group "")
      while(rest)
        list(LENGTH group length)
        if(length EQUAL size)
          break()
        endif()
        list(POP_FRONT rest file)
        list(APPEND group ${file})
      endwhile()
      diffgen_add_group(${folder} ${kind} ${number} "${group}")
      math(EXPR number "${number} + 1")
    endwhile()
  endforeach()
endfunction()
