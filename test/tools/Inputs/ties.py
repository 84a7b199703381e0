"""ties.py FOLDER: tensors whose blocks of keys tie, up to rounding, and patterns that select."""
import os
import sys

import numpy

folder = sys.argv[1]
os.makedirs(folder)
rng = numpy.random.default_rng(4)
keys = rng.normal(size=(32, 16)).astype(numpy.float32)
blocks = [keys[rng.permutation(32)] for _ in range(8)]
tensors = {
    "q": rng.normal(size=(1, 1, 64, 16)),
    "k": numpy.concatenate(blocks)[None, None],
    "v": rng.normal(size=(1, 1, 256, 16)),
}
for name, tensor in tensors.items():
    numpy.save(os.path.join(folder, name + ".npy"), tensor.astype(numpy.float32))
patterns = {
    "one": "pattern one() {\n  keep top_blocks(1, 32, share = 1);\n}\n",
    "sized": "pattern sized(block: int = 4) {\n  keep top_blocks(1, block);\n}\n",
}
for name, text in patterns.items():
    with open(os.path.join(folder, name + ".gaze"), "w") as file:
        file.write(text)
