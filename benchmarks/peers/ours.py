# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""diffgen's side of a job: the program of peers.cpp, which waits for its turn."""
import json
import subprocess

import numpy


def save(folder, name, values):
    """Writes an array of float32 for the program; its path."""
    path = folder / name
    numpy.ascontiguousarray(values, dtype=numpy.float32).tofile(path)
    return str(path)


class Program:
    """Use it in a `with`; the program ends with the block."""

    def __init__(self, program, job):
        self.samples_file = job.folder / "samples"
        description = job.folder / "job.json"
        description.write_text(json.dumps({**job.description, "samples_file": str(self.samples_file)}))
        self.process = subprocess.Popen([program, str(description)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def samples(self):
        """Of the one run with the job's noise."""
        self.line()
        return numpy.fromfile(self.samples_file, dtype=numpy.float32)

    def seconds(self):
        """Of one more run; nobody else works meanwhile."""
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        return float(self.line())

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the program ended with status {self.process.wait()}")
        return line
