"""Measures Gaze beside PyTorch and beside the limits of the machine; see --help.

Every time is the least of several runs, and Gaze and PyTorch take turns: other
programs only ever add time, and what they add for a while then falls on both. A
section returns its rows as dictionaries; tables and --json are made of the same rows.
"""
import argparse
import json
import math
import os
import shutil
import sys
import tempfile

import numpy

import report
from masks import PATTERNS
from measure import ROOT, Gaze, PyTorch, Skipped, busy_share, processor, progress

DTYPES = ("f32", "bf16")
# Of outputs that are about 1 in size: FlexAttention rounds its weights to bf16 as well.
TOLERANCE = {"f32": 1e-4, "bf16": 0.05}


class Session:
    """What all sections share."""

    def __init__(self, options, gaze, torch):
        self.options, self.gaze, self.torch = options, gaze, torch
        self.quick = options.quick
        self.dtypes = options.dtype or DTYPES
        self.mistakes = []

    def each_dtype(self, section):
        """The rows of section(dtype) for every type that the kernels know."""
        rows = []
        for dtype in self.dtypes:
            try:
                rows += section(dtype)
            except Skipped as reason:
                progress(f"no rows for {dtype}: {reason}")
        return rows

    def turns(self, seq):
        """How many rounds, and how many runs in each."""
        if self.options.repetitions:
            return self.options.repetitions, 1
        if self.quick:
            return 1, 2
        return (2, 1) if seq > 8192 else (3, 3)

    def least(self, pattern, dtype, shape, seq, *flags, cache=None):
        """The figures of `gaze bench` from several processes: the best of each."""
        rounds, repetitions = self.turns(seq)
        cache = cache or self.gaze.new_cache()
        runs = [
            self.gaze.bench(pattern, dtype, shape, repetitions, cache, *flags)
            for _ in range(rounds)
        ]
        return best(runs)


def best(runs):
    """Of several answers of `gaze bench`; `compile_ms` is the first one's, which is cold."""
    least = {key: min(run[key] for run in runs) for key in ("ms_least", "plan_ms", "peak_memory")}
    most = {key: max(run[key] for run in runs) for key in ("peak_gflops", "read_gb_per_s") if key in runs[0]}
    return {**runs[0], **least, **most, "cached_ms": min(run["compile_ms"] for run in runs)}


def gflops(kept_pairs, head_dim, ms):
    return 4 * head_dim * kept_pairs / ms * 1e-6


# -- Seven patterns -------------------------------------------------------------------


def compare_outputs(session, name, dtype, seq):
    """Runs both on the same tensors; returns the largest difference."""
    options, scratch = session.options, session.gaze.scratch
    files = [os.path.join(scratch, tensor + ".npy") for tensor in "qkv"]
    generator = numpy.random.default_rng(2)
    for file in files:
        shape = (1, options.heads, seq, options.head_dim)
        numpy.save(file, generator.standard_normal(shape, dtype=numpy.float32))
    out = os.path.join(scratch, "out.npy")
    session.gaze.run(session.gaze.pattern(name, seq), dtype, files, out, session.gaze.new_cache())
    answer = session.torch.ask("compare", dtype=dtype, out=out, **dict(zip("qkv", files)))
    difference = answer["difference"] if answer else None
    if answer and not difference <= TOLERANCE[dtype]:
        session.mistakes.append(f"{name} {dtype}: outputs differ by {difference}")
    return difference


def pattern_row(session, name, dtype, seq):
    """Gaze, FlexAttention, and for causal SDPA, in turns."""
    options, torch = session.options, session.torch
    sizes = {"heads": options.heads, "head_dim": options.head_dim}
    cache, tiny = session.gaze.new_cache(), 128  # tokens: one kernel serves all lengths
    cold = session.gaze.bench(
        session.gaze.pattern(name, tiny), dtype, {"seq": tiny, **sizes}, 1, cache
    )
    torch.ask("shape", dtype=dtype, kv_heads=options.heads, seq_q=seq, seq_k=seq, **sizes)
    pattern = session.gaze.pattern(name, seq)
    rounds, repetitions = session.turns(seq)
    flex = torch.ask("flex", pattern=name, seq=seq)
    dense = torch.ask("dense", causal=True) if name == "causal" else None
    ours, theirs, sdpa = [], [], []
    for _ in range(rounds):
        ours.append(
            session.gaze.bench(pattern, dtype, {"seq": seq, **sizes}, repetitions, cache)
        )
        if flex:
            theirs.append(torch.ask("time", kernel="flex", repetitions=repetitions)["ms"])
        if dense is not None:
            sdpa.append(torch.ask("time", kernel="dense", repetitions=repetitions)["ms"])
    gaze = best(ours)
    if flex and flex["kept_pairs"] * options.heads != gaze["kept_pairs"]:
        session.mistakes.append(
            f"{name}, {seq}: Gaze keeps {gaze['kept_pairs'] // options.heads} pairs, "
            f"FlexAttention {flex['kept_pairs']}"
        )
    return {
        "pattern": name,
        "dtype": dtype,
        "seq": seq,
        "kept_pairs": gaze["kept_pairs"],
        "gaze_ms": gaze["ms_least"],
        "flex_ms": min(theirs, default=None),
        "sdpa_ms": min(sdpa, default=None),
        "gflops": gflops(gaze["kept_pairs"], options.head_dim, gaze["ms_least"]),
        "peak_gflops": gaze["peak_gflops"],
        "plan_ms": gaze["plan_ms"],
        "compile_ms": cold["compile_ms"],
        "flex_plan_ms": flex and flex["plan_ms"],
    }


