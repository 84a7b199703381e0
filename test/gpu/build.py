"""Makes the folder that test/gpu/run takes to a machine with a GPU: kernels for its pattern,
head_dim and type, one program with all of them, and rows.json, which says what to run.

Nothing in it needs a library of Gaze's, of LLVM's or of Halide's.
"""
import argparse
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(ROOT, "test", "bench"))
from masks import PATTERNS  # noqa: E402: beside the benchmark of CPUs

LIBRARIES = ("gpu_driver", "cli", "reference", "dsl", "gpu", "runtime")
BENCHED = ("causal", "window", "longformer", "bigbird")
QUICK = ("causal", "documents")
# Timed beside the default at one length, by head_dim: what a GPU may like better.
SCHEDULES = {
    64: ({"rows": 8}, {"tile_q": 96, "tile_k": 16, "keys": 2, "rows": 8}, {"tile_q": 32}),
    128: (
        {"rows": 4},
        {"tile_q": 32, "tile_k": 16, "keys": 1, "rows": 8},
        {"tile_q": 32, "tile_k": 16},
    ),
    16: ({"rows": 2},),
}
TRIED_SCHEDULES, TRIED_SEQ = ("causal", "window"), 8192
LIMIT = 60e6
MADE = "rows.json"  # what a folder of this script has


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build", help="where Gaze is built [build]")
    parser.add_argument("--out", default="build/gpu", help="the folder [build/gpu]")
    parser.add_argument("--target", choices=("cuda", "opencl"), default="cuda")
    parser.add_argument("--quick", action="store_true", help="tiny shapes, two patterns")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def try_line(path):
    """The flags of a pattern's own example, which names its inputs; one of each is copied."""
    words = []
    with open(path) as file:
        for line in file:
            if found := re.match(r"//( try:|     ) (--.*)", line):
                words += shlex.split(found[2])
    return words


def portable(words, out):
    """The same flags with their input files beside the program."""
    result = []
    for word in words:
        name, equals, file = word.partition("=")
        if file.endswith(".npy"):
            shutil.copy(os.path.join(ROOT, file), os.path.join(out, os.path.basename(file)))
            word = f"{name}={os.path.basename(file)}"
        result.append(word)
    return result


def kept_pairs(pattern, seq):
    """Of one head, counted by the function of positions and not by Gaze."""
    mask = pattern.flex(pattern.tensor(seq) if pattern.tensor else None)
    k, rows = numpy.arange(seq)[None], min(seq, 256)  # divides seq
    return sum(
        int(numpy.count_nonzero(mask(0, 0, numpy.arange(first, first + rows)[:, None], k)))
        for first in range(0, seq, rows)
    )


