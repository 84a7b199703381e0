"""round_trip.py GAZE GAZE-OPT FOLDER: what `emit` prints of every pattern there goes
through gaze-opt and comes out byte for byte the same."""
import glob
import os
import re
import subprocess
import sys

gaze, gaze_opt, folder = sys.argv[1:4]
count = 0
for path in sorted(glob.glob(os.path.join(folder, "*.gaze"))):
    with open(path) as file:
        names = re.findall(r"^pattern\s+(\w+)", file.read(), re.MULTILINE)
    for name in names:
        for stage in ("gaze", "kernel"):
            emit = [gaze, "emit", path, "--pattern", name, "--stage", stage]
            text = subprocess.run(emit, check=True, stdout=subprocess.PIPE).stdout
            again = subprocess.run([gaze_opt], input=text, check=True, stdout=subprocess.PIPE)
            assert text and again.stdout == text, f"{path}: {name} changes at stage {stage}"
            count += 1
assert count >= 12, f"only {count} round trips"
print(count, "round trips")
