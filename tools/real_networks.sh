#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Samples trained networks of others, which come in Python packages, through the bridges: prints what
# network and library took and how far the results are from the package's own sampler, and writes
# pictures to out/real_networks. Everything is brought by pip into build/real_networks/venv.
#   tools/real_networks.sh [terrain|spectrum] [THREADS]
# The spectrum needs PyTorch, whose packages are some gigabytes, to read and export its network.
# THREADS are those of a runtime; 0, as many as it takes.
set -euo pipefail
cd "$(dirname "$0")/.."
which=${1:-terrain} threads=${2:-0}
[[ $which == terrain || $which == spectrum ]] || { echo "no network named '$which'"; exit 2; }
build=build/real_networks
venv=$build/venv
out=out/real_networks
mkdir -p "$build" "$out"
[[ -x $venv/bin/pip ]] || python3 -m venv "$venv"
pip=("$venv/bin/pip" install -q --disable-pip-version-check)
"${pip[@]}" onnxruntime openvino numpy
if [[ $which == terrain ]]; then
    # Asks for the package of ONNX Runtime with CUDA, in whose place any other does.
    "${pip[@]}" --no-deps adaptive-terrain-diffusion==0.4.2
else
    "${pip[@]}" torch onnx onnxscript einops scipy astropy tqdm
    # Asks for a simulator, which the network does without.
    "${pip[@]}" --no-deps 21cmPSDenoiser==1.0.2
fi

packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# The package has the library without the name by which programs look for it.
ln -sf "$(find "$packages/onnxruntime/capi" -name 'libonnxruntime.so.*.*' | head -n1)" \
    "$build/libonnxruntime.so.1"
cmake -S examples/real_networks -B "$build/programs" --log-level=ERROR \
    -DOpenVINO_DIR="$packages/openvino/cmake" -DONNXRUNTIME_LIBRARY="$PWD/$build/libonnxruntime.so.1" > /dev/null
cmake --build "$build/programs" > "$build/build.log" || { cat "$build/build.log"; exit 1; }

reference() { "$venv/bin/python" "examples/real_networks/$which"_reference.py "$build/$which"; }
if [[ $which == terrain ]]; then
    network=$(reference)
    echo "Terrains (adaptive-terrain-diffusion 0.4.2), 4 of 128 x 128:"
    "$build/programs/terrain" "$network" "$build/terrain" "$out/terrain.png" "$threads"
else
    echo "Power spectra (21cmPSDenoiser 1.0.2), 1 of 32 x 16:"
    reference
    "$build/programs/spectrum" "$build/spectrum" "$threads"
fi
