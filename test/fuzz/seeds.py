"""seeds.py FOLDER: a small .npy file of every type that gaze reads, and of a few shapes."""
import os
import sys

import numpy

folder = sys.argv[1]
types = "f2 f4 f8 ? i1 i2 i4 i8 u1 u2 u4".split()
for number, dtype in enumerate(types):
    numpy.save(os.path.join(folder, f"{number}.npy"), numpy.ones((1, 2, 3), dtype))
for number, shape in enumerate([(), (0,), (7,), (2, 0, 3)]):
    numpy.save(os.path.join(folder, f"shape{number}.npy"), numpy.zeros(shape, numpy.float32))
