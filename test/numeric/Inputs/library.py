"""library.py GAZE PATTERNS SCRATCH [OPTION...]: every pattern of the library is held to its paper.

A function here for each pattern says again, in NumPy and from the paper's definition, which
pairs it keeps; none is taken from the pattern's text. `gaze run` computes the pattern at
lengths that no tile divides, with values that are not its defaults, and output and
log-sum-exp are compared with softmax in float64. A pattern without a function here fails.
"""
import math
import os
import subprocess
import sys
import types

import numpy

gaze, patterns, scratch, *options = sys.argv[1:]
rng = numpy.random.default_rng(20)
BATCH, HEADS, KV_HEADS, HEAD_DIM = 2, 6, 3, 16

cases = []


def case(seq_q=123, seq_k=157, q_start=None, inputs=lambda: {}, **values):
    """The function below is given `at`: arrays q, k, head, batch that broadcast to [batch,
    heads, seq_q, seq_k], the values, the inputs, and the scores. It returns the pairs that
    are kept, or those and the scores."""
    start = seq_k - seq_q if q_start is None else q_start

    def add(function):
        cases.append((function, seq_q, seq_k, start, inputs, values))
        return function

    return add


# Windows.


@case()
def causal(at):
    return at.k <= at.q


@case(window=20)
def window(at):
    return (at.k > at.q - at.window) & (at.k <= at.q)


@case(sinks=3, window=17)
def sinks(at):
    return (at.k <= at.q) & ((at.k < at.sinks) | (at.k > at.q - at.window))


@case(sinks=21, window=40)
def a_shape(at):
    return (at.k <= at.q) & ((at.k < at.sinks) | (at.k > at.q - at.window))


@case(window=20, globals=3)
def longformer(at):
    half = at.window // 2
    near = (at.k >= at.q - half) & (at.k <= at.q + half)
    return near | (at.k < at.globals) | (at.q < at.globals)


