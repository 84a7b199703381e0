"""tensors.py FOLDER [NAME=DTYPE,SHAPE...]: writes FOLDER/NAME.npy of normal numbers.

SHAPE is like 1x2x33x16. The same name has the same numbers in every run.
"""
import os
import sys
import zlib

import numpy

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
for argument in sys.argv[2:]:
    name, rest = argument.split("=")
    dtype, shape = rest.split(",")
    sizes = [int(size) for size in shape.split("x")]
    numbers = numpy.random.default_rng(zlib.crc32(name.encode())).standard_normal(sizes)
    numpy.save(os.path.join(folder, name + ".npy"), numbers.astype(dtype))
