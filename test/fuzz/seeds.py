"""seeds.py GAZE FOLDER: what the fuzz targets can begin with, and no one has to keep.

FOLDER/ir gets the patterns of the library as IR, by the program GAZE, and FOLDER/npy a small .npy
file of every type that gaze reads, and of a few shapes.
"""
import pathlib
import shutil
import subprocess
import sys

import numpy

gaze, folder = sys.argv[1], pathlib.Path(sys.argv[2])
for name in ("ir", "npy"):
    shutil.rmtree(folder / name, ignore_errors=True)
    (folder / name).mkdir(parents=True)

patterns = pathlib.Path(__file__).parents[2] / "patterns"
for pattern in sorted(patterns.glob("*.gaze")):
    emitted = subprocess.run([gaze, "emit", pattern, "--stage", "gaze"], capture_output=True)
    if emitted.returncode == 0:  # others have no pattern of their own
        (folder / "ir" / f"{pattern.stem}.mlir").write_bytes(emitted.stdout)

types = "f2 f4 f8 ? i1 i2 i4 i8 u1 u2 u4".split()
for number, dtype in enumerate(types):
    numpy.save(folder / "npy" / f"{number}.npy", numpy.ones((1, 2, 3), dtype))
for number, shape in enumerate([(), (0,), (7,), (2, 0, 3)]):
    numpy.save(folder / "npy" / f"shape{number}.npy", numpy.zeros(shape, numpy.float32))
