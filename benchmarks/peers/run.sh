#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Times diffgen beside diffusers, PyTorch and JAX on one processor core, and prints the ratios. What
# is missing of them is installed from PyPI, into build/peers-venv (6 GB: PyPI's torch brings
# CUDA's libraries). Its arguments are those of compare.py:
#   benchmarks/peers/run.sh [--only TEXT] [--rounds N]
# Exits 1 where a ratio is below its limit or the two sides differ in their numbers.
# CORE=N chooses the core; by default it is the last one that this shell may use.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=build/peers-venv/bin/python
[[ -x $python ]] || python3 -m venv build/peers-venv
"$python" -c "import diffusers, jax, torch, torchsde" 2> /dev/null ||
    "$python" -m pip install --quiet --requirement benchmarks/peers/requirements.txt
cmake --preset release --log-level=WARNING > /dev/null
cmake --build --preset release --target peers > /dev/null

allowed=$(taskset -cp $$ | sed 's/.*[ ,-]//')
export OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 JAX_PLATFORMS=cpu CUDA_VISIBLE_DEVICES=
export XLA_FLAGS="--xla_cpu_multi_thread_eigen=false ${XLA_FLAGS:-}"
exec taskset -c "${CORE:-$allowed}" "$python" benchmarks/peers/compare.py "$@"
