# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""scipy's RK45 on the probability flow of two sets of data in one dimension, sample by sample.

Prints for every process and tolerance (rtol = atol) the largest error at the end and the mean
evaluations. Beside it: bench.adaptive. The process that preserves variance is integrated in its
time from 1 to 1e-3 (Song et al. 2021), the exploding ones in sigma down to 1e-5 (Karras et al.
2022). Needs numpy and scipy.
"""

import math

import scipy
from scipy.integrate import solve_ivp

NORMALS = (-1.7, -0.9, -0.2, 0.1, 0.6, 1.4)
TOLERANCES = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
DATA = {
    "normal": ((1.0,), (0.3,), (0.25,)),
    "modes": ((0.4, 0.6), (-0.8, 0.9), (0.3, 0.2)),
}


def denoised(data, y, r):
    """E[x_0 | x_0 + r z = y]."""
    logs = [
        math.log(w) - 0.5 * (y - m) ** 2 / (v + r * r) - 0.5 * math.log(v + r * r)
        for w, m, v in zip(*data)
    ]
    top = max(logs)
    weights = [math.exp(l - top) for l in logs]
    values = [m + v / (v + r * r) * (y - m) for _, m, v in zip(*data)]
    return sum(w * d for w, d in zip(weights, values)) / sum(weights)


def tail(data, y, r, above):
    sign = 1 if above else -1
    return sum(
        0.5 * w * math.erfc(sign * (y - m) / math.sqrt(2 * (v + r * r))) for w, m, v in zip(*data)
    )


def flow(data, y, r_from, r_to):
    """Where the flow leads y = x / alpha: it keeps quantiles."""
    above = tail(data, y, r_from, True) < tail(data, y, r_from, False)
    quantile = tail(data, y, r_from, above)
    low, high = -20.0, 20.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        if (tail(data, middle, r_to, above) < quantile) != above:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def integral(t):
    return t * 0.1 + 0.5 * t * t * 19.9


def preserving(data):
    """Start and end in time, the slope, and pairs of start and exact end."""

    def slope(t, x):
        alpha, variance = math.exp(-0.5 * integral(t)), -math.expm1(-integral(t))
        d = denoised(data, x[0] / alpha, math.sqrt(variance) / alpha)
        return [-0.5 * (0.1 + t * 19.9) * (x[0] - (x[0] - alpha * d) / variance)]

    first, last = 1.0, 1e-3
    a, b = math.exp(-0.5 * integral(first)), math.exp(-0.5 * integral(last))
    r, q = math.sqrt(math.expm1(integral(first))), math.sqrt(math.expm1(integral(last)))
    return first, last, slope, [(z, b * flow(data, z / a, r, q)) for z in NORMALS]


def exploding(data, sigma_max):
    def slope(sigma, y):
        return [(y[0] - denoised(data, y[0], sigma)) / sigma]

    last = 1e-5
    pairs = [(z * sigma_max, flow(data, z * sigma_max, sigma_max, last)) for z in NORMALS]
    return sigma_max, last, slope, pairs


def main():
    print(f"scipy {scipy.__version__}")
    for name, data in DATA.items():
        for process, (first, last, slope, pairs) in {
            "preserving": preserving(data),
            "exploding to 80": exploding(data, 80.0),
            "exploding to 1e4": exploding(data, 1e4),
        }.items():
            for tolerance in TOLERANCES:
                error, evaluations = 0.0, 0
                for start, end in pairs:
                    done = solve_ivp(
                        slope, (first, last), [start], method="RK45", rtol=tolerance, atol=tolerance
                    )
                    error = max(error, abs(done.y[0, -1] - end))
                    evaluations += done.nfev
                mean = evaluations / len(pairs)
                print(f"{name:7} {process:17} {tolerance:6.0e} error {error:8.2e} evaluations {mean:6.1f}")


if __name__ == "__main__":
    main()
