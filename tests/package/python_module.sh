#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# python_module.sh PYTHON BUILT SOURCE WORK GENERATOR CXX: builds examples/python_module of SOURCE against
# diffgen as BUILT installs it, and runs its check.py. Exits 77 where PYTHON has no nanobind.
set -euo pipefail
python=$1 built=$2 source=$3/examples/python_module work=$4 generator=$5 cxx=$6
"$python" -c 'import nanobind, numpy' 2> /dev/null || { echo "no nanobind, no numpy: nothing run"; exit 77; }
rm -rf "$work"
cmake --install "$built" --prefix "$work/prefix" > /dev/null
cmake -S "$source" -B "$work/build" -G "$generator" -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_COMPILER="$cxx" \
    -D CMAKE_PREFIX_PATH="$work/prefix" -D Python_EXECUTABLE="$(command -v "$python")"
cmake --build "$work/build"
"$python" "$source/check.py" "$work/build"
