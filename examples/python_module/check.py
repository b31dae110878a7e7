# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""Samples into arrays of numpy, and of torch and JAX where they are, and checks that nothing was copied.

check.py FOLDER_OF_THE_MODULE
"""
import gc
import math
import sys

sys.path.insert(0, sys.argv[1])
try:
    import numpy as np
except ImportError:
    print("no numpy: nothing run")
    sys.exit(77)
import diffgen_python


# [network]
def network(x, t):
    """Stands for yours: the exact noise in states whose data are N(1.5, 0.5^2)."""
    x = np.from_dlpack(x)  # no copy
    alpha = math.exp(-0.25 * (20 - 0.1) * t**2 - 0.5 * 0.1 * t)
    sigma = math.sqrt(1 - alpha**2)
    return sigma * (x - 1.5 * alpha) / (0.25 * alpha**2 + sigma**2)


x = np.zeros((20000, 2, 2), np.float32)
calls = diffgen_python.sample_into(network, x, steps=20, seed=7)
# [network]
assert calls == 21, calls  # the first step of a solver of order 2 takes two
assert abs(x.mean() - 1.5) < 0.05 and abs(x.std() - 0.5) < 0.05, (x.mean(), x.std())
print(f"{calls} calls: mean {x.mean():.3f} (data: 1.5), deviation {x.std():.3f} (data: 0.5)")

# A part of an array is filled, nothing around it; the numbers are those of the whole.
part = np.full((20002, 2, 2), 7, np.float32)
diffgen_python.sample_into(network, part[1:-1], steps=20, seed=7)
assert np.array_equal(part[1:-1], x) and (part[[0, -1]] == 7).all()
doubles = np.zeros((3, 4))
diffgen_python.sample_into(network, doubles, steps=20, seed=7)
assert doubles.all() and not np.array_equal(doubles, x[:3].reshape(3, 4))

# New samples belong to the array that takes them.
made = diffgen_python.sample_new(network, 20000, 4, steps=20, seed=7)
taken = np.from_dlpack(made)
assert np.array_equal(taken, x.reshape(20000, 4))
del made
gc.collect()
assert np.array_equal(taken, x.reshape(20000, 4))

# The array is given back, also where it is refused.
references = sys.getrefcount(x)


def refused(array, *parts, network=network, error=diffgen_python.error):
    before = array.copy()
    try:
        diffgen_python.sample_into(network, array, steps=2, seed=1)
    except error as problem:
        for part in parts:
            assert part in str(problem), (part, problem)
    else:
        raise AssertionError(parts)
    assert np.array_equal(array, before)


refused(x[:, :, 0], "(2, 1), not (4, 2)")
refused(x[::-1], "not (-4, 2, 1)")
refused(np.asfortranarray(x[:, 0]), "(2, 1), not (1, 20000)")
refused(np.broadcast_to(x[:1], x.shape), "only to be read")
refused(x[:0], "empty batch")
refused(np.zeros((4, 2), np.float16), "of float16 where float32")
refused(np.zeros((4, 2), np.int64), "of int64 where float64")
refused(np.zeros((4, 2), np.complex64), "of complex64 where float64")
refused(np.frombuffer(bytearray(33), np.float32, 8, 1).reshape(4, 2), "not a multiple of 4")
fixed = np.zeros((4, 2))
fixed.flags.writeable = False
refused(fixed, "only to be read")
refused([0.0, 0.0], "__dlpack__", error=TypeError)
assert sys.getrefcount(x) == references, "an array was not given back"


# What the network raises, and answers of another shape.
def raises(x, t):
    raise KeyError("a network of Python")


x4 = np.zeros((4, 2))
for wrong, text, error in [
    (raises, "a network of Python", KeyError),
    (lambda x, t: np.zeros((3, 2)), "another shape", diffgen_python.error),
    (lambda x, t: np.zeros((4, 2), np.float32), "of float32 where float64", diffgen_python.error),
    (lambda x, t: np.full((4, 2), np.nan), "sample 0", diffgen_python.error),
]:
    try:
        diffgen_python.sample_into(wrong, x4, steps=2, seed=1)
    except error as problem:
        assert text in str(problem), problem
    else:
        raise AssertionError(text)


def with_torch():
    """torch writes its own memory, and reads the batch where it lies."""
    try:
        import torch
    except ImportError:
        return "no torch: its arrays are not run"

    def torch_network(x, t):
        return torch.from_numpy(network(torch.from_dlpack(x).numpy(), t))

    y = torch.zeros(20000, 2, 2)
    address = y.data_ptr()
    diffgen_python.sample_into(torch_network, y, steps=20, seed=7)
    assert y.data_ptr() == address and np.array_equal(y.numpy(), x)
    part = torch.full((20002, 2, 2), 7.0)
    diffgen_python.sample_into(torch_network, part[1:-1], steps=20, seed=7)
    assert np.array_equal(part[1:-1].numpy(), x) and bool((part[[0, -1]] == 7).all())
    made = torch.from_dlpack(diffgen_python.sample_new(torch_network, 20000, 4, steps=20, seed=7))
    assert np.array_equal(made.numpy(), x.reshape(20000, 4))
    for wrong, text in [
        (y.transpose(0, 2), "not ("),
        (y[:, :, 0], "not ("),
        (y.to(torch.float16), "of float16"),
        (y.to(torch.bfloat16), "of bfloat16"),
        (y.to(torch.int32), "of int32"),
    ]:
        before = wrong.clone()
        try:
            diffgen_python.sample_into(torch_network, wrong, steps=2, seed=1)
        except diffgen_python.error as problem:
            assert text in str(problem), problem
        else:
            raise AssertionError(text)
        assert torch.equal(wrong, before)
    return "torch: the same samples"


def with_jax():
    """JAX reads the batch where it lies, and takes samples over; its own arrays are constant."""
    try:
        import jax
    except ImportError:
        return "no jax: its arrays are not run"
    jnp = jax.numpy

    def jax_network(x, t):
        return jnp.asarray(network(np.asarray(jnp.from_dlpack(x)), t), jnp.float32)

    made = jnp.from_dlpack(diffgen_python.sample_new(jax_network, 20000, 4, steps=20, seed=7))
    assert made.dtype == jnp.float32 and np.array_equal(np.asarray(made), x.reshape(20000, 4))
    y = np.zeros((20000, 2, 2), np.float32)
    diffgen_python.sample_into(jax_network, y, steps=20, seed=7)
    assert np.array_equal(y, x)
    return "jax: the same samples"


print(with_torch())
print(with_jax())