class Folder:
    def __init__(self, options):
        self.options, self.out = options, options.out
        self.kernels = {}  # name: (pattern file, head_dim, dtype, schedule)
        self.rows = []
        self.kept = {}  # (pattern, seq): pairs of a head

    def kernel(self, file, head_dim, dtype, schedule=None):
        name = f"{os.path.basename(file)[:-5]}_{dtype}_{head_dim}"
        row = {"file": file, "head_dim": head_dim, "dtype": dtype}
        for knob, value in (schedule or {}).items():
            name += f"_{knob}_{value}"
            row["schedule"] = ", ".join(f"{knob} {value}" for knob, value in schedule.items())
        self.kernels[name] = (file, head_dim, dtype, schedule)
        return {"kernel": name, **row}

    def add_verified(self):
        for dtype in ("f32",) if self.options.quick else ("f32", "f16"):
            for path in sorted(glob.glob(os.path.join(ROOT, "patterns", "*.gaze"))):
                name = os.path.basename(path)[:-5]
                flags = try_line(path)
                if not flags or (self.options.quick and name not in QUICK):
                    continue  # std.gaze has no pattern
                row = self.kernel(f"patterns/{name}.gaze", 16 if self.options.quick else 64, dtype)
                flags = portable(flags, self.out)
                self.rows.append({"do": "verify", "pattern": name, **row, "flags": flags})

    def add_benched(self):
        quick = self.options.quick
        seqs, heads = ((128,), 2) if quick else ((32768, 8192), 16)
        for seq in seqs:
            for head_dim in (16,) if quick else (64, 128):
                for dtype in ("f32",) if quick else ("f32", "f16"):
                    for name in BENCHED[:1] if quick else BENCHED:
                        row = self.kernel(PATTERNS[name].file, head_dim, dtype)
                        self.rows.append({**self.bench(name, seq, heads), **row})

    def add_schedules(self):
        quick = self.options.quick
        seq, heads = (128, 2) if quick else (TRIED_SEQ, 16)
        for head_dim in (16,) if quick else (64, 128):
            for schedule in SCHEDULES[head_dim]:
                for name in TRIED_SCHEDULES[:1] if quick else TRIED_SCHEDULES:
                    row = self.kernel(PATTERNS[name].file, head_dim, "f32", schedule)
                    self.rows.append({**self.bench(name, seq, heads), **row})

    def bench(self, name, seq, heads):
        if (name, seq) not in self.kept:
            self.kept[name, seq] = kept_pairs(PATTERNS[name], seq)
        flags = ["--seq", str(seq), "--heads", str(heads), *self.values(name, seq)]
        row = {"do": "bench", "pattern": name, "flags": flags, "seq": seq, "heads": heads}
        return {**row, "kept_pairs": heads * self.kept[name, seq]}

    def values(self, name, seq):
        pattern = PATTERNS[name]
        words = [w for key, value in pattern.settings.items() for w in ("--set", f"{key}={value}")]
        if pattern.tensor:
            file = f"{pattern.input}_{seq}.npy"
            numpy.save(os.path.join(self.out, file), pattern.tensor(seq))
            words += ["--input", f"{pattern.input}={file}"]
        return words

    def compile(self, name):
        file, head_dim, dtype, schedule = self.kernels[name]
        command = [os.path.join(self.options.build, "bin", "gaze"), "compile"]
        command += [os.path.join(ROOT, file), "-o", os.path.join(self.out, "kernels")]
        command += ["--name", name, "--head-dim", str(head_dim), "--dtype", dtype]
        if schedule:
            path = os.path.join(self.out, "kernels", f"{name}.json")
            with open(path, "w") as out:
                json.dump(schedule, out)
            command += ["--schedule", path]
        subprocess.run(command + ["--target", self.options.target, "--quiet"], check=True)

    def link(self):
        names = sorted(self.kernels)
        table = os.path.join(self.out, "kernels", "kernels.cpp")
        with open(table, "w") as file:
            print('#include "test/gpu/Kernels.h"', file=file)
            for name in names:
                print(f'extern "C" {{ extern const gaze_kernel {name}; }}', file=file)
            print("const NamedKernel kernels[] = {", file=file)
            for name in names:
                print(f'    {{"{name}", &{name}}},', file=file)
            print("    {nullptr, nullptr}};", file=file)
        libraries = [os.path.join(self.options.build, f"lib/libgaze_{l}.a") for l in LIBRARIES]
        objects = [os.path.join(self.out, "kernels", f"{name}.o") for name in names]
        command = [os.environ.get("CXX", "g++"), "-std=c++17", f"-I{ROOT}"]
        command += [f"-I{ROOT}/runtime/include", table, *objects, *libraries]
        command += ["-static-libstdc++", "-static-libgcc", "-ldl", "-lpthread", "-s"]
        subprocess.run(command + ["-o", os.path.join(self.out, "gaze-gpu")], check=True)
        shutil.rmtree(os.path.join(self.out, "kernels"))

    def copy_sources(self):
        """What `run` reads, where the program looks for imports as well."""
        files = {row["file"] for row in self.rows} | {"patterns/std.gaze", "test/bench/masks.py"}
        for file in files | {"test/gpu/run", "test/gpu/torch_bench.py"}:
            kept = file if file.endswith(".gaze") else os.path.basename(file)
            os.makedirs(os.path.dirname(os.path.join(self.out, kept)), exist_ok=True)
            shutil.copy(os.path.join(ROOT, file), os.path.join(self.out, kept))

    def size(self):
        return sum(
            os.path.getsize(os.path.join(folder, file))
            for folder, _, files in os.walk(self.out)
            for file in files
        )


def main():
    options = parse()
    found = os.listdir(options.out) if os.path.exists(options.out) else []
    if found and MADE not in found:
        sys.exit(f"test/gpu/build: '{options.out}' is there, and is no folder of this script's")
    shutil.rmtree(options.out, ignore_errors=True)
    os.makedirs(os.path.join(options.out, "kernels"))
    open(os.path.join(options.out, MADE), "w").close()  # so that it is known if this fails
    folder = Folder(options)
    folder.add_verified()
    folder.add_benched()
    folder.add_schedules()
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(folder.compile, folder.kernels))
    folder.link()
    folder.copy_sources()
    with open(os.path.join(options.out, MADE), "w") as file:
        json.dump({"target": options.target, "quick": options.quick, "rows": folder.rows}, file)
    print(f"{options.out}: {len(folder.kernels)} kernels, {folder.size() / 1e6:.1f} MB")
    if folder.size() > LIMIT:
        sys.exit(f"more than {LIMIT / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
