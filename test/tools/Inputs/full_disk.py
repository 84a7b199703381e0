"""full_disk.py FOLDER GAZE PATTERNS TENSORS: every command that writes, on a disk that is full
after 0, 1, 100, 4000, ... bytes.

The limit on the size of a file (RLIMIT_FSIZE) stands in for the disk: a write past it fails as
one to a full disk does. The command ends with status 1 and says which file it could not
write; what it would have replaced stays as it was, and nothing half-written stays beside it.
"""
import os
import resource
import shutil
import signal
import subprocess
import sys

folder, gaze, patterns, tensors = sys.argv[1:]
causal = os.path.join(patterns, "causal.gaze")
small = ["--seq", "64", "--heads", "1", "--head-dim", "8"]
qkv = [word for name in "qkv" for word in (f"--{name}", f"{tensors}/{name}.npy")]
commands = {
    "compile": (["compile", causal, "--head-dim", "8", "-o", folder], ["causal.o", "causal.h"]),
    "run": (["run", causal, *qkv, "-o", f"{folder}/out.npy"], ["out.npy"]),
    "show png": (["show", causal, "--seq", "64", "-o", f"{folder}/out.png"], ["out.png"]),
    "show svg": (["show", causal, "--seq", "64", "-o", f"{folder}/out.svg"], ["out.svg"]),
    "tune": (["tune", causal, *small, "--threads", "1", "--trials", "1", "-o", f"{folder}/s.json"],
             ["s.json"]),
}


def limited(limit):
    def limit_size():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then write says EFBIG
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return limit_size


def contents():
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            found[name] = file.read()
    return found


def run(command, limit=None):
    return subprocess.run(
        [gaze, *command],
        capture_output=True,
        env={**os.environ, "GAZE_CACHE": folder + "-cache"},
        preexec_fn=limited(limit) if limit is not None else None,
    )


failures = 0
for name, (command, outputs) in commands.items():
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    whole = run(command)
    if whole.returncode != 0:
        sys.exit(f"{name} fails on an empty disk: {whole.stderr.decode()}")
    largest = max(len(text) for text in contents().values())
    for limit in [0, 1, 100, largest // 2, largest - 1]:
        for before in ({}, {output: b"before" for output in outputs if name != "tune"}):
            shutil.rmtree(folder)
            os.makedirs(folder)
            for output, text in before.items():
                with open(os.path.join(folder, output), "wb") as file:
                    file.write(text)
            ended = run(command, limit)
            message = ended.stderr.decode()
            if ended.returncode == 0 and name == "tune":
                continue  # a file of another length than before
            # Kernels are compiled into files of the temporary folder first.
            named = folder in message or "(TMPDIR)" in message
            if ended.returncode != 1 or "File too large" not in message or not named:
                sys.exit(f"{name}, {limit} bytes: status {ended.returncode}: {message}")
            if contents() != before:
                sys.exit(f"{name}, {limit} bytes: left {list(contents())}, not {list(before)}")
            failures += 1


def mounted(size):
    """An empty disk of that size at `folder`; false where this user makes none."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]
    return os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0


def compile_on_disk_of(size):
    if not mounted(size):
        return 0
    try:
        ended = run(commands["compile"][0])
        message = ended.stderr.decode()
        if ended.returncode != 1 or "No space left on device" not in message:
            sys.exit(f"compile, disk of {size}: status {ended.returncode}: {message}")
        if contents():
            sys.exit(f"compile, disk of {size}: left {list(contents())}")
        return 1
    finally:
        subprocess.run(["umount", folder], check=True)


failures += sum(compile_on_disk_of(size) for size in ("4k", "16k"))
if failures < 45:
    sys.exit(f"only {failures} disks were full")
print(f"{failures} full disks")
