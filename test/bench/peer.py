"""PyTorch's side of the comparison, in a process of its own.

Reads a request a line, JSON {"do": NAME, ...}, and answers with a line of JSON, an
object with "error" where it went wrong. It stays alive from row to row, so that runs
of Gaze and of PyTorch can take turns.
"""
import json
import sys
import time

import numpy
import torch
from torch.nn.attention.flex_attention import BlockMask, create_block_mask, flex_attention

from masks import PATTERNS

STRIP = 128  # FlexAttention's block of queries and of keys
LARGEST_MASK = 8192  # create_block_mask makes all pairs at once: 17 GB at 32,768
DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


def count_strip(mask, first, seq):
    """Kept pairs of 128 queries from `first`, by block of keys."""
    q = torch.arange(first, first + STRIP, dtype=torch.int32)[:, None]
    k = torch.arange(seq, dtype=torch.int32)[None]
    return mask(0, 0, q, k).expand(STRIP, seq).reshape(STRIP, -1, STRIP).sum((0, 2))


def listed(blocks):
    """A 0-1 matrix of blocks as FlexAttention takes it: how many a row, and which."""
    order = torch.argsort(blocks, dim=-1, descending=True, stable=True)
    return [blocks.sum(-1).to(torch.int32)[None, None], order.to(torch.int32)[None, None]]


class Flex:
    """FlexAttention with one pattern; its plan is the block mask."""

    def __init__(self, name, seq):
        pattern = PATTERNS[name]
        tensor = torch.from_numpy(pattern.tensor(seq)) if pattern.tensor else None
        mask = pattern.flex(tensor)
        counts = torch.stack([count_strip(mask, first, seq) for first in range(0, seq, STRIP)])
        self.kept_pairs = int(counts.sum())
        begin = time.perf_counter()
        if seq <= LARGEST_MASK:
            self.blocks = create_block_mask(mask, None, None, seq, seq, device="cpu")
        else:
            full = counts == STRIP * STRIP
            partial = (counts > 0) & ~full
            self.blocks = BlockMask.from_kv_blocks(
                *listed(partial.int()), *listed(full.int()), BLOCK_SIZE=STRIP, mask_mod=mask
            )
        self.plan_ms = 1000 * (time.perf_counter() - begin)
        torch._dynamo.reset()
        self.attention = torch.compile(flex_attention)

    def run(self, q, k, v):
        return self.attention(q, k, v, block_mask=self.blocks)


class Dense:
    """scaled_dot_product_attention, causal or over all keys."""

    def __init__(self, causal):
        self.causal = causal

    def run(self, q, k, v):
        return torch.nn.functional.scaled_dot_product_attention(
            q, k, v, is_causal=self.causal, enable_gqa=q.shape[1] != k.shape[1]
        )


class Peer:
    def __init__(self):
        self.tensors, self.kernels = (), {}

    def threads(self, count):
        torch.set_num_threads(count)
        return {"torch": torch.__version__, "isa": torch.backends.cpu.get_cpu_capability()}

    def shape(self, dtype, heads, kv_heads, seq_q, seq_k, head_dim):
        sizes = [(heads, seq_q), (kv_heads, seq_k), (kv_heads, seq_k)]
        self.tensors = [torch.randn(1, *s, head_dim).to(DTYPES[dtype]) for s in sizes]
        return {"ready": True}

    def flex(self, pattern, seq):
        kernel = Flex(pattern, seq)
        self.kernels["flex"] = kernel
        kernel.run(*self.tensors)
        return {"plan_ms": kernel.plan_ms, "kept_pairs": kernel.kept_pairs}

    def dense(self, causal):
        self.kernels["dense"] = Dense(causal)
        self.kernels["dense"].run(*self.tensors)
        return {"ready": True}

    def time(self, kernel, repetitions):
        """The least of so many runs."""
        times = []
        for _ in range(repetitions):
            begin = time.perf_counter()
            self.kernels[kernel].run(*self.tensors)
            times.append(time.perf_counter() - begin)
        return {"ms": 1000 * min(times)}

    def compare(self, dtype, q, k, v, out):
        """The largest difference between FlexAttention and Gaze's output, from files."""
        inputs = [torch.from_numpy(numpy.load(path)).to(DTYPES[dtype]) for path in (q, k, v)]
        ours = torch.from_numpy(numpy.load(out)).float()
        return {"difference": float((self.kernels["flex"].run(*inputs).float() - ours).abs().max())}


def main():
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever PyTorch prints is no answer
    torch.manual_seed(0)
    peer = Peer()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            with torch.no_grad():
                answer = getattr(peer, request.pop("do"))(**request)
        except Exception as error:  # a row without PyTorch's figure, with the reason
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), file=answers, flush=True)


main()
