"""shared.py GAZE FILE: the shared memory that a kernel's table tells beside what Halide's
statements ask the driver for."""

import re
import subprocess
import sys
import tempfile

gaze, file = sys.argv[1:]


def emitted(*options):
    command = [gaze, "emit", file, "--stage", "halide", "--target", "cuda", *options]
    text = subprocess.run(command, check=True, capture_output=True).stdout
    return 4 * int(re.search(rb"halide_cuda_run\([^\n]*?\+ \((\d+)\*4\)", text)[1])


def told(*options):
    """What an error says of a schedule that takes too much."""
    command = [gaze, "emit", file, "--stage", "halide", "--target", "cuda", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1, done
    return done.stderr


def shared(head_dim, tile_q, tile_k, columns, rows):
    """compiler/halide/Schedule.cpp says it in C++."""
    channels = -(-head_dim // (4 * columns)) * 4
    state = columns * (tile_q // rows) * rows * (channels + 2)
    keys, values = tile_k * (head_dim + 4), tile_k * columns * channels
    scores = tile_k * tile_q
    tiles = min(max(keys, values) + 4 * scores, 2 * max(keys, values, scores))
    return 4 * (state + tiles + 4 * tile_q)


for head_dim in (8, 40, 64, 72, 128, 136, 256):
    tile_q = 64 if head_dim <= 64 else 24 if head_dim <= 128 else 16
    tile_k, columns = (32, 8) if head_dim <= 128 else (16, 16)
    expected = shared(head_dim, tile_q, tile_k, columns, 4 if head_dim <= 64 else 2)
    found = emitted(f"--head-dim={head_dim}")
    assert found == expected <= 48 * 1024, (head_dim, found, expected)

with tempfile.NamedTemporaryFile("w", suffix=".json") as schedule:
    schedule.write('{"tile_q": 128}')
    schedule.flush()
    message = told("--head-dim=64", f"--schedule={schedule.name}")
    assert f"takes {shared(64, 128, 32, 8, 4)} bytes of shared memory" in message, message
    assert "a block has 49152" in message, message
