# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""Jobs of a whole trajectory: particles in the plane follow the reverse SDE (Song et al. 2021, eq. 6)
of a VP process by Euler-Maruyama, on the exact score of eight Gaussians. The time is that of all of
it, the noise drawn. What does not depend on the particles, the peers are given in advance.

The estimate of x_0 is D(x) = sum over k of w_k(x) (m_k + g_k (x - alpha m_k)), the w_k a softmax of
the logits of the components; a step is x = a x + b D + c z, and the last one x = D. Each peer does it
in three forms: `rows`, as it is usually written, one array of particles x components x dimensions;
`columns`, the same formula with an array of components x particles for each dimension; and `products`,
with the squares multiplied out, so that matrix products do nearly all."""
import math
import time

import jax
import jax.numpy as jnp
import numpy
import torch

import ours

SIZES = ((20_000, 50), (1_000_000, 10))  # particles, steps
CHECKED = 1000  # particles of the run that compares the numbers
BETA_MIN, BETA_MAX = 0.1, 20.0
WEIGHTS = numpy.arange(1.0, 9.0)
ANGLES = 2 * numpy.pi * numpy.arange(8) / 8
MEANS = 2 * numpy.stack([numpy.cos(ANGLES), numpy.sin(ANGLES)], axis=1)
VARIANCES = numpy.full((8, 2), 0.25**2)


def coefficients(steps):
    """What every step needs, in float32: arrays whose first axis is the step."""
    rows = []
    for k in range(steps):
        t, dt = 1 - k / steps, -1 / steps
        beta = BETA_MIN + t * (BETA_MAX - BETA_MIN)
        integral = t * (BETA_MIN + 0.5 * t * (BETA_MAX - BETA_MIN))
        alpha, sigma2 = math.exp(-integral / 2), -math.expm1(-integral)
        total = alpha**2 * VARIANCES + sigma2
        gain = alpha * VARIANCES / total
        # dx = (f x - g^2 score) dt + g dw with f = -beta / 2, g^2 = beta, score = (alpha D - x) / sigma^2
        step = {"a": 1 - beta / 2 * dt + beta * dt / sigma2, "b": -beta * dt * alpha / sigma2,
                "c": math.sqrt(-beta * dt)}
        if k == steps - 1:
            step = {"a": 0.0, "b": 1.0, "c": 0.0}
        log_weights = numpy.log(WEIGHTS) - 0.5 * numpy.log(total).sum(axis=1)
        rows.append({
            **step,
            "centre": alpha * MEANS, "half_precision": -0.5 / total,
            "log_weight": log_weights[:, None], "mean": MEANS, "gain": gain,
            # the same with the squares multiplied out: logits = square x^2 + linear x + constant
            "constant": (log_weights - 0.5 * ((alpha * MEANS)**2 / total).sum(axis=1))[:, None],
            "quadratic": numpy.concatenate([-0.5 / total, alpha * MEANS / total], axis=1),
            "blend": numpy.concatenate([MEANS - gain * alpha * MEANS, gain], axis=1).T,
        })
    return {key: numpy.array([row[key] for row in rows], dtype=numpy.float32) for key in rows[0]}


class Peer:
    """A particle is a row of x in the form `rows`, a column in the others."""

    def __init__(self, form, particles, steps):
        self.denoised = {"rows": self.rows, "columns": self.columns, "products": self.products}[form]
        self.shape = (particles, 2) if form == "rows" else (2, particles)
        self.steps = steps

    def laid_out(self, rows):
        """Particles in rows, as this form has them."""
        return rows if self.shape[1] == 2 else numpy.ascontiguousarray(rows.swapaxes(-1, -2))

    @staticmethod
    def dimensions(p, name):
        """Of an array of 8 x 2, a column for each dimension."""
        return p[name][:, 0:1], p[name][:, 1:2]


class Torch(Peer):
    """Eager PyTorch."""
    name = "torch eager"

    def __init__(self, *job):
        super().__init__(*job)
        by_step = {k: torch.from_numpy(v) for k, v in coefficients(self.steps).items()}
        self.table = [{k: v[i].contiguous() if v.ndim > 1 else float(v[i])
                       for k, v in by_step.items()} for i in range(self.steps)]
        self.generator = torch.Generator().manual_seed(7)

    def rows(self, p, x):
        r = x[:, None, :] - p["centre"]
        logits = (r.square() * p["half_precision"]).sum(2).add_(p["log_weight"].T)
        w = torch.softmax(logits, 1)
        return (r.mul_(p["gain"]).add_(p["mean"]) * w[:, :, None]).sum(1)

    def columns(self, p, x):
        r = [x[d] - c for d, c in enumerate(self.dimensions(p, "centre"))]
        halves = self.dimensions(p, "half_precision")
        logits = r[0].square().mul_(halves[0]).addcmul_(r[1].square(), halves[1])
        w = torch.softmax(logits.add_(p["log_weight"]), 0)
        means = [r[d].mul_(g).add_(m).mul_(w).sum(0) for d, (g, m) in
                 enumerate(zip(self.dimensions(p, "gain"), self.dimensions(p, "mean")))]
        return torch.stack(means)

    def products(self, p, x):
        logits = torch.addmm(p["constant"], p["quadratic"], torch.cat([x.square(), x]))
        mean, gain = p["blend"].mm(torch.softmax(logits, 0)).chunk(2)
        return torch.addcmul(mean, gain, x)

    def run(self, x, noise):
        for k, p in enumerate(self.table):
            d = self.denoised(p, x)
            if k == self.steps - 1:
                return d
            x = x.mul(p["a"]).add_(d, alpha=p["b"]).add_(noise(k), alpha=p["c"])

    def samples(self, initial, noise):
        return self.run(torch.from_numpy(initial), lambda k: torch.from_numpy(noise[k])).numpy()

    def draw(self):
        normal = lambda _: torch.randn(self.shape, generator=self.generator)
        return self.run(normal(0), normal)


class Jax(Peer):
    """jax.jit of a lax.scan, with its default generator, which is the faster on a CPU."""
    name = "jax.jit"

    def __init__(self, *job):
        super().__init__(*job)
        self.table = {k: jnp.asarray(v) for k, v in coefficients(self.steps).items()}
        self.key = jax.random.key(7)
        self.timed = jax.jit(self.from_key)
        self.checked = jax.jit(self.from_noise)

    def rows(self, p, x):
        r = x[:, None, :] - p["centre"]
        w = jax.nn.softmax((r * r * p["half_precision"]).sum(2) + p["log_weight"].T, axis=1)
        return ((p["mean"] + p["gain"] * r) * w[:, :, None]).sum(1)

    def columns(self, p, x):
        r = [x[d] - c for d, c in enumerate(self.dimensions(p, "centre"))]
        halves = self.dimensions(p, "half_precision")
        logits = r[0] * r[0] * halves[0] + r[1] * r[1] * halves[1] + p["log_weight"]
        w = jax.nn.softmax(logits, axis=0)
        return jnp.stack([(w * (m + g * r[d])).sum(0) for d, (g, m) in
                          enumerate(zip(self.dimensions(p, "gain"), self.dimensions(p, "mean")))])

    def products(self, p, x):
        logits = p["quadratic"] @ jnp.concatenate([x * x, x]) + p["constant"]
        both = p["blend"] @ jax.nn.softmax(logits, axis=0)
        return both[:2] + both[2:] * x

    def step(self, p, x, noise):
        return p["a"] * x + p["b"] * self.denoised(p, x) + p["c"] * noise

    def from_key(self, key, table):
        def body(carry, p):
            x, key = carry
            key, used = jax.random.split(key)
            return (self.step(p, x, jax.random.normal(used, x.shape)), key), None

        key, used = jax.random.split(key)
        start = jax.random.normal(used, self.shape)
        return jax.lax.scan(body, (start, key), table)[0][0]

    def from_noise(self, x, noise, table):
        def body(x, step):
            return self.step(step[1], x, step[0]), None

        return jax.lax.scan(body, x, (noise, table))[0]

    def samples(self, initial, noise):
        every_step = numpy.concatenate([noise, noise[:1]])  # the last step multiplies its noise by 0
        return numpy.asarray(self.checked(initial, every_step, self.table))

    def draw(self):
        return self.timed(self.key, self.table).block_until_ready()


class Job:
    bound = 1e-3  # of the largest difference; a particle between two components magnifies roundings

    def __init__(self, limit, peer, form, particles, steps, folder):
        self.name = f"{particles} particles, {steps} steps, {peer.name}, {form}"
        self.limit, self.folder = limit, folder
        self.peer = peer(form, particles, steps)
        self.units = particles * steps
        generator = numpy.random.default_rng(3)
        self.initial = generator.standard_normal((CHECKED, 2), dtype=numpy.float32)
        self.noise = generator.standard_normal((steps - 1, CHECKED, 2), dtype=numpy.float32)
        self.description = {
            "particles": particles, "steps": steps, "beta_min": BETA_MIN, "beta_max": BETA_MAX,
            "weights": WEIGHTS.tolist(), "means": MEANS.tolist(), "variances": VARIANCES.tolist(),
            "initial": ours.save(folder, "initial", self.initial),
            "noise": ours.save(folder, "noise", self.noise)}

    def seconds(self):
        start = time.perf_counter()
        self.peer.draw()
        return time.perf_counter() - start

    def difference(self, samples):
        laid_out = self.peer.laid_out
        theirs = laid_out(self.peer.samples(laid_out(self.initial), laid_out(self.noise))).ravel()
        return float(numpy.max(numpy.abs(samples - theirs) / numpy.maximum(1, numpy.abs(theirs))))


def jobs(folder, _avx512):
    for particles, steps in SIZES:
        for peer, limit in ((Torch, 25), (Jax, 10)):
            for form in ("rows", "columns", "products"):
                yield Job(limit, peer, form, particles, steps, folder)
