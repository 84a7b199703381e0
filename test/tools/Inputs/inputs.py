"""inputs.py FOLDER: writes .npy files for the patterns of inputs.test."""
import os
import sys

import numpy

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def save(name, values, dtype):
    numpy.save(os.path.join(folder, name + ".npy"), numpy.asarray(values).astype(dtype))


# Two documents, of 10 and 6 tokens.
document = numpy.repeat([[0, 1]], [10, 6], axis=1)
for dtype in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"]:
    save("doc-" + dtype, document, dtype)
save("doc-float32", document, "float32")
save("doc-bool", document, "bool")
save("doc-15", document[:, :15], "int64")
save("doc-flat", document[0], "int64")
save("doc-uint64", document, "uint64")
save("doc-complex64", document, "complex64")
numpy.save(os.path.join(folder, "doc-fortran.npy"), numpy.asfortranarray(numpy.repeat(document, 2, axis=0)))
for dtype in ["float16", "float32", "float64"]:
    save("bias-" + dtype, [0.25, -1.5], dtype)
save("bias-int", [1, 2], "int64")
save("on", numpy.arange(16) % 5 != 2, "bool")
save("order", numpy.r_[1:17], "int64")  # the last one is past the end
with open(os.path.join(folder, "text.npy"), "w") as file:
    file.write("0 0 0 1 1\n")
