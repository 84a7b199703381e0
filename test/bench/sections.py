"""The sections of the benchmark. Each returns its rows as dictionaries, of which both
the tables (report.py) and --json are made."""
import os

import numpy

from masks import PATTERNS
from measure import Skipped, progress

ELEMENT_BYTES = {"f32": 4, "bf16": 2, "f16": 2}
DTYPES = tuple(ELEMENT_BYTES)
# Of outputs that are about 1 in size: FlexAttention rounds its weights to the type as well.
TOLERANCE = {"f32": 1e-4, "bf16": 0.05, "f16": 0.01}


class Session:
    """What all sections share."""

    def __init__(self, options, gaze, torch):
        self.options, self.gaze, self.torch = options, gaze, torch
        self.mistakes = []

    def sizes(self, **more):
        return {"heads": self.options.heads, "head_dim": self.options.head_dim, **more}

    def each_dtype(self, section):
        """The rows of section(dtype) for every type that the kernels know."""
        rows = []
        for dtype in self.options.dtype or ("f32", "bf16"):
            try:
                rows += section(dtype)
            except Skipped as reason:
                progress(f"no rows for {dtype}: {reason}")
        return rows

    def turns(self, seq):
        """How many rounds, and how many runs in each."""
        if self.options.repetitions:
            return self.options.repetitions, 1
        if self.options.quick:
            return 1, 2
        return (2, 1) if seq > 8192 else (3, 3)


def take_turns(rounds, *sides):
    """Calls every side once a round; the answers of each side that is not None."""
    answers = [[] for _ in sides]
    for _ in range(rounds):
        for side, collected in zip(sides, answers):
            if side:
                collected.append(side())
    return answers


def best(runs):
    """One answer of `gaze bench` from several: the least times, the highest limits."""
    least = ("ms_least", "plan_ms", "compile_ms", "cached_compile_ms", "peak_memory")
    most = ("peak_gflops", "read_gb_per_s")
    merged = dict(runs[0])
    for keys, choose in ((least, min), (most, max)):
        merged.update({key: choose(run[key] for run in runs) for key in keys if key in merged})
    return merged


def shortest(answers):
    """Of PyTorch's answers; None without any."""
    return min((answer["ms"] for answer in answers), default=None)


# -- Seven patterns -------------------------------------------------------------------


def patterns(session):
    seqs = session.options.seq or ([1024] if session.options.quick else [2048, 8192, 32768])

    def row(name, dtype, seq):
        progress(f"patterns: {name} {dtype} {seq}")
        return pattern_row(session, name, dtype, seq, compared=seq == seqs[0])

    names = session.options.pattern or PATTERNS
    return session.each_dtype(lambda dtype: [row(n, dtype, seq) for seq in seqs for n in names])


def pattern_row(session, name, dtype, seq, compared):
    """Gaze, FlexAttention, and for causal SDPA."""
    gaze, torch, cache = session.gaze, session.torch, session.gaze.new_cache()
    gaze.bench(gaze.pattern(name, 128), dtype, session.sizes(seq=128), 1, cache)  # or is skipped
    heads = session.options.heads
    torch.ask("shape", dtype=dtype, **session.sizes(kv_heads=heads, seq_q=seq, seq_k=seq))
    flex = torch.ask("flex", pattern=name, seq=seq)
    dense = torch.ask("dense", causal=True) if name == "causal" else None
    rounds, repetitions = session.turns(seq)
    pattern, shape = gaze.pattern(name, seq), session.sizes(seq=seq)
    ours, theirs, sdpa = take_turns(
        rounds,
        lambda: gaze.bench(pattern, dtype, shape, repetitions, cache),
        flex and (lambda: torch.ask("time", kernel="flex", repetitions=repetitions)),
        dense and (lambda: torch.ask("time", kernel="dense", repetitions=repetitions)),
    )
    figures = best(ours)
    if flex:
        compare_masks(session, name, seq, figures, flex)
    kept, ms = figures["kept_pairs"], figures["ms_least"]
    return {
        "pattern": name,
        "dtype": dtype,
        "seq": seq,
        "kept_pairs": kept,
        "gaze_ms": ms,
        "flex_ms": shortest(theirs),
        "sdpa_ms": shortest(sdpa),
        "gflops": 4 * session.options.head_dim * kept / ms * 1e-6,
        "peak_gflops": figures["peak_gflops"],
        "plan_ms": figures["plan_ms"],
        "compile_ms": figures["compile_ms"],
        "flex_plan_ms": flex and flex["plan_ms"],
        "difference": compare_outputs(session, name, dtype, seq) if flex and compared else None,
    }


def compare_masks(session, name, seq, ours, flex):
    kept = ours["kept_pairs"] // session.options.heads
    if kept != flex["kept_pairs"]:
        session.mistakes.append(
            f"{name}, {seq}: Gaze keeps {kept} pairs of a head, FlexAttention {flex['kept_pairs']}"
        )


