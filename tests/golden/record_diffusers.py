#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden trajectories of diffusers, and makes them again. It needs diffusers and torch, as
build/peers-venv has them (benchmarks/peers/run.sh):

  record_diffusers.py new FILE CLASS CONFIG CALL [SEED]   writes FILE; CONFIG and CALL are JSON objects
  record_diffusers.py again FILE...                       runs what the files say, with their noise, and
                                                          prints the largest difference from each

The scheduler runs in double precision, its own constants too: its module sees float64 under the name
float32. The network and the layout of the files are described in README.md beside this file."""
import json
import pathlib
import sys
import warnings

import diffusers
import numpy
import torch

BOUND = 1e-9  # as in replay.cpp
SEED = 1234
SHAPE = (1, 1, 4, 4)
FIRST_CALL = ("num_inference_steps", "timesteps", "sigmas", "mu", "original_inference_steps", "strength")


class InDouble:
    """A module whose float32 is its float64."""

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        return getattr(self.module, "float64" if name == "float32" else name)


class Noise:
    """The normals of one run, in the order drawn: those that are given, or new ones."""

    def __init__(self, given=None, seed=None):
        self.given = given
        self.generator = None if seed is None else torch.Generator().manual_seed(seed)
        self.drawn = []

    def draw(self, shape, **_):
        if self.generator is not None:
            z = torch.randn(shape, generator=self.generator, dtype=torch.float64)
        else:
            z = torch.tensor(self.given[len(self.drawn)], dtype=torch.float64).reshape(shape)
        self.drawn.append(z.flatten().tolist())
        return z


def network(x, t, learned):
    """0.6 sin(1.3 x + 0.002 t) + x / 4, and 0.3 cos(x) for a learned variance."""
    out = 0.6 * torch.sin(1.3 * x + 0.002 * t) + 0.25 * x
    return torch.cat([out, 0.3 * torch.cos(x)], dim=1) if learned else out


def scheduler_of(name, config, noise):
    """The scheduler, in double precision, with `noise` for its random numbers."""
    kind = getattr(diffusers, name)
    module = sys.modules[kind.__module__]
    for each in ("torch", "np"):
        found = getattr(module, each, None)
        if found is not None and not isinstance(found, InDouble):
            setattr(module, each, InDouble(found))
    if hasattr(module, "randn_tensor"):
        module.randn_tensor = noise.draw
    return kind(**{key: value for key, value in config.items() if not key.startswith("_")})


def trajectory(name, config, call, initial, noise):
    """The file's members that a run of the scheduler fills."""
    scheduler = scheduler_of(name, config, noise)
    first = {key: value for key, value in call.items() if key in FIRST_CALL}
    if "timesteps" in first:  # which diffusers takes instead of their number
        first.pop("num_inference_steps", None)
    if "sigmas" in first:
        first["sigmas"] = numpy.array(first["sigmas"])
    scheduler.set_timesteps(**first)
    every = {key: value for key, value in call.items() if key not in FIRST_CALL}
    if name == "CosineDPMSolverMultistepScheduler":  # the increments of a path, if not those given
        every["generator"] = torch.Generator().manual_seed(SEED)
        if noise.given:
            scheduler.noise_sampler = lambda *_: noise.draw(SHAPE)
    sigma = float(getattr(scheduler, "init_noise_sigma", 1.0))
    learned = str(config.get("variance_type")).startswith("learned")
    x = torch.tensor(initial, dtype=torch.float64).reshape(SHAPE) * sigma
    timesteps, samples, denoised = [], [], []
    for t in scheduler.timesteps:
        scaled = scheduler.scale_model_input(x, t) if hasattr(scheduler, "scale_model_input") else x
        done = scheduler.step(network(scaled, t, learned), t, x, **every)
        x = done.prev_sample
        timesteps.append(float(t))
        samples.append(x.flatten().tolist())
        estimate = getattr(done, "pred_original_sample", None)
        estimate = getattr(done, "denoised", None) if estimate is None else estimate
        denoised.append(None if estimate is None else estimate.flatten().tolist())
    sigmas = getattr(scheduler, "sigmas", None)
    return {"init_noise_sigma": sigma, "timesteps": timesteps,
            "sigmas": None if sigmas is None else [float(s) for s in sigmas], "initial": initial,
            "noise": noise.drawn, "samples": samples,
            "denoised": denoised if None not in denoised else None}


def new(path, name, config, call, seed=SEED):
    config, call = json.loads(config), json.loads(call)
    initial = numpy.random.default_rng(int(seed)).standard_normal(16).tolist()
    head = {"source": f"diffusers {diffusers.__version__}, evaluated in float64", "scheduler": name,
            "config": config, "call": call}
    rest = trajectory(name, config, call, initial, Noise(seed=int(seed)))
    pathlib.Path(path).write_text(json.dumps(head | rest, separators=(",", ":")) + "\n")


def difference(found, expected):
    """The largest |a - b| / max(|b|, 1e-3), as replay.cpp takes it."""
    a, b = numpy.array(found), numpy.array(expected)
    if a.shape != b.shape:
        return numpy.inf
    return float(numpy.max(numpy.abs(a - b) / numpy.maximum(numpy.abs(b), 1e-3), initial=0))


def again(*paths):
    good = True
    for path in paths:
        file = json.loads(pathlib.Path(path).read_text())
        try:
            found = trajectory(file["scheduler"], file["config"], file["call"], file["initial"],
                               Noise(given=file["noise"]))
            largest = max(difference(found[key], file[key]) for key in ("timesteps", "samples"))
            text = f"{largest:.1e} {'ok' if largest <= BOUND else 'off'}"
        except Exception as problem:
            text = f"- {type(problem).__name__}: {' '.join(str(problem).split())[:90]}"
        good = good and text.endswith("ok")
        print(pathlib.Path(path).stem, text)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    commands = {"new": (new, 4, 5), "again": (again, 1, 1000000)}
    chosen, least, most = commands.get(sys.argv[1] if len(sys.argv) > 1 else "", (None, 1, 0))
    if not least <= len(sys.argv) - 2 <= most:
        sys.exit(__doc__)
    warnings.filterwarnings("ignore")
    diffusers.utils.logging.set_verbosity_error()
    torch.set_default_dtype(torch.float64)
    chosen(*sys.argv[2:])