def patterns(session):
    seqs = session.options.seq or ([1024] if session.quick else [2048, 8192, 32768])

    def rows(dtype):
        for seq in seqs:
            for name in session.options.pattern or PATTERNS:
                progress(f"patterns: {name} {dtype} {seq}")
                row = pattern_row(session, name, dtype, seq)
                if seq == seqs[0] and row["flex_ms"]:
                    row["difference"] = compare_outputs(session, name, dtype, seq)
                yield row

    return session.each_dtype(lambda dtype: list(rows(dtype)))


# -- Decoding -------------------------------------------------------------------------


def decode(session):
    """A few queries behind a long cache: K and V are read once."""
    seq = 4096 if session.quick else 32768
    heads, kv_heads, head_dim = 32, 8, 128

    def row(dtype, queries):
        progress(f"decode: {queries} queries {dtype}")
        shape = {"heads": heads, "kv_heads": kv_heads, "head_dim": head_dim}
        shape.update(seq_q=queries, seq_k=seq)
        session.torch.ask("shape", dtype=dtype, **shape)
        sdpa = session.torch.ask("dense", causal=False)
        ours, theirs = [], []
        for _ in range(1 if session.quick else 3):
            pattern, cache = session.gaze.pattern("causal", seq), session.gaze.new_cache()
            ours.append(session.gaze.bench(pattern, dtype, shape, 5, cache, "--bandwidth"))
            if sdpa is not None:
                theirs.append(session.torch.ask("time", kernel="dense", repetitions=5)["ms"])
        gaze = best(ours)
        size = 2 * kv_heads * seq * head_dim * (4 if dtype == "f32" else 2)
        return {
            "dtype": dtype,
            "queries": queries,
            "gaze_ms": gaze["ms_least"],
            "gb_per_s": size / gaze["ms_least"] * 1e-6,
            "read_gb_per_s": gaze["read_gb_per_s"],
            "sdpa_ms": min(theirs, default=None),
        }

    return session.each_dtype(lambda dtype: [row(dtype, queries) for queries in (1, 4, 16)])


# -- A window over long sequences -----------------------------------------------------


def scaling(session):
    """One head of 64 channels; memory is what the process takes beyond a tiny problem's."""
    powers = range(12, 15) if session.quick else range(13, 21)
    pattern = ["patterns/window.gaze", "--set", "window=512"]

    def rows(dtype):
        cache = session.gaze.new_cache()

        def figures(seq):
            progress(f"scaling: {seq} {dtype}")
            shape = {"heads": 1, "head_dim": 64, "seq": seq}
            return session.least(pattern, dtype, shape, 0, cache=cache)

        compiler = figures(512)["peak_memory"]
        for power in powers:
            gaze = figures(2**power)
            yield {
                "dtype": dtype,
                "seq": 2**power,
                "gaze_ms": gaze["ms_least"],
                "ns_per_token": gaze["ms_least"] * 1e6 / 2**power,
                "memory_bytes": gaze["peak_memory"] - compiler,
                "tensor_bytes": gaze["bytes"],
                "compiler_bytes": compiler,
            }

    return session.each_dtype(lambda dtype: list(rows(dtype)))


# -- Short sequences ------------------------------------------------------------------


