"""reference.py FOLDER --keep EXPRESSION [--score EXPRESSION] [--lse]

Holds FOLDER/out.npy (and lse.npy) to dense attention over FOLDER/{q,k,v}.npy, in
float64 and NumPy alone. EXPRESSIONs are Python over the arrays q, k, head, batch and
score; what they have to say is written down here a second time, not taken from a
pattern file.
"""
import argparse
import os

import numpy

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--keep", default="True")
parser.add_argument("--score", default="score")
parser.add_argument("--q-start", type=int)
parser.add_argument("--lse", action="store_true")
options = parser.parse_args()


def load(name):
    return numpy.load(os.path.join(options.folder, name + ".npy"))


Q, K, V, out = load("q"), load("k"), load("v"), load("out")
group = Q.shape[1] // K.shape[1]
assert out.dtype == Q.dtype, out.dtype
assert out.shape == Q.shape[:3] + V.shape[3:], out.shape
Q64, K64, V64 = (numpy.repeat(x, n, 1).astype(float) for x, n in ((Q, 1), (K, group), (V, group)))

q_start = K.shape[2] - Q.shape[2] if options.q_start is None else options.q_start
axes = numpy.ogrid[: Q.shape[0], : Q.shape[1], : Q.shape[2], : K.shape[2]]
names = {"batch": axes[0], "head": axes[1], "q": axes[2] + q_start, "k": axes[3], "np": numpy}
score = numpy.einsum("bhqd,bhkd->bhqk", Q64, K64) / numpy.sqrt(Q.shape[3])
score = eval(options.score, {**names, "score": score})
score = numpy.where(eval(options.keep, names), score, -numpy.inf)

top = score.max(-1, keepdims=True)
weight = numpy.exp(score - numpy.where(numpy.isinf(top), 0, top))
total = weight.sum(-1, keepdims=True)
expected = numpy.einsum("bhqk,bhkd->bhqd", weight, V64) / numpy.where(total == 0, 1, total)

step = {"float16": 2.0**-11, "float32": 0, "float64": 0}[str(Q.dtype)]
limit = 3e-6 * numpy.maximum(1, abs(V64).max()) + step * abs(expected)
worst = (abs(out - expected) / limit).max()
assert worst <= 1, f"off by {worst} times what is allowed"
if options.lse:
    lse = load("lse")
    assert lse.dtype == numpy.float32 and lse.shape == Q.shape[:3], (lse.dtype, lse.shape)
    with numpy.errstate(divide="ignore"):
        wanted = (numpy.where(numpy.isinf(top), 0, top) + numpy.log(total))[..., 0]
    assert numpy.array_equal(numpy.isinf(lse), numpy.isinf(wanted))
    finite = numpy.isfinite(wanted)
    assert (abs(lse - wanted)[finite] <= 3e-6 * numpy.maximum(1, abs(wanted[finite]))).all()
print("as the reference")
