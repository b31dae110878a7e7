#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Builds and runs single tests without CMake, at -O1: for the minutes between an edit and the suite.
#   tools/one_test.sh NAME... [-- OPTION...]
# NAME is a test's file from tests, such as conformance/exact for tests/conformance/exact_test.cpp;
# options after -- go to doctest, such as --test-case='*by hand*'. The compiler is $CXX (g++), its
# further flags $CXXFLAGS. Exits 1 where a test does not build or does not pass.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
names=()
while (($#)) && [[ $1 != -- ]]; do
    names+=("$1")
    shift
done
shift || true
((${#names[@]})) || { echo "usage: tools/one_test.sh NAME... [-- OPTION...]"; exit 2; }

read -ra extra <<< "${CXXFLAGS:-}"
compile=("${CXX:-g++}" -std=c++20 -O1 -fopenmp -DDIFFGEN_HAS_TBB=1
    "-DDIFFGEN_TESTS_DIR=\"$PWD/tests\"" -I include -I tests/support -isystem /usr/include/eigen3
    "${extra[@]}")
programs=build/one_test/${CXX:-g++}
bad=0
for name in "${names[@]}"; do
    name=${name%_test.cpp}
    name=${name#tests/}
    lanes=(-DDIFFGEN_ONE_LANE -DDIFFGEN_PORTABLE_LANE)  # as in tests/CMakeLists.txt
    [[ $name =~ ^(core|noise|bits|distribution|conformance/strong) ]] && lanes=()
    program=$programs/${name//\//.}
    mkdir -p "$programs"
    [[ $programs/main.o -nt tests/main.cpp ]] ||
        "${compile[@]}" -c tests/main.cpp -o "$programs/main.o" || exit 1
    "${compile[@]}" "${lanes[@]}" "tests/${name}_test.cpp" "$programs/main.o" -ltbb -o "$program" &&
        "$program" "$@" || bad=1
done
exit $bad