def compare_outputs(session, name, dtype, seq):
    """Runs both on the same tensors; returns the largest difference."""
    gaze = session.gaze
    files = [os.path.join(gaze.scratch, tensor + ".npy") for tensor in "qkv"]
    generator = numpy.random.default_rng(2)
    for file in files:
        shape = (1, session.options.heads, seq, session.options.head_dim)
        numpy.save(file, generator.standard_normal(shape, dtype=numpy.float32))
    out = os.path.join(gaze.scratch, "out.npy")
    gaze.run(gaze.pattern(name, seq), dtype, files, out, gaze.new_cache())
    answer = session.torch.ask("compare", dtype=dtype, out=out, **dict(zip("qkv", files)))
    if not answer:
        return None
    if not answer["difference"] <= TOLERANCE[dtype]:
        session.mistakes.append(f"{name}, {dtype}: outputs differ by {answer['difference']}")
    return answer["difference"]


# -- Decoding -------------------------------------------------------------------------


def decode(session):
    """A few queries behind a long cache: K and V are read once, which is the limit."""
    gaze, torch = session.gaze, session.torch
    shape = {"heads": 32, "kv_heads": 8, "head_dim": 128}
    seq = 4096 if session.options.quick else 32768

    def row(dtype, queries):
        progress(f"decode: {queries} queries {dtype}")
        sizes = {**shape, "seq_q": queries, "seq_k": seq}
        pattern, cache = gaze.pattern("causal", seq), gaze.new_cache()
        torch.ask("shape", dtype=dtype, **sizes)
        dense = torch.ask("dense", causal=False)
        ours, theirs = take_turns(
            1 if session.options.quick else 3,
            lambda: gaze.bench(pattern, dtype, sizes, 5, cache, "--bandwidth"),
            dense and (lambda: torch.ask("time", kernel="dense", repetitions=5)),
        )
        figures = best(ours)
        bytes_read = 2 * shape["kv_heads"] * seq * shape["head_dim"] * ELEMENT_BYTES[dtype]
        return {
            "dtype": dtype,
            "seq": seq,
            "queries": queries,
            "gaze_ms": figures["ms_least"],
            "sdpa_ms": shortest(theirs),
            "gb_per_s": bytes_read / figures["ms_least"] * 1e-6,
            "read_gb_per_s": figures["read_gb_per_s"],
        }

    return session.each_dtype(lambda dtype: [row(dtype, queries) for queries in (1, 4, 16)])


# -- A window over long sequences -----------------------------------------------------


def scaling(session):
    """One head of 64 channels. What a tiny problem takes of memory is the compiler's."""
    pattern = ["patterns/window.gaze", "--set", "window=512"]
    powers = range(12, 15) if session.options.quick else range(13, 21)

    def figures(dtype, seq, cache):
        progress(f"scaling: {seq} {dtype}")
        shape = {"heads": 1, "head_dim": 64, "seq": seq}
        rounds, repetitions = (1, 2) if session.options.quick else (3, 5)
        run = lambda: session.gaze.bench(pattern, dtype, shape, repetitions, cache)
        return best(take_turns(rounds, run)[0])

    def rows(dtype):
        cache = session.gaze.new_cache()
        compiler = figures(dtype, 512, cache)["peak_memory"]
        for seq in (2**power for power in powers):
            measured = figures(dtype, seq, cache)
            yield {
                "dtype": dtype,
                "seq": seq,
                "gaze_ms": measured["ms_least"],
                "ns_per_token": measured["ms_least"] * 1e6 / seq,
                "memory_bytes": measured["peak_memory"] - compiler,
                "tensor_bytes": measured["bytes"],
                "compiler_bytes": compiler,
            }

    return session.each_dtype(lambda dtype: list(rows(dtype)))


# -- Short sequences ------------------------------------------------------------------


def short(session):
    """Causal attention of 512 tokens, and what the rate of 8,192 would make of it."""
    seq, long_seq = 512, 2048 if session.options.quick else 8192

    def row(dtype):
        progress(f"short: {dtype}")
        pattern, cache = session.gaze.pattern("causal", seq), session.gaze.new_cache()
        bench = lambda n, runs: session.gaze.bench(
            pattern, dtype, session.sizes(seq=n), runs, cache
        )
        answers = take_turns(
            1 if session.options.quick else 3, lambda: bench(seq, 30), lambda: bench(long_seq, 2)
        )
        few, many = map(best, answers)
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
    """Longformer's plan; it serves all heads, for its mask is the same in each."""
    cache = session.gaze.new_cache()

    def row(seq):
        progress(f"plans: {seq}")
        pattern = session.gaze.pattern("longformer", seq)
        shape = session.sizes(seq=seq, heads=1)
        runs = take_turns(3, lambda: session.gaze.bench(pattern, "f32", shape, 1, cache))[0]
        return {"seq": seq, "plan_ms": best(runs)["plan_ms"]}

    return [row(seq) for seq in ([8192, 65536] + [1 << 20] * (not session.options.quick))]


def compile_times(session):
    """To machine code, and from the cache that keeps it."""

    def row(name, dtype):
        progress(f"compile: {name} {dtype}")
        pattern, cache = session.gaze.pattern(name, 512), session.gaze.new_cache()
        shape = session.sizes(seq=512, heads=1)
        bench = lambda: session.gaze.bench(pattern, dtype, shape, 1, cache)
        times = best(take_turns(3, bench)[0])
        return {
            "pattern": name,
            "dtype": dtype,
            "compile_ms": times["compile_ms"],
            "cached_ms": times["cached_compile_ms"],
        }

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
