#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Trains and samples the digits example: writes out/digits.png and prints its table. Options go to
# the example (tools/digits.sh --help).
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh

# Once configured, the build looks by itself whether that is to be done again.
[[ -e build/digits/build.ninja ]] ||
    cmake -S . -B build/digits -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=g++ \
        -DDIFFGEN_BUILD_TESTS=OFF -DDIFFGEN_BUILD_BENCHMARKS=OFF --log-level=WARNING
cmake --build build/digits --target digits
mkdir -p out
build/digits/examples/digits "$@"
