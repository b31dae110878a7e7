#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""terrain_reference.py FOLDER: what adaptive-terrain-diffusion's own sampler makes of given noise.

Prints the path of its network. Writes noisy.npy and one_step.npy, states and results at sigma 80, and
varied_from.npy and varied.npy, those of a variation at strength 0.5, and difficulty.npy."""
import pathlib
import sys

import numpy as np
from terrain_diffusion import TerrainGenerator

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
count, seed = 4, 7
terrain = TerrainGenerator(device="cpu")
difficulty = np.linspace(0, 1, count, dtype=np.float32)


def noise(sigma):
    """The numbers that the package's sampler draws for this seed."""
    drawn = np.random.default_rng(seed).standard_normal((count, 1, 128, 128), dtype=np.float32)
    return drawn * np.float32(sigma)


one_step = terrain._sample_native(difficulty, generator=np.random.default_rng(seed))
sources = np.clip(one_step, -1, 1)
varied = terrain._sample_native(
    difficulty[::-1].copy(), generator=np.random.default_rng(seed), sources=sources, strength=0.5
)
for name, values in {
    "difficulty": difficulty,
    "noisy": noise(terrain.sigma_max),
    "one_step": one_step,
    "varied_from": sources + noise(terrain._strength_sigma(0.5)),
    "varied": varied,
}.items():
    np.save(folder / f"{name}.npy", values.astype(np.float32))
print(terrain.model_path)