@case(window=11, dilation=3, dilated_heads=2, globals=40)
def longformer_dilated(at):
    kept = (at.k < at.globals) | (at.q < at.globals) | (at.head < 0)
    for neighbour in range(-(at.window // 2), at.window // 2 + 1):
        kept = kept | ((at.head < at.dilated_heads) & (at.k == at.q + neighbour * at.dilation))
        kept = kept | ((at.head >= at.dilated_heads) & (at.k == at.q + neighbour))
    return kept


@case(near=5)
def logsparse(at):
    kept = (at.k <= at.q) & (at.q - at.k < at.near)
    for exponent in range(20):
        kept = kept | (at.k == at.q - 2**exponent)
    return kept


@case(dense=0.4, sinks=5, window=16)
def hybrid(at):
    dense = numpy.array([True, True, True, False, False, False])  # heads 0, 1, 2 of 6: below 2.4
    streaming = (at.k < at.sinks) | (at.k > at.q - at.window)
    return (at.k <= at.q) & (dense[at.head] | streaming)


@case(window=30, cap=2.0)
def gemma2(at):
    capped = at.cap * numpy.tanh(at.score / at.cap)
    return (at.k <= at.q) & (at.q - at.k < at.window), capped


@case(cap=1.5, sliding=False)
def gemma2(at):
    return at.k <= at.q, at.cap * numpy.tanh(at.score / at.cap)


# Blocks.


@case(block=19)
def block_diagonal(at):
    first = at.q - at.q % at.block
    return (first <= at.k) & (at.k < first + at.block)


@case(stride=13)
def strided(at):
    behind = at.q - at.k
    return (behind >= 0) & ((behind < at.stride) | numpy.isin(behind, range(0, 1000, at.stride)))


@case(stride=13, summary=4)
def fixed(at):
    summaries = [k for k in range(1000) if k % at.stride in range(at.stride)[-at.summary :]]
    own = at.k >= at.q - at.q % at.stride
    return (at.k <= at.q) & (own | numpy.isin(at.k, summaries))


def chance(p, seed, *arguments):
    """The hash of docs/language.md."""
    with numpy.errstate(over="ignore"):

        def mix(z):
            z = z + numpy.uint64(0x9E3779B97F4A7C15)
            z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
            return z ^ (z >> numpy.uint64(31))

        h = mix(numpy.uint64(seed))
        for argument in arguments:
            h = mix(h ^ argument.astype(numpy.uint64))
    return (h >> numpy.uint64(11)) * 2.0**-53 < p


@case(block=9, near=1, globals=2, random=0.2, seed=7)
def bigbird(at):
    q, k = at.q // at.block, at.k // at.block
    neighbours = (q - at.near <= k) & (k <= q + at.near)
    everyone = (q < at.globals) | (k < at.globals)
    return neighbours | everyone | chance(at.random, at.seed, q, k)


@case(prefix=50)
def prefix_lm(at):
    return numpy.where(at.k < at.prefix, True, at.k <= at.q)


@case(prefix=50, answer=23)
def shared_prefix(at):
    # 0 is the prompt, 1, 2, ... are the answers.
    part = numpy.array([0] * at.prefix + [1 + i // at.answer for i in range(200)])
    return (at.k <= at.q) & ((part[at.k] == 0) | (part[at.k] == part[at.q]))


@case(memory=7, window=4)
def memory_tokens(at):
    near = (at.q - at.window < at.k) & (at.k < at.q + at.window)
    return (at.k < at.memory) | (at.q < at.memory) | near


@case(seq_q=30, q_start=0, memory=5, window=0)
def memory_tokens(at):
    return (at.k < at.memory) | (at.q < at.memory)


@case(seq_k=154, block=7)
def block_diffusion(at):
    noisy = [("noisy", i // at.block) for i in range(77)]
    clean = [("clean", i // at.block) for i in range(77)]
    tokens = noisy + clean

    def sees(query, key):
        (text, block), (other, earlier) = query, key
        if other == "noisy":
            return text == "noisy" and block == earlier
        return earlier < block if text == "noisy" else earlier <= block

    whole = numpy.array([[sees(query, key) for key in tokens] for query in tokens])
    return whole[at.q, at.k]


# Grids.


@case(seq_k=154, height=11, width=14, window=5)
def neighbourhood(at):
    """Moves the window of a pixel until it lies inside of the grid."""

    def window(centre, length):
        pixels = list(range(centre - at.window // 2, centre + at.window // 2 + 1))
        while pixels[0] < 0:
            pixels = [x + 1 for x in pixels]
        while pixels[-1] >= length:
            pixels = [x - 1 for x in pixels]
        return pixels

    whole = numpy.zeros((154, 154), bool)
    for y in range(at.height):
        for x in range(at.width):
            for i in window(y, at.height):
                for j in window(x, at.width):
                    whole[y * at.width + x, i * at.width + j] = True
    return whole[at.q, at.k]


@case(seq_k=150, height=15, width=10, window=5, shift=2)
def swin(at):
    """As the paper computes it: the grid is rolled, cut into windows, and a mask keeps apart
    what only the roll brought together."""

    def region(length):
        along = numpy.arange(length)
        return (along >= length - at.window).astype(int) + (along >= length - at.shift)

    shape = at.height, at.width
    token = numpy.roll(numpy.arange(150).reshape(shape), (-at.shift, -at.shift), (0, 1))
    regions = 3 * region(at.height)[:, None] + region(at.width)
    whole = numpy.zeros((150, 150), bool)
    for y in range(0, at.height, at.window):
        for x in range(0, at.width, at.window):
            cut = slice(y, y + at.window), slice(x, x + at.window)
            tokens, parts = token[cut].ravel(), regions[cut].ravel()
            whole[tokens[:, None], tokens] = parts[:, None] == parts
    return whole[at.q, at.k]


@case(seq_k=156, width=13)
def axial(at):
    grid = numpy.arange(156).reshape(12, 13)
    return numpy.any([numpy.isin(at.q, line) & numpy.isin(at.k, line) for line in grid], 0)


@case(seq_k=156, width=13, columns=True)
def axial(at):
    grid = numpy.arange(156).reshape(12, 13)
    return numpy.any([numpy.isin(at.q, line) & numpy.isin(at.k, line) for line in grid.T], 0)


@case(seq_k=180, tile=3, frames=3, high=4, wide=5, window_frames=1)
def sliding_tile(at):
    """Tiles are triples; a window is around the centre that fits and is the nearest."""
    size = at.frames, at.high, at.wide
    half = 0, 1, 1
    tiles = list(numpy.ndindex(size))

    def sees(query, key):
        for q, k, length, reach in zip(query, key, size, half):
            centres = range(reach, length - reach)
            centre = min(centres, key=lambda c: abs(c - q))
            if abs(k - centre) > reach:
                return False
        return True

    whole = numpy.array([[sees(query, key) for key in tiles] for query in tiles])
    return whole[at.q // at.tile, at.k // at.tile]


# Scores.


@case()
def alibi(at):
    # For 6 heads: the slopes for 4 heads, then the first and third for 8 heads.
    slopes = numpy.array([2.0**-2, 2.0**-4, 2.0**-6, 2.0**-8, 2.0**-1, 2.0**-3])
    return at.k <= at.q, at.score - slopes[at.head] * (at.q - at.k)


def t5_buckets(distance, buckets, max_distance):
    """The bucket of every distance >= 0: one each for the first half of the buckets, and
    the others at equal ratios up to max_distance."""
    exact = buckets // 2
    steps = numpy.arange(1, buckets - exact) / (buckets - exact)
    borders = exact * (max_distance / exact) ** steps * (1 - 1e-12)
    far = exact + numpy.searchsorted(borders, distance, side="right")
    return numpy.where(distance < exact, distance, far)


def t5_inputs(buckets):
    return lambda: {"bias": rng.normal(size=(HEADS, buckets)).astype(numpy.float32)}


@case(inputs=t5_inputs(24), buckets=24, max_distance=90)
def t5_bias(at):
    bucket = t5_buckets(abs(at.q - at.k), 12, at.max_distance) + 12 * (at.k > at.q)
    return at.k >= 0, at.product + at.bias[at.head, bucket]


@case(inputs=t5_inputs(32), bidirectional=False)
def t5_bias(at):
    bucket = t5_buckets(numpy.maximum(at.q - at.k, 0), 32, 128)
    return at.k <= at.q, at.product + at.bias[at.head, bucket]


# Selected by content.


def selected(at, visible, count, block, by="mean", share=None):
    """What top_blocks selects, as docs/language.md has it; `visible` are the pairs that are
    kept where everything is selected."""
    share = share or block
    queries = at.q[0, 0, :, 0]
    visible = numpy.broadcast_to(visible, at.score.shape)
    chosen = numpy.zeros(visible.shape, bool)
    starts = range(0, visible.shape[-1], block)
    for group in numpy.unique(queries // share):
        rows = numpy.flatnonzero(queries // share == group)
        g = at.rows_of_q[:, :, rows].mean(2)
        scores = numpy.full((BATCH, HEADS, len(starts)), -numpy.inf)
        for index, start in enumerate(starts):
            keys = at.rows_of_k[:, :, start : start + block]
            channels = {
                "mean": lambda: g * keys.mean(2),
                "first": lambda: g * keys[:, :, 0],
                "minmax": lambda: numpy.maximum(g * keys.min(2), g * keys.max(2)),
            }[by]()
            seen = visible[:, :, rows, start : start + block].all((2, 3))
            scores[..., index] = numpy.where(seen, channels.sum(-1), -numpy.inf)
        best = numpy.argsort(-scores, axis=-1, kind="stable")[..., :count]
        for batch, head in numpy.ndindex(BATCH, HEADS):
            for index in best[batch, head]:
                if scores[batch, head, index] > -numpy.inf:
                    keys = slice(starts[index], starts[index] + block)
                    chosen[batch, head, rows, keys] = True
    return chosen


@case(block=11, count=4)
def moba(at):
    past = at.k <= at.q
    return past & ((at.q // 11 == at.k // 11) | selected(at, past, 3, 11, share=1))


@case(seq_q=1, block=16, count=3)
def moba(at):
    return (at.k >= 144) | selected(at, at.k >= 0, 2, 16)


@case(page=7, budget=30)
def quest(at):
    past = at.k <= at.q
    chosen = selected(at, past, 4, 7, "minmax", share=1)
    return past & ((at.q // 7 == at.k // 7) | chosen)


@case(seq_q=157, block=8, count=7, first=2, latest=3)
def nsa(at):
    past = at.k <= at.q
    fixed = (at.k < 16) | (at.k >= at.q - at.q % 8 - 16)
    return past & (fixed | selected(at, past, 2, 8, share=1))


@case(seq_q=100, q_start=51, block=16, count=2)
def minference_blocks(at):
    past = at.k <= at.q
    return past & ((at.q // 16 == at.k // 16) | selected(at, past, 2, 16))


@case(sinks=5, window=20, block=9, count=3)
def infllm(at):
    past = at.k <= at.q
    return past & ((at.k < 5) | (at.q - at.k < 20) | selected(at, past, 3, 9))


# Tensors at run time.


def documents_inputs():
    lengths = [[30, 1, 70, 56], [100, 57]]
    numbers = [[3, -1, 2**40, 3], [0, 5]]
    return {"doc": numpy.array([numpy.repeat(n, l) for n, l in zip(numbers, lengths)])}


@case(inputs=documents_inputs)
def documents(at):
    return (at.k <= at.q) & (at.doc[at.batch, at.q] == at.doc[at.batch, at.k])


@case(inputs=lambda: {"length": numpy.array([0, 91], numpy.int32)})
def padding(at):
    return numpy.array([[False] * 157, [True] * 91 + [False] * 66])[at.batch, at.k]


def flamingo_inputs():
    starts = numpy.zeros((BATCH, 123), numpy.int64)
    for batch, places in enumerate([[0, 17, 18, 80], [40, 41, 99]]):
        starts[batch, places] = 1
    return {"image": starts.cumsum(1) - 1}


@case(seq_k=36, q_start=0, inputs=flamingo_inputs, latents=9)
def flamingo(at):
    # Batch entry 1 has text before its first image, which sees nothing.
    first = at.image[at.batch, at.q] * at.latents
    return (first >= 0) & (first <= at.k) & (at.k < first + at.latents)


def vertical_slash_inputs():
    return {name: rng.random((BATCH, HEADS, 157)) < 0.1 for name in ("vertical", "slash")}


@case(inputs=vertical_slash_inputs)
def vertical_slash(at):
    kept = numpy.zeros((BATCH, HEADS, 123, 157), bool)
    for batch, head, column in numpy.argwhere(at.vertical):
        kept[batch, head, :, column] = True
    for batch, head, behind in numpy.argwhere(at.slash):
        kept[batch, head] |= at.q[0, 0] - behind == at.k[0, 0]
    return kept & (at.k <= at.q)


def speculative_tree_inputs():
    """A random tree of 37 tokens: a token's parent stands before it; the first has none."""
    ancestor = numpy.eye(37, dtype=bool)
    for token in range(1, 37):
        ancestor[token] |= ancestor[rng.integers(token)]
    return {"ancestor": ancestor}


@case(inputs=speculative_tree_inputs, tree=37)
def speculative_tree(at):
    first = 157 - 37
    whole = numpy.tril(numpy.ones((157, 157), bool))
    whole[first:, first:] = at.ancestor
    return whole[at.q, at.k]


# The comparison.


def softmax(score, kept, v):
    """The output, the weighted mean of |v|, and the log-sum-exp."""
    score = numpy.where(kept, score, -numpy.inf)
    top = score.max(-1, keepdims=True)
    top = numpy.where(numpy.isinf(top), 0, top)
    weight = numpy.exp(score - top)
    total = weight.sum(-1, keepdims=True)
    with numpy.errstate(divide="ignore"):
        lse = (top + numpy.log(total))[..., 0]
    weight = weight / numpy.where(total == 0, 1, total)
    return weight @ v, weight @ abs(v), lse


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def check(function, seq_q, seq_k, q_start, inputs, values):
    name = function.__name__
    inputs = inputs()
    q = rng.normal(size=(BATCH, HEADS, seq_q, HEAD_DIM)).astype(numpy.float32)
    k, v = rng.normal(size=(2, BATCH, KV_HEADS, seq_k, HEAD_DIM)).astype(numpy.float32)
    if name == "t5_bias":
        q /= math.sqrt(HEAD_DIM)  # its scores are not scaled, so its queries are small
    command = [gaze, "run", os.path.join(patterns, name + ".gaze"), f"--q-start={q_start}", *options]
    for tensor, array in {"q": q, "k": k, "v": v, **inputs}.items():
        path = os.path.join(scratch, tensor + ".npy")
        numpy.save(path, array)
        command += ["--input", f"{tensor}={path}"] if tensor in inputs else [f"--{tensor}", path]
    for parameter, value in values.items():
        command += ["--set", f"{parameter}={text(value)}"]
    outputs = [os.path.join(scratch, tensor + ".npy") for tensor in ("out", "lse")]
    subprocess.run([*command, "-o", outputs[0], "--lse", outputs[1]], check=True)
    out, lse = map(numpy.load, outputs)

    at = types.SimpleNamespace(**values, **inputs)
    at.batch, at.head, at.q, at.k = numpy.ogrid[:BATCH, :HEADS, q_start : q_start + seq_q, :seq_k]
    k, v = (numpy.repeat(x.astype(float), HEADS // KV_HEADS, 1) for x in (k, v))
    at.rows_of_q, at.rows_of_k = q.astype(float), k
    at.product = q.astype(float) @ k.swapaxes(2, 3)
    at.score = at.product / math.sqrt(HEAD_DIM)
    said = function(at)
    kept, score = said if isinstance(said, tuple) else (said, at.score)
    kept = numpy.broadcast_to(kept, score.shape)
    expected, magnitude, expected_lse = softmax(score, kept, v)

    assert not kept.all() or name == "t5_bias", f"{name} keeps every pair: nothing is tested"
    worst = (abs(out - expected) / numpy.maximum(1, magnitude)).max()
    assert worst <= 3e-6, f"{name}: the output is off by {worst}"
    finite = numpy.isfinite(expected_lse)
    assert (numpy.isfinite(lse) == finite).all(), f"{name}: other rows are empty"
    lse, expected_lse = lse[finite], expected_lse[finite]
    worst = (abs(lse - expected_lse) / numpy.maximum(1, abs(expected_lse))).max()
    assert worst <= 3e-6, f"{name}: the log-sum-exp is off by {worst}"


os.makedirs(scratch, exist_ok=True)
files = {name[:-5] for name in os.listdir(patterns) if name.endswith(".gaze")} - {"std"}
known = {function.__name__ for function, *_ in cases}
assert files == known, f"only a file: {files - known}; only a test: {known - files}"
for one in cases:
    check(*one)
print(len(files), "patterns")
