# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""Measures of two sets of features by diffgen and by others: see benchmarks/peers/measures.sh.

Every row is a process of its own, so that its peak memory is its own; it has read its float32
features before the clocks start. The peers run with their own defaults, but for what is said beside
them. Where the machine is shared, compare the processor seconds (user and system, of all threads)."""
import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy

ROW = "{:<17} {:>6} {:<18} {:>9} {:>9} {:>6} {:>6}  {}"
HEAD = ("measure", "n", "by", "wall s", "proc. s", "GiB", "ratio", "figures")
THREADS, CHUNK, SUBSETS = 2, 1024, 100


def make_features(path, samples, elements, seed):
    """As networks make them: not negative, of unequal spread, a few directions wide."""
    wide = 64
    directions = numpy.random.default_rng(0).standard_normal((wide, elements), dtype=numpy.float32)
    directions *= 0.2 / numpy.linspace(1, 8, wide, dtype=numpy.float32)[:, None]
    generator = numpy.random.default_rng(seed)
    file = numpy.lib.format.open_memmap(path, "w+", numpy.float32, (samples, elements))
    for first in range(0, samples, CHUNK):
        rows = file[first:first + CHUNK]
        hidden = generator.standard_normal((len(rows), wide), dtype=numpy.float32)
        own = generator.standard_normal(rows.shape, dtype=numpy.float32)
        rows[:] = numpy.maximum(hidden @ directions * (1 if seed == 1 else 0.95) + 0.3 * own, 0)
    file.flush()


def torchmetrics_metric(kind, real, generated, **options):
    """An image metric of torchmetrics that is given features."""
    import torch
    import torchmetrics.image as image
    network = torch.nn.Identity()
    network.num_features = real.shape[1]
    metric = getattr(image, kind)(feature=network, **options)
    for features, is_real in ((real, True), (generated, False)):
        for chunk in torch.from_numpy(features).split(CHUNK):
            metric.update(chunk, real=is_real)
    return metric.compute()


def frechet_torchmetrics(real, generated, _):
    return {"frechet": float(torchmetrics_metric("FrechetInceptionDistance", real, generated))}


def frechet_torch_fidelity(real, generated, _):
    import torch
    from torch_fidelity import metric_fid
    of = lambda features: metric_fid.fid_features_to_statistics(torch.from_numpy(features))
    found = metric_fid.fid_statistics_to_metric(of(generated), of(real), False)
    return {"frechet": found["frechet_inception_distance"]}


def kernel_torchmetrics(real, generated, subsets):
    mean, deviation = torchmetrics_metric("KernelInceptionDistance", real, generated, subsets=subsets,
                                          subset_size=min(1000, len(real)))
    return {"kernel": float(mean), "deviation": float(deviation)}


def kernel_torch_fidelity(real, generated, subsets):
    import torch
    from torch_fidelity import metric_kid
    found = metric_kid.kid_features_to_metric(
        torch.from_numpy(generated), torch.from_numpy(real), kid_subsets=subsets,
        kid_subset_size=min(1000, len(real)), verbose=False)
    return {"kernel": found["kernel_inception_distance_mean"],
            "deviation": found["kernel_inception_distance_std"]}


def neighbours_torch_fidelity(real, generated, k):
    """In parts, its option for less memory; whole matrices of 50,000 would take 10 GB each."""
    import torch
    from torch_fidelity import metric_prc
    found = metric_prc.prc_features_to_metric(
        torch.from_numpy(generated), torch.from_numpy(real), prc_neighborhood=k, save_cpu_ram=True,
        verbose=False)
    return {key: found[key] for key in ("precision", "recall")}


def neighbours_prdc(real, generated, k):
    import prdc
    return {key: float(v) for key, v in prdc.compute_prdc(real, generated, k).items()}


# Each measure with its number: samples of a chunk, subsets, neighbours.
PEERS = {
    ("frechet", CHUNK): {"torchmetrics": frechet_torchmetrics, "torch-fidelity": frechet_torch_fidelity},
    ("kernel", SUBSETS): {"torchmetrics": kernel_torchmetrics, "torch-fidelity": kernel_torch_fidelity},
    ("precision_recall", 3): {"torch-fidelity": neighbours_torch_fidelity},
    ("precision_recall", 5): {"prdc": neighbours_prdc},
}


def run_peer(measure, number, peer, files):
    """In the process of a peer: prints what the program of diffgen prints."""
    real, generated = (numpy.load(path) for path in files)
    if peer != "prdc":
        import torch
        import torch_fidelity
        import torchmetrics.image
        torch.set_num_threads(THREADS)
    else:
        import prdc
    start, before = time.perf_counter(), time.process_time()
    found = PEERS[measure, number][peer](real, generated, number)
    cost = {"wall": time.perf_counter() - start, "processor": time.process_time() - before,
            "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}
    print(json.dumps({**cost, **found}))


def bytes_of_distances(peer, samples):
    """What is in memory at once: prdc has a matrix of float32 distances with the int64 places that
    partition it, torch-fidelity in parts 10,000 rows of distances, in pieces and joined, with a
    partition of them."""
    return 12 * samples**2 if peer == "prdc" else 20 * min(samples, 10_000) * samples


def result_of(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def print_row(measure, samples, name, found, ours):
    if found is None:
        print(ROW.format(measure, samples, name, "", "", "", "", "failed"), flush=True)
        return
    costs = [found.pop(key) for key in ("wall", "processor", "gib")]
    figures = ", ".join(f"{key} {value:.6g}" for key, value in found.items())
    ratio = f"{costs[1] / ours:.2f}" if ours else ""
    print(ROW.format(measure, samples, name, f"{costs[0]:.1f}", f"{costs[1]:.1f}", f"{costs[2]:.2f}",
                     ratio, figures), flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", default="build/release/benchmarks/peer_measures")
    arguments.add_argument("--samples", type=int, default=50_000)
    arguments.add_argument("--elements", type=int, default=2048)
    arguments.add_argument("--folder", default="build", help="where the features are kept meanwhile")
    arguments.add_argument("--most-gib", type=float, default=6,
                           help="leave out peers whose distances need more")
    arguments.add_argument("--only", default="", help="the rows whose 'measure by' holds this text")
    arguments.add_argument("--peer", nargs=5, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.peer:
        measure, number, peer, *files = given.peer
        return run_peer(measure, int(number), peer, files)

    print(ROW.format(*HEAD))
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        files = [str(pathlib.Path(folder) / f"{name}.npy") for name in ("real", "generated")]
        for seed, path in enumerate(files, 1):
            make_features(path, given.samples, given.elements, seed)
        for (measure, number), peers in PEERS.items():
            rows = [peer for peer in peers if given.only in f"{measure} {peer}"]
            label = f"{measure} {number}" if measure == "precision_recall" else measure
            if not rows and given.only not in f"{measure} diffgen":
                continue
            ours = result_of([given.program, measure, *files, str(number)])
            cost = ours and ours["processor"]
            print_row(label, given.samples, "diffgen", ours, None)
            for peer in rows:
                needed = bytes_of_distances(peer, given.samples) if measure == "precision_recall" else 0
                if needed > given.most_gib * 2**30:
                    print(ROW.format(label, given.samples, peer, "", "", "", "",
                                     f"left out: needs {needed / 2**30:.0f} GiB"), flush=True)
                    continue
                found = result_of([sys.executable, __file__, "--peer", measure, str(number), peer, *files])
                print_row(label, given.samples, peer, found, cost)


if __name__ == "__main__":
    main()
