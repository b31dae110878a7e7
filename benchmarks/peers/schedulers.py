# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""Jobs of diffusers: the time of scheduler.step() alone beside that of run.advance() alone."""
import json
import time

import diffusers
import numpy
import torch

import ours

BATCHES = ((20, (1, 3, 32, 32)), (20, (64, 3, 32, 32)), (5, (64, 3, 256, 256)))  # steps, shape
PLAIN = {"num_train_timesteps": 1000, "beta_start": 0.0001, "beta_end": 0.02,
         "beta_schedule": "linear", "prediction_type": "epsilon"}


def network(x, t):
    """The stand-in of scheduler_job.cpp, rounded as there."""
    return x / (1 + x.abs()) + 1e-4 * float(t)


class Job:
    bound = 1e-4  # of the largest difference

    def __init__(self, name, limit, scheduler, steps, shape, folder):
        self.name = f"{name}, {' x '.join(map(str, shape))}"
        self.limit, self.folder = limit, folder
        self.scheduler, self.steps = scheduler, steps
        self.units = steps * torch.Size(shape).numel()
        self.initial = torch.randn(shape, generator=torch.Generator().manual_seed(1))
        self.generator = torch.Generator()
        self.description = {"config": json.loads(scheduler.to_json_string()), "steps": steps, "samples": shape[0],
                            "initial": ours.save(folder, "initial", self.initial.numpy())}
        if isinstance(scheduler, diffusers.DDPMScheduler):
            self.description["noise"] = ours.save(folder, "noise", self.noise())

    def noise(self):
        """What the steps of one run draw: all but the last, which is at timestep 0."""
        generator = torch.Generator().manual_seed(2)
        return numpy.stack([torch.randn(self.initial.shape, generator=generator).numpy()
                            for _ in range(self.steps - 1)])

    def run(self):
        """The samples, and the seconds of the steps."""
        options = {}
        if isinstance(self.scheduler, diffusers.DDPMScheduler):
            options["generator"] = self.generator.manual_seed(2)
        self.scheduler.set_timesteps(self.steps)
        x, seconds = self.initial, 0.0
        for t in self.scheduler.timesteps:
            output = network(x, t)
            start = time.perf_counter()
            x = self.scheduler.step(output, t, x, return_dict=False, **options)[0]
            seconds += time.perf_counter() - start
        return x, seconds

    def seconds(self):
        return self.run()[1]

    def difference(self, samples):
        theirs = self.run()[0].numpy().ravel()
        return float(numpy.max(numpy.abs(samples - theirs) / numpy.maximum(1, numpy.abs(theirs))))


def jobs(folder, avx512):
    rows = (
        ("DDPM step", 18 if avx512 else 12,
         lambda: diffusers.DDPMScheduler(**PLAIN, clip_sample=False)),
        ("DDIM step", 30, lambda: diffusers.DDIMScheduler(**PLAIN, clip_sample=False)),
        ("DPM-Solver++ 2M step", 30, lambda: diffusers.DPMSolverMultistepScheduler(**PLAIN)),
        ("UniPC step", 30, lambda: diffusers.UniPCMultistepScheduler(**PLAIN)),
    )
    for steps, shape in BATCHES:
        for name, limit, scheduler in rows:
            yield Job(name, limit, scheduler(), steps, shape, folder)
