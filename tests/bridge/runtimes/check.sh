#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# check.sh RUNTIME ROOT [COMPILER]: builds and runs the test of one bridge, onnx_runtime, openvino or
# libtorch, with the libraries of the Python packages under ROOT (a site-packages folder), or with
# those of the system where ROOT has none. Exits 77, with a word, where there are none at all.
set -euo pipefail
runtime=$1 root=$(realpath -m "${2:-/}") compiler=${3:-g++}
tests=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile=("$compiler" -std=c++20 -O1 -Wall -Wextra -pthread -DDIFFGEN_ONE_LANE -DDIFFGEN_PORTABLE_LANE
    "-DDIFFGEN_TESTS_DIR=\"$tests\"" -I "$tests/../include" -I "$tests/support")
sources=("$tests/bridge/runtimes/$runtime.cpp" "$tests/main.cpp")
case $runtime in
    onnx_runtime)
        library=$(find "$root/onnxruntime/capi" -name 'libonnxruntime.so.*' 2> /dev/null | head -n1 || true)
        link=(-lonnxruntime)
        if [[ -n $library ]]; then
            # The package has the library without the name by which programs look for it.
            ln -s "$library" "$work/libonnxruntime.so.1"
            link=("$work/libonnxruntime.so.1" "-Wl,-rpath,$work")
        fi
        ;;
    openvino)
        library=$(find "$root/openvino/libs" -name 'libopenvino_c.so.*' 2> /dev/null | head -n1 || true)
        link=(-lopenvino_c)
        if [[ -n $library ]]; then
            libs=$(dirname "$library")
            compile+=(-isystem "$root/openvino/include")
            link=("$library" "-Wl,-rpath,$libs" "-Wl,-rpath-link,$libs")
        fi
        ;;
    libtorch)
        library=$(find "$root/torch/lib" -name libtorch_cpu.so 2> /dev/null | head -n1 || true)
        sources+=("$tests/bridge/runtimes/libtorch_module.cpp")
        link=(-ltorch_cpu -lc10)
        headers=/usr/include
        if [[ -n $library ]]; then
            libs=$(dirname "$library")
            headers=$root/torch/include
            compile+=(-isystem "$headers")
            link=("$library" "$libs/libc10.so" "-Wl,-rpath,$libs" "-Wl,-rpath-link,$libs")
            # What the libraries of a build with CUDA ask for, without using it here.
            for folder in "$root"/nvidia/*/lib; do link+=("-Wl,-rpath-link,$folder"); done
        fi
        compile+=(-isystem "$headers/torch/csrc/api/include")
        ;;
    *) echo "no test of '$runtime'"; exit 2 ;;
esac
if [[ -z $library ]] && ! echo 'int main() {}' | "$compiler" -x c++ - "${link[@]}" -o "$work/probe" 2> /dev/null; then
    echo "skipped: no library of $runtime here; tools/bridges_test.sh brings one"
    exit 77
fi
"${compile[@]}" "${sources[@]}" "${link[@]}" -o "$work/test"
"$work/test"
