"""Asks `gaze` for a kernel with each schedule that test/gpu/build has timed: schedules.py GAZE PATTERN."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from build import SCHEDULES  # noqa: E402: beside this folder

gaze, pattern = sys.argv[1:]
for head_dim, schedules in SCHEDULES.items():
    for schedule in schedules:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(schedule, file)
            file.flush()
            flags = ["--target", "cuda", "--head-dim", str(head_dim), "--schedule", file.name]
            command = [gaze, "emit", pattern, *flags, "--stage", "kernel"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        print(head_dim, json.dumps(schedule))
