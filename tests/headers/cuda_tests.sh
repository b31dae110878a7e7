#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# cuda_tests.sh UNIT NVCC RESPONSE_FILE FILE...
# Compiles the CUDA test files as one unit, which it writes to UNIT; runs nothing.
set -euo pipefail
unit=$1 nvcc=$2 flags=$3
shift 3
folders=()
for file in "$@"; do
    folders+=("-I$(dirname "$file")")
done
"$(dirname "$0")/../group.sh" "$unit" "$@"
"$nvcc" --options-file "$flags" "${folders[@]}" --expt-relaxed-constexpr -Xcompiler=-fopenmp -arch=sm_80 \
    -c "$unit" -o "$unit.o"
