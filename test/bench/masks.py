"""The seven patterns of the comparison, and what they read.

Each is said twice: as a pattern file with its values, for Gaze, and as a function of
positions, for FlexAttention. That both keep the same pairs is checked in every run.
"""
import dataclasses
from typing import Callable

import numpy

BLOCK = 64  # tokens of a block of BigBird
DOCUMENT = 700  # tokens of a packed document


def random_blocks(seq):
    """[seq / 64, seq / 64]: three blocks a row in the mean."""
    count = seq // BLOCK
    return numpy.random.default_rng(1).random((count, count)) < 3 / count


def documents(seq):
    """[1, seq]: which document a token is in."""
    return (numpy.arange(seq) // DOCUMENT).astype(numpy.int32)[None]


@dataclasses.dataclass
class Pattern:
    file: str
    settings: dict
    flex: Callable  # from the input to FlexAttention's mask of (batch, head, q, k)
    input: str = ""
    tensor: Callable = None  # from seq to the input's elements


PATTERNS = {
    "causal": Pattern("patterns/causal.gaze", {}, lambda _: lambda b, h, q, k: k <= q),
    "window": Pattern(
        "patterns/window.gaze",
        {"window": 1024},
        lambda _: lambda b, h, q, k: (k <= q) & (q - k < 1024),
    ),
    "longformer": Pattern(
        "patterns/longformer.gaze",
        {"window": 512, "globals": 64},
        lambda _: lambda b, h, q, k: (abs(q - k) <= 256) | (k < 64) | (q < 64),
    ),
    "bigbird": Pattern(
        "test/bench/Inputs/bigbird_blocks.gaze",
        {"block": BLOCK},
        lambda random: lambda b, h, q, k: (
            (abs(q // 64 - k // 64) <= 1) | (k < 128) | (q < 128) | random[q // 64, k // 64]
        ),
        "random",
        random_blocks,
    ),
    "streaming": Pattern(
        "patterns/sinks.gaze",
        {"sinks": 4, "window": 2048},
        lambda _: lambda b, h, q, k: (k <= q) & ((q - k < 2048) | (k < 4)),
    ),
    "documents": Pattern(
        "patterns/documents.gaze",
        {},
        lambda doc: lambda b, h, q, k: (k <= q) & (doc[0, q] == doc[0, k]),
        "doc",
        documents,
    ),
    "strided": Pattern(
        "patterns/strided.gaze",
        {"stride": 128},
        lambda _: lambda b, h, q, k: (k <= q) & ((q - k < 128) | ((q - k) % 128 == 0)),
    ),
}
