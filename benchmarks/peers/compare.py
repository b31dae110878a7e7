# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""Times diffgen beside diffusers, PyTorch and JAX, on one processor core: see benchmarks/peers/run.sh.

A job is the same work on both sides: the same options, float32, the same state and shapes, after a
run of each that warms up. First both run it once with the same noise, and the largest
|ours - theirs| / max(1, |theirs|) of the samples is taken; where it is above the job's bound, no
ratio is printed. Then they take turns. The table has the median time of each side, a number or a
particle in a step, and the median of the turns' ratios."""
import argparse
import pathlib
import statistics
import sys
import tempfile

import diffusers
import jax
import torch

import mixtures
import schedulers
from ours import Program

HEAD = ("job", "ours ns", "theirs ns", "ratio", "limit", "", "largest difference")
ROW = "{:<50} {:>9} {:>10} {:>7} {:>6}  {:<5}  {}"


def has_avx512():
    return "avx512f" in pathlib.Path("/proc/cpuinfo").read_text()


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "unknown processor"


def jobs(chosen, folder):
    """Every job whose name holds `chosen`, made when its turn comes."""
    for make in (schedulers.jobs, mixtures.jobs):
        for job in make(folder, has_avx512()):
            if chosen in job.name:
                yield job


def compare(job, program, rounds):
    """Prints the row of a job; whether it is fair and not below its limit."""
    with Program(program, job) as us:
        difference = job.difference(us.samples())
        if not difference <= job.bound:
            print(ROW.format(job.name, "", "", "", "", "", f"{difference:.1e}: not the same work"))
            return False
        us.seconds(), job.seconds()
        turns = [(us.seconds(), job.seconds()) for _ in range(rounds)]
    nanoseconds = [1e9 * statistics.median(side) / job.units for side in zip(*turns)]
    ratio = statistics.median(theirs / ours for ours, theirs in turns)
    verdict = "" if job.limit is None else "ok" if ratio >= job.limit else "below"
    print(ROW.format(job.name, f"{nanoseconds[0]:.3f}", f"{nanoseconds[1]:.2f}", f"{ratio:.1f}",
                     "-" if job.limit is None else job.limit, verdict, f"{difference:.1e}"),
          flush=True)
    return verdict != "below"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", default="build/release/benchmarks/peers",
                           help="diffgen's side, the target peers")
    arguments.add_argument("--rounds", type=int, default=9, help="turns of each side")
    arguments.add_argument("--only", default="", help="the jobs whose name holds this text")
    given = arguments.parse_args()

    torch.set_num_threads(1)
    print(f"{processor()}, {'AVX-512' if has_avx512() else 'no AVX-512'}, one core; "
          f"diffusers {diffusers.__version__}, torch {torch.__version__}, jax {jax.__version__}; "
          f"medians of {given.rounds} turns")
    print(ROW.format(*HEAD).rstrip())
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        good = [compare(job, given.program, given.rounds)
                for job in jobs(given.only, pathlib.Path(folder))]
    if not good:
        sys.exit(f"no job's name holds {given.only!r}")
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
