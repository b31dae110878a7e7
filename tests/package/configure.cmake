# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Configures the project configure/ in the way `way`, with diffgen's source in `diffgen` and a copy that
# is installed from `built`, in a fresh folder `work`. A file folders.txt that it makes has to name the
# program's own Eigen, and no other.
file(REMOVE_RECURSE ${work})
foreach(command
    "${CMAKE_COMMAND};--install;${built};--prefix;${work}/prefix"
    "${CMAKE_COMMAND};-S;${CMAKE_CURRENT_LIST_DIR}/configure;-B;${work}/build;-G;${generator};-D;CMAKE_CXX_COMPILER=${cxx};-D;way=${way};-D;diffgen_source=${diffgen};-D;CMAKE_PREFIX_PATH=${work}/prefix;-D;Thrust_ROOT=${thrust}")
  execute_process(COMMAND ${command} RESULT_VARIABLE code OUTPUT_QUIET ERROR_VARIABLE errors)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${command}: ${errors}")
  endif()
endforeach()
if(EXISTS ${work}/build/folders.txt)
  file(READ ${work}/build/folders.txt folders)
  if(NOT folders MATCHES "the_programs_own" OR folders MATCHES "eigen3")
    message(FATAL_ERROR "an Eigen that is not the program's: ${folders}")
  endif()
endif()
