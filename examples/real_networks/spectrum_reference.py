#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""spectrum_reference.py FOLDER: 21cmPSDenoiser's network for three runtimes, and what the package's sampler makes of noise.

Writes network.onnx and network.pt, eps of (x, t, observed), with t from 0 to 999; observed.npy, a made-up noisy
spectrum in the network's units; noise.npy, states at t = 1, and samples.npy, where the probability
flow of the package leads from there to t = 1e-3 with tolerances of 1e-4. Prints its
evaluations and its seconds."""
import pathlib
import sys
import time
import warnings

import numpy as np
import torch
from psdenoiser.denoiser import Denoiser
from psdenoiser.sample_pytorch import GetODESampler
from psdenoiser.sde import VPSDE

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
count, rows, columns = 1, 32, 16
network = Denoiser(device=torch.device("cpu")).model

drawn = np.random.default_rng(7)
slope = np.linspace(0.5, -0.5, rows)[:, None] + np.linspace(0.3, -0.3, columns)[None, :]
observed = (slope + 0.1 * drawn.standard_normal((rows, columns))).astype(np.float32)
noise = drawn.standard_normal((count, 1, rows, columns)).astype(np.float32)


class WithNames(torch.nn.Module):
    """The network with all its inputs in a row, for the exporter."""

    def __init__(self):
        super().__init__()
        self.network = network

    def forward(self, x, t, observed):
        return self.network(x, t, x_cdn=observed)


like = torch.zeros(2, 1, rows, columns)
example = (like, torch.full((2,), 500.0), like)
names = {"input_names": ["x", "t", "observed"], "output_names": ["eps"]}
axes = {name: {0: "batch"} for name in ("x", "t", "observed", "eps")}
with_names = WithNames().eval()
with warnings.catch_warnings(), torch.no_grad():
    warnings.simplefilter("ignore")  # that there is a newer exporter
    torch.jit.trace(with_names, example).save(str(folder / "network.pt"))
    torch.onnx.export(
        with_names,
        example,
        str(folder / "network.onnx"),
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
        **names,
    )

sample = GetODESampler(
    VPSDE(beta_min=0.1, beta_max=20.0),
    noise.shape,
    denoise=False,
    rtol=1e-4,
    atol=1e-4,
    device=torch.device("cpu"),
).get_ode_sampler()
begin = time.perf_counter()
samples, evaluations = sample(
    network, z=torch.from_numpy(noise), x_cdn=torch.from_numpy(observed[None]), return_nfe=True
)
seconds = time.perf_counter() - begin

for name, values in {"observed": observed, "noise": noise, "samples": samples.numpy()}.items():
    np.save(folder / f"{name}.npy", np.ascontiguousarray(values, dtype=np.float32))
print(f"The package's sampler (RK45, PyTorch): {evaluations} evaluations, {seconds:.1f} s.")
