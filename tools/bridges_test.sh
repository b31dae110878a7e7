#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Tests the bridges with the runtimes themselves, and the Python module with the arrays of numpy,
# PyTorch and JAX, which pip brings into build/real_networks/venv.
#   tools/bridges_test.sh [onnx_runtime] [openvino] [libtorch] [arrays]
# Without names, the runtimes. For libtorch pip brings PyTorch without most of what it asks for (0.6
# gigabytes to load, 1.8 on the disk), for arrays with all of it (some gigabytes more).
set -euo pipefail
cd "$(dirname "$0")/.."
(($#)) || set -- onnx_runtime openvino libtorch
venv=build/real_networks/venv
python=$PWD/$venv/bin/python
[[ -x $venv/bin/pip ]] || python3 -m venv "$venv"
pip() {  # silent but for what fails, since pip complains of what PyTorch is left without
    "$venv/bin/pip" install -q --disable-pip-version-check "$@" > "$venv/pip.log" 2>&1 ||
        { cat "$venv/pip.log"; exit 1; }
}
packages=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

bring() {
    case $1 in
        onnx_runtime) pip onnxruntime ;;
        openvino) pip openvino ;;
        libtorch)
            pip --no-deps torch
            # The two libraries that torch_cpu of a build with CUDA is linked to, in its version.
            read -ra cuda <<< "$("$python" - << 'END'
import importlib.metadata
import re

for asked in importlib.metadata.requires("torch"):
    if found := re.match(r"cuda-toolkit\[[^]]*\]==([\w.]+)", asked):
        print(f"cuda-toolkit[cudart,cupti]=={found[1]}")
END
)"
            ((${#cuda[@]} == 0)) || pip "${cuda[@]}"
            ;;
        arrays) pip nanobind numpy torch jax ;;
        *) echo "no test of '$1'"; exit 2 ;;
    esac
}

for name in "$@"; do bring "$name"; done
for name in "$@"; do
    echo "$name:"
    if [[ $name == arrays ]]; then
        built=build/bridges_test
        cmake -S . -B "$built" -D DIFFGEN_BUILD_TESTS=OFF -D DIFFGEN_BUILD_EXAMPLES=OFF \
            -D DIFFGEN_BUILD_BENCHMARKS=OFF > "$built.log" 2>&1 || { cat "$built.log"; exit 1; }
        tests/package/python_module.sh "$python" "$built" "$PWD" "$PWD/$built/python_module" \
            "Unix Makefiles" "${CXX:-g++}" > "$built.log" 2>&1 || { cat "$built.log"; exit 1; }
        grep -A10 'calls: mean' "$built.log"
    else
        tests/bridge/runtimes/check.sh "$name" "$packages" "${CXX:-g++}"
    fi
done
