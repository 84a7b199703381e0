"""killed.py FOLDER GAZE PATTERNS COUNT [SEED]: `gaze compile` and `gaze tune`, killed by
SIGKILL at COUNT random times each.

Whenever that is, each file of theirs is one that a run to the end could have written: the
object and header of one of two compilations, whole, and a schedule file that tune goes on from,
with every trial that it had before. What a kill leaves beside them has another name, and the
next run succeeds.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import time

folder, gaze, patterns, count = sys.argv[1:5]
chance = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 1)
causal = os.path.join(patterns, "causal.gaze")
outputs = ["causal.o", "causal.h", "causal.schedule.json"]
environment = {**os.environ, "GAZE_CACHE": "off"}


def run(*command, seconds=None):
    """Kills it after so many seconds; true where it has ended by itself."""
    process = subprocess.Popen(
        [gaze, *command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    if seconds is not None:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    message = process.communicate()[1].decode()
    if process.returncode not in (0, -9):
        sys.exit(f"status {process.returncode} of {' '.join(command)}: {message}")
    return process.returncode == 0


def contents(where):
    found = []
    for name in outputs:
        path = os.path.join(where, name)
        found.append(open(path, "rb").read() if os.path.exists(path) else None)
    return found


def compiling(head_dim, where):
    return ["compile", causal, "--head-dim", str(head_dim), "-o", where]


shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
begin = time.monotonic()
for head_dim in (8, 16):
    run(*compiling(head_dim, f"{folder}/{head_dim}"))
duration = (time.monotonic() - begin) / 2
whole = [contents(f"{folder}/{head_dim}") for head_dim in (8, 16)]
target = f"{folder}/out"
shutil.copytree(f"{folder}/8", target)
kills = 0
for number in range(int(count)):
    # Most of the time is spent before anything is written.
    seconds = duration * (chance.random() if number % 2 else 0.8 + 0.4 * chance.random())
    kills += not run(*compiling((16, 8)[number % 2], target), seconds=seconds)
    for text, a, b in zip(contents(target), *whole):
        if text not in (a, b):
            sys.exit(f"half-written after {seconds:.3f} s")
if kills == 0:
    sys.exit("each compilation ended before it was killed")
run(*compiling(16, target))
if contents(target) != whole[1]:
    sys.exit("the next compilation is not as the first was")

schedule = f"{folder}/s.json"
tuning = ["tune", causal, "--seq", "64", "--heads", "1", "--head-dim", "8", "--threads", "1"]
tuning += ["-o", schedule, "--trials"]


def trials():
    return json.load(open(schedule))["tuning"]["trials"] if os.path.exists(schedule) else []


compilations = kills
for number in range(int(count)):
    before = trials()
    kills += not run(*tuning, "1000", seconds=4 * duration * chance.random())
    if trials()[: len(before)] != before:
        sys.exit("trials are lost")
before = len(trials())
if kills == compilations or before == 0:
    sys.exit(f"{kills - compilations} kills of tune, {before} trials: nothing could be lost")
run(*tuning, "1")
if len(trials()) <= before:
    sys.exit("tune does not go on")
print(f"{kills} kills of {2 * int(count)} runs, {len(trials())} trials kept")
