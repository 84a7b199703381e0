"""cost.py FOLDER VERIFY.json --keep EXPRESSION [--score EXPRESSION] [--causal]

Holds the `dense` object of `gaze verify --json` to NumPy in float64: dense attention
over FOLDER/{q,k,v}.npy with and without the mask. EXPRESSIONs are Python over the
arrays q, k, head, batch and score, as in reference.py.
"""
import argparse
import json
import os

import numpy

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("verified")
parser.add_argument("--keep", default="True")
parser.add_argument("--score", default="score")
parser.add_argument("--causal", action="store_true")
options = parser.parse_args()

Q, K, V = (numpy.load(os.path.join(options.folder, n + ".npy")).astype(float) for n in "qkv")
K, V = (numpy.repeat(x, Q.shape[1] // x.shape[1], 1) for x in (K, V))
axes = numpy.ogrid[tuple(slice(size) for size in (*Q.shape[:3], K.shape[2]))]
names = {"batch": axes[0], "head": axes[1], "q": axes[2] + K.shape[2] - Q.shape[2], "k": axes[3]}
names["np"] = numpy
score = Q @ K.swapaxes(2, 3) / numpy.sqrt(Q.shape[3])
score = eval(options.score, {**names, "score": score})
exists = score > -numpy.inf
allowed = exists & (names["k"] <= names["q"] if options.causal else True)
keep = exists & eval(options.keep, names)
assert not (keep & ~allowed).any()

weight = numpy.where(allowed, numpy.exp(score - score.max(-1, keepdims=True)), 0)
weight /= weight.sum(-1, keepdims=True)
kept = weight * keep
mass = kept.sum(-1)
dense = weight @ V
lost = kept @ V / numpy.where(mass == 0, 1, mass)[..., None] - dense


def cost(head):
    """What is expected of the heads that the slice takes."""
    rows = numpy.sort(mass[:, head], axis=None)
    return {
        "pairs_kept": keep[:, head].sum() / allowed[:, head].sum(),
        "mass_mean": rows.mean(),
        "mass_worst_1_percent": rows[: -(-rows.size // 100)].mean(),
        "relative_error": numpy.linalg.norm(lost[:, head]) / numpy.linalg.norm(dense[:, head]),
    }


with open(options.verified) as file:
    found = json.load(file)["dense"]
assert found["causal"] is options.causal, found["causal"]
for name, expected in cost(slice(None)).items():
    assert abs(found["all"][name] - expected) < 1e-9, (name, found["all"][name], expected)
    assert len(found[name]) == Q.shape[1], name
for head in range(Q.shape[1]):
    for name, expected in cost(slice(head, head + 1)).items():
        assert abs(found[name][head] - expected) < 1e-9, (name, head, found[name][head], expected)
print("as NumPy:", list(found))
