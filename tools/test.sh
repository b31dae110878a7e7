#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# The tests: set up, build and run the quick suite with g++, the part of it in which compilers can
# differ with clang++ (each with another Thrust where there are two), the checks of headers, compile
# errors, bits and packaging, and nvcc's compilation where nvcc is installed. The last line says
# "N passed, N failed".
#   tools/test.sh [g++|clang++]    both without an argument
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
tools/setup.sh || exit 1

case ${1:-both} in
    both) presets=(release clang) ;;
    g++) presets=(release) ;;
    clang++) presets=(clang) ;;
    *) echo "usage: tools/test.sh [g++|clang++]"; exit 2 ;;
esac
mkdir -p build/test
jobs=$(nproc)
passed=0 failed=0 broken=0

# The distribution's Thrust for g++, a toolkit's for clang++; one for both where only one is there.
thrust_of() {
    local root=/usr/local/cuda
    [[ $1 == release ]] && root=/usr
    if [[ -e $root/include/thrust/version.h || -e $root/include/cccl/thrust/version.h ]]; then
        echo "$root"
    fi
}

for preset in "${presets[@]}"; do
    echo "== $preset"
    # Fewer collections of garbage: a twelfth of g++'s time for a fourth more memory.
    flags="-Og -DNDEBUG --param=ggc-min-expand=500 --param=ggc-min-heapsize=1000000" left_out="none"
    if [[ $preset == clang ]]; then
        flags="-O0 -DNDEBUG" left_out="example"  # these are only built
    fi
    if [[ $preset == clang && ${#presets[@]} -gt 1 ]]; then
        left_out="example|compilers|nvcc"  # the last two ran both compilers in the first build
    fi
    build=build/test/$preset log=build/test/$preset.log
    if ! cmake --preset "$preset" -B "$build" -D CMAKE_CXX_FLAGS_RELEASE="$flags" \
        -D DIFFGEN_EXAMPLES_NATIVE=OFF -D Thrust_ROOT="$(thrust_of "$preset")" > "$log" 2>&1; then
        cat "$log"
        broken=1
        continue
    fi
    grep -E "diffgen:|warning" "$log"
    # Whatever does not build fails as a test that could not be run; the others still count.
    cmake --build "$build" -j "$jobs" -- -k 0 --quiet || broken=1
    ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$jobs" --timeout 1800 \
        --label-exclude "^($left_out)$" | tee "$log"
    summary=$(grep -E "tests passed, [0-9]+ tests failed out of [0-9]+" "$log")
    if [[ $summary =~ ([0-9]+)\ tests\ failed\ out\ of\ ([0-9]+) ]]; then
        failed=$((failed + BASH_REMATCH[1]))
        passed=$((passed + BASH_REMATCH[2] - BASH_REMATCH[1]))
    else
        broken=1
    fi
done

((broken == 0)) || echo "a configuration, a build or a test run broke off: see above"
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0 && broken == 0))
