#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# run.sh PROGRAM.cpp RESPONSE_FILE WORK_DIR
# Builds the program with g++ and clang++ at several levels of optimisation and compares what the
# builds print: a promise of equal bits holds only if all outputs are equal.
set -euo pipefail
program=$1 flags=$2 name=$(basename "$1" .cpp) work=$3
mkdir -p "$work"

compilers=()
for compiler in g++ clang++; do
    if command -v "$compiler" > "$work/$name.path"; then
        compilers+=("$compiler")
    else
        echo "skipped: $compiler is not installed"
    fi
done
((${#compilers[@]} > 0)) || exit 77

libraries=()
! grep -q 'DIFFGEN_HAS_TBB=1' "$flags" || libraries=(-ltbb)

reference="" bad=0 builds=0
for compiler in "${compilers[@]}"; do
    levels=("-O0" "-O2" "-O3 -march=native")
    # where forms are handed over by reference, g++ 12 gives wrong coefficients with this one
    [[ $compiler/$name != g++/coefficients ]] || levels+=("-O2 -march=native -flto")
    for options in "${levels[@]}"; do
        binary=$work/$name.$compiler${options// /}
        read -ra words <<< "$options"
        "$compiler" "@$flags" "${words[@]}" -fopenmp "$program" "${libraries[@]}" -o "$binary"
        "$binary" > "$binary.txt"
        [[ -s $binary.txt ]] || { echo "$compiler $options: printed nothing"; exit 1; }
        builds=$((builds + 1))
        if [[ -z $reference ]]; then
            reference=$binary.txt
            cat "$reference"
        elif ! diff "$reference" "$binary.txt" > "$work/$name.diff"; then
            echo "$compiler $options differs from ${compilers[0]} -O0:"
            head -n 20 "$work/$name.diff"
            bad=1
        fi
    done
done
((bad)) || echo "$builds builds printed the same"
exit $bad
