#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Tests the bridges with the runtimes themselves, which pip brings into build/real_networks/venv.
#   tools/bridges_test.sh [onnx_runtime] [openvino]
set -euo pipefail
cd "$(dirname "$0")/.."
(($#)) || set -- onnx_runtime openvino
venv=build/real_networks/venv
[[ -x $venv/bin/pip ]] || python3 -m venv "$venv"
"$venv/bin/pip" install -q --disable-pip-version-check onnxruntime openvino
packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
for runtime in "$@"; do
    echo "$runtime:"
    tests/bridge/runtimes/check.sh "$runtime" "$packages" "${CXX:-g++}"
done
