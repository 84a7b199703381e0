"""torch_bench.py ROWS SECONDS: PyTorch's side on the GPU, in a process of its own.

ROWS is JSON: a list of rows of rows.json, the most important first. Answers with a line of JSON a
row until the seconds are over: FlexAttention, compiled, with the same mask, and dense SDPA;
"..._error" where one went wrong. Exits with 1 and a line that says why where PyTorch has no GPU.
"""
import json
import sys
import time

DEADLINE = time.monotonic() + float(sys.argv[2])
try:
    import numpy  # noqa: F401: masks.py needs it
    import torch
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention
except ImportError as error:
    sys.exit(f"no PyTorch here: {error}")
if not torch.cuda.is_available():
    sys.exit(f"PyTorch {torch.__version__} has no CUDA device")

from masks import PATTERNS

DTYPES = {"f32": torch.float32, "f16": torch.float16}
REPETITIONS, LONGEST = 10, 2.0


def least(run):
    """Milliseconds; the first run, which compiles, is not among them."""
    run()
    torch.cuda.synchronize()
    first, times = time.perf_counter(), []
    while len(times) < REPETITIONS and (len(times) < 2 or time.perf_counter() - first < LONGEST):
        begin = time.perf_counter()
        run()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - begin)
    return 1e3 * min(times)


def tried(answer, name, measure):
    try:
        answer[name + "_ms"] = measure()
    except Exception as error:  # a row without PyTorch's figure, with the reason
        answer[name + "_error"] = f"{type(error).__name__}: {error}".splitlines()[0]


def flex(row, tensors):
    pattern, seq = PATTERNS[row["pattern"]], row["seq"]
    table = torch.from_numpy(pattern.tensor(seq)).cuda() if pattern.tensor else None
    mask = pattern.flex(table)
    blocks = torch.compile(create_block_mask)(mask, None, None, seq, seq, device="cuda")
    torch._dynamo.reset()
    attention = torch.compile(flex_attention, dynamic=False)
    return least(lambda: attention(*tensors, block_mask=blocks))


def dense(row, tensors):
    causal = row["pattern"] == "causal"
    attention = torch.nn.functional.scaled_dot_product_attention
    return least(lambda: attention(*tensors, is_causal=causal))


def main():
    torch.manual_seed(0)
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever PyTorch prints is no answer
    # float32 is float32, and no TF32 of the tensor cores: what Gaze's kernels compute in.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")
    dense_ms = {}
    for row in json.loads(sys.argv[1]):
        if time.monotonic() > DEADLINE:
            break
        shape = (1, row["heads"], row["seq"], row["head_dim"])
        tensors = [torch.randn(shape, device="cuda", dtype=DTYPES[row["dtype"]]) for _ in range(3)]
        answer = {"kernel": row["kernel"], "seq": row["seq"], "torch": torch.__version__}
        with torch.no_grad():
            tried(answer, "flex", lambda: flex(row, tensors))
            # Dense attention over all keys is the same for all masks.
            key = (shape, row["dtype"], row["pattern"] == "causal")
            if key not in dense_ms:
                dense_ms[key] = {}
                tried(dense_ms[key], "sdpa", lambda: dense(row, tensors))
        print(json.dumps({**answer, **dense_ms[key]}), file=answers, flush=True)


main()
