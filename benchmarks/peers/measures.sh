#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Measures two sets of features with diffgen, torchmetrics, torch-fidelity and prdc, on two threads
# each, and prints figures, seconds and memory. What is missing of the peers is installed from PyPI
# into build/peers-venv (6 GB: PyPI's torch brings CUDA's libraries). Its arguments are those of
# measures.py:
#   benchmarks/peers/measures.sh [--samples N] [--elements D] [--only TEXT] [--most-gib G]
set -euo pipefail
cd "$(dirname "$0")/../.."
python=build/peers-venv/bin/python
[[ -x $python ]] || python3 -m venv build/peers-venv
"$python" -c "import prdc, torch_fidelity, torchmetrics" 2> /dev/null ||
    "$python" -m pip install --quiet prdc torch-fidelity torchmetrics
cmake --preset release --log-level=WARNING > /dev/null
cmake --build --preset release --target peer_measures > /dev/null

# Threads that wait sleep, so that waiting is not counted as work.
export OMP_NUM_THREADS=2 MKL_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 OMP_WAIT_POLICY=passive
export CUDA_VISIBLE_DEVICES=
exec "$python" benchmarks/peers/measures.py "$@"
