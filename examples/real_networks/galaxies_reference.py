#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""galaxies_reference.py FOLDER: galaxygrad's network of 64 x 64 pixels for three runtimes, and what the package's
sampler makes of noise.

The network is one of JAX. Its weights are put into the same layers of PyTorch, whose answers are compared, and which
export to network.onnx and network.pt: score of (x, t), with t from 0 to 10. Writes noise.npy, states at t = 10, and
flow.npy, where the probability flow leads from there to t = 1e-5, with tolerances of 1e-5. Prints how far the package's
own 400 steps end from there, with its evaluations and seconds."""
import functools
import pathlib
import sys
import time
import warnings

import diffrax
import jax
import numpy as np
import torch
from galaxygrad import generate
from galaxygrad.scorenet import HSC_64

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
count, side, steps = 4, 64, 400


def tensor(x):
    return torch.from_numpy(np.array(x))


def layer(of, weight, bias):
    of.weight.data, of.bias.data = weight, bias
    return of


def linear(of):
    return layer(torch.nn.Linear(*reversed(of.weight.shape)), tensor(of.weight), tensor(of.bias))


def perceptron(of):
    first, second = of.layers
    return torch.nn.Sequential(linear(first), torch.nn.ReLU(), linear(second))


def norm(of):
    return layer(torch.nn.LayerNorm(of.shape, eps=of.eps), tensor(of.weight), tensor(of.bias))


def of_patches(make, of, weight):
    """A convolution whose kernels do not overlap, or its transpose."""
    made = make(of.in_channels, of.out_channels, of.kernel_size, of.stride)
    return layer(made, weight, tensor(of.bias).flatten())


class Block(torch.nn.Module):
    def __init__(self, of):
        super().__init__()
        self.patches, self.channels = perceptron(of.patch_mixer), perceptron(of.hidden_mixer)
        self.first, self.second = norm(of.norm1), norm(of.norm2)

    def forward(self, y):
        y = (y + self.patches(self.first(y))).transpose(1, 2)
        return (y + self.channels(self.second(y))).transpose(1, 2)


class Network(torch.nn.Module):
    def __init__(self, of):
        super().__init__()
        self.t1, self.patches = of.t1, side // of.conv_in.stride[0]
        self.into = of_patches(torch.nn.Conv2d, of.conv_in, tensor(of.conv_in.weight))
        # JAX keeps this kernel as that of the convolution over what is dilated.
        kernel = tensor(of.conv_out.weight).transpose(0, 1).flip((2, 3)).contiguous()
        self.out = of_patches(torch.nn.ConvTranspose2d, of.conv_out, kernel)
        self.blocks = torch.nn.Sequential(*(Block(b) for b in of.blocks))
        self.norm = norm(of.norm)

    def forward(self, x, t):
        times = (t / self.t1).view(-1, 1, 1, 1).expand(-1, 1, side, side)
        y = self.into(torch.cat([x, times], 1)).flatten(2)
        return self.out(self.norm(self.blocks(y)).unflatten(2, (self.patches, self.patches)))


network = Network(HSC_64).eval()
noise = np.random.default_rng(7).standard_normal((count, 1, side, side), np.float32)
with torch.no_grad():
    for t in (0.01, 1.0, 10.0):
        wanted = np.asarray(jax.vmap(lambda x: HSC_64(x, t))(noise))
        apart = np.abs(network(tensor(noise), torch.full((count,), t)).numpy() - wanted).max()
        assert apart < 1e-4 * np.abs(wanted).max(), (t, apart)

example = (torch.zeros(2, 1, side, side), torch.ones(2))
names = {"input_names": ["x", "t"], "output_names": ["score"]}
with warnings.catch_warnings(), torch.no_grad():
    warnings.simplefilter("ignore")  # that there is a newer exporter
    torch.jit.trace(network, example).save(str(folder / "network.pt"))
    axes = {name: {0: "batch"} for name in ("x", "t", "score")}
    torch.onnx.export(
        network, example, str(folder / "network.onnx"), dynamic_axes=axes, dynamo=False, **names
    )

keys = jax.random.split(jax.random.PRNGKey(7), count)
noise = jax.vmap(lambda key: jax.random.normal(key, (1, side, side)))(keys)  # as the package draws it
sample = functools.partial(
    generate.single_sample_fn, HSC_64, generate.int_beta, (1, side, side), 10 / steps, 10.0
)
begin = time.perf_counter()
samples = jax.vmap(sample)(keys).block_until_ready()
seconds = time.perf_counter() - begin


def flow(x):
    """The equation that the package integrates, with control of the error."""
    rate = diffrax.ODETerm(lambda t, y, _: -0.5 * (y + HSC_64(y, t)))
    control = diffrax.PIDController(rtol=1e-5, atol=1e-5)
    return diffrax.diffeqsolve(
        rate, diffrax.Tsit5(), 10.0, 1e-5, -1e-3, x, stepsize_controller=control
    ).ys[0]


exact = jax.vmap(flow)(noise)
for name, values in {"noise": noise, "flow": exact}.items():
    np.save(folder / f"{name}.npy", np.ascontiguousarray(values, dtype=np.float32))
print(
    f"The package's sampler (Tsit5, JAX): {6 * steps} evaluations a sample, {seconds:.1f} s, off by "
    f"{np.abs(samples - exact).max():.1e}."
)