def short(session):
    """Causal attention of 512 tokens against the rate of 8,192."""
    long_seq, seq = (2048 if session.quick else 8192), 512

    def row(dtype):
        progress(f"short: {dtype}")
        pattern, cache = session.gaze.pattern("causal", seq), session.gaze.new_cache()
        sizes = {"heads": session.options.heads, "head_dim": session.options.head_dim}
        runs = {seq: [], long_seq: []}
        for _ in range(1 if session.quick else 3):
            for length, answers in runs.items():
                shape = {"seq": length, **sizes}
                repetitions = 20 if length == seq else 2
                answers.append(session.gaze.bench(pattern, dtype, shape, repetitions, cache))
        few, many = best(runs[seq]), best(runs[long_seq])
        predicted = many["ms_least"] * few["kept_pairs"] / many["kept_pairs"]
        return {
            "dtype": dtype,
            "seq": seq,
            "gaze_ms": few["ms_least"],
            "long_seq": long_seq,
            "long_ms": many["ms_least"],
            "predicted_ms": predicted,
            "ratio": few["ms_least"] / predicted,
        }

    return session.each_dtype(lambda dtype: [row(dtype)])


# -- Before the first run -------------------------------------------------------------


def plans(session):
    """Longformer's plan, one head; a plan serves all heads that share a mask."""
    seqs = [8192, 65536] if session.quick else [8192, 65536, 1 << 20]
    pattern, cache = session.gaze.pattern("longformer", 0), session.gaze.new_cache()

    def row(seq):
        progress(f"plans: {seq}")
        shape = {"heads": 1, "head_dim": session.options.head_dim, "seq": seq}
        return {"seq": seq, "plan_ms": session.least(pattern, "f32", shape, seq, cache=cache)["plan_ms"]}

    return [row(seq) for seq in seqs]


def compile_times(session):
    """To machine code the first time, and from the cache of compiled kernels."""

    def row(name, dtype):
        progress(f"compile: {name} {dtype}")
        seq = 512
        shape = {"heads": 1, "head_dim": session.options.head_dim, "seq": seq}
        pattern, cache = session.gaze.pattern(name, seq), session.gaze.new_cache()
        cold, *warm = (session.gaze.bench(pattern, dtype, shape, 1, cache) for _ in range(3))
        cached = min(run["compile_ms"] for run in warm)
        return {"pattern": name, "dtype": dtype, "cold_ms": cold["compile_ms"], "cached_ms": cached}

    names = session.options.pattern or PATTERNS
    return session.each_dtype(lambda dtype: [row(name, dtype) for name in names])


SECTIONS = {
    "patterns": patterns,
    "decode": decode,
    "scaling": scaling,
    "short": short,
    "plans": plans,
    "compile": compile_times,
}


def parse_options():
    parser = argparse.ArgumentParser(prog="test/bench/run", description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=SECTIONS, help="a section; may be repeated")
    parser.add_argument("--pattern", action="append", choices=PATTERNS, help="a pattern; may be repeated")
    parser.add_argument("--dtype", action="append", choices=DTYPES, help="a type; may be repeated")
    parser.add_argument("--seq", action="append", type=int, metavar="N", help="a length for the patterns, a multiple of 128; may be repeated")
    parser.add_argument("--heads", type=int, default=8, help="[8]")
    parser.add_argument("--head-dim", type=int, default=64, help="[64]")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="[all cores]")
    parser.add_argument("--repetitions", type=int, metavar="N", help="rounds; by default three runs in each of three, fewer where they are long")
    parser.add_argument("--quick", action="store_true", help="short sequences, few runs")
    parser.add_argument("--json", metavar="FILE", help="all rows, in full precision")
    parser.add_argument("--gaze", default=os.path.join(ROOT, "build/bin/gaze"), help="the command to measure [build/bin/gaze]")
    parser.add_argument("--torch", default=os.path.join(ROOT, "build/torch/bin/python"), metavar="PYTHON", help="a Python with PyTorch [build/torch/bin/python]")
    return parser.parse_args()


def main():
    options = parse_options()
    busy = busy_share()
    scratch = tempfile.mkdtemp(prefix="gaze-bench-")
    try:
        gaze = Gaze(options.gaze, options.threads, scratch)
        torch = PyTorch(options.torch, options.threads)
        session = Session(options, gaze, torch)
        machine = {"processor": processor(), "threads": options.threads, "busy": busy, "torch": torch.about}
        print(report.heading(machine), flush=True)
        rows = {}
        for name in options.only or SECTIONS:
            rows[name] = SECTIONS[name](session)
            print(report.section(name, rows[name], options), flush=True)
        if options.json:
            with open(options.json, "w") as file:
                json.dump({"machine": machine, "options": vars(options), **rows}, file, indent=1)
    finally:
        shutil.rmtree(scratch)
    if session.mistakes:
        sys.exit("\n".join(session.mistakes))


main()
