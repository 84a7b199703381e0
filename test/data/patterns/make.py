"""make.py FOLDER: the example tensors of the patterns that read some, for the picture in
docs/patterns.md and the command beside it. README.md says what they are."""
import os
import sys

import numpy

folder = sys.argv[1]


def save(name, array):
    numpy.save(os.path.join(folder, name + ".npy"), array)


save("doc", numpy.repeat([0, 1, 2, 3], [20, 34, 10, 32])[None])
save("length", numpy.array([70]))
save("bias", -0.25 * numpy.arange(32, dtype=numpy.float32)[None])
starts = numpy.isin(numpy.arange(96), [10, 30, 38, 70])
save("image", starts.cumsum()[None] - 1)

vertical, slash = numpy.zeros((2, 1, 2, 96), bool)
vertical[0, 0, [0, 1, 2, 25, 26, 60]] = True
vertical[0, 1, [0, 40]] = True
slash[0, 0, [0, 1, 2, 3, 32]] = True
slash[0, 1, [0, 1, 10, 20, 21, 50]] = True
save("vertical", vertical)
save("slash", slash)

# Every token of the tree has three children, but for the last ones.
ancestor = numpy.eye(20, dtype=bool)
for token in range(1, 20):
    ancestor[token] |= ancestor[(token - 1) // 3]
save("ancestor", ancestor)
