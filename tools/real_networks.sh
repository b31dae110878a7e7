#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Samples trained networks of others, which come in Python packages, through the bridges: prints what
# network and library took and how far the results are from the package's own sampler, and writes
# pictures to out/real_networks. Everything is brought by pip into build/real_networks/venv.
#   tools/real_networks.sh [terrain|spectrum|galaxies|server|controller] [THREADS]
# Spectrum and galaxies run on LibTorch too. They need PyTorch, whose packages are some gigabytes, to
# read and export their networks. Server and controller show programs on LibTorch, with networks that
# nobody trained. THREADS are those of a runtime; 0, as many as it takes.
set -euo pipefail
cd "$(dirname "$0")/.."
which=${1:-terrain} threads=${2:-0}
case $which in
    terrain) package=adaptive-terrain-diffusion==0.4.2 ;;
    spectrum) package=21cmPSDenoiser==1.0.2 ;;
    galaxies) package=galaxygrad==0.2.1 ;;
    server | controller) package= ;;
    *) echo "no network named '$which'"; exit 2 ;;
esac
build=build/real_networks
venv=$build/venv
out=out/real_networks
mkdir -p "$build" "$out"
[[ -x $venv/bin/pip ]] || python3 -m venv "$venv"
pip=("$venv/bin/pip" install -q --disable-pip-version-check)
"${pip[@]}" onnxruntime openvino numpy
case $which in
    spectrum) "${pip[@]}" torch onnx onnxscript einops scipy astropy tqdm ;;
    galaxies) "${pip[@]}" torch onnx onnxscript einops jax equinox diffrax ;;
    server | controller) "${pip[@]}" torch ;;
esac
# Without what they ask for: the terrains ONNX Runtime with CUDA, in whose place any other does, the
# spectra a simulator, which the network does without.
[[ -z $package ]] || "${pip[@]}" --no-deps "$package"

packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# A name that this package writes in two ways, which are one only where file names know no case.
[[ $which != galaxies ]] || ln -sf eqx_roman_Scorenet120.eqx "$packages/galaxygrad/eqx_roman_ScoreNet120.eqx"
# The package has the library without the name by which programs look for it.
ln -sf "$(find "$packages/onnxruntime/capi" -name 'libonnxruntime.so.*.*' | head -n1)" \
    "$build/libonnxruntime.so.1"
torch=
[[ $which == terrain ]] || torch=$packages/torch
{
    cmake -S examples/real_networks -B "$build/programs" -DOpenVINO_DIR="$packages/openvino/cmake" \
        -DONNXRUNTIME_LIBRARY="$PWD/$build/libonnxruntime.so.1" -DTORCH_FOLDER="$torch" &&
        cmake --build "$build/programs" --target "$which"
} > "$build/build.log" 2>&1 || { cat "$build/build.log"; exit 1; }

reference() { "$venv/bin/python" "examples/real_networks/$which"_reference.py "$build/$which"; }
case $which in
    terrain)
        network=$(reference)
        echo "Terrains (adaptive-terrain-diffusion 0.4.2), 4 of 128 x 128:"
        "$build/programs/terrain" "$network" "$build/terrain" "$out/terrain.png" "$threads"
        ;;
    spectrum)
        echo "Power spectra (21cmPSDenoiser 1.0.2), 1 of 32 x 16:"
        reference
        "$build/programs/spectrum" "$build/spectrum" "$threads"
        ;;
    galaxies)
        echo "Galaxies (galaxygrad 0.2.1), 4 of 64 x 64:"
        reference
        "$build/programs/galaxies" "$build/galaxies" "$out/galaxies.png" "$threads"
        ;;
    *) "$build/programs/$which" "$threads" ;;
esac
