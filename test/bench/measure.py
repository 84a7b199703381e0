"""Runs Gaze and PyTorch, each in its own process, and tells how busy the machine is."""
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy

from masks import PATTERNS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Skipped(Exception):
    """This row cannot be measured here; the message says why."""


class Gaze:
    """The `gaze` command."""

    def __init__(self, path, threads, scratch):
        self.path, self.threads, self.scratch = path, threads, scratch

    def new_cache(self):
        """An empty cache for compiled kernels: what is compiled next is compiled cold."""
        return tempfile.mkdtemp(dir=self.scratch)

    def call(self, command, arguments, cache):
        """Standard output, and the peak memory of the process in bytes."""
        argv = [self.path, command, *map(str, arguments), "--threads", str(self.threads)]
        process = subprocess.Popen(
            argv,
            cwd=ROOT,
            env={**os.environ, "XDG_CACHE_HOME": cache},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        output, errors = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if "not supported" in errors:
            raise Skipped(errors.strip().splitlines()[0])
        if process.returncode != 0:
            sys.exit(f"{' '.join(argv)}\nexits with {process.returncode}:\n{errors}")
        return output, usage.ru_maxrss * 1024

    def pattern(self, name, seq):
        """The arguments that say which pattern, with its input written to a file."""
        pattern = PATTERNS[name]
        arguments = [pattern.file]
        for setting, value in pattern.settings.items():
            arguments += ["--set", f"{setting}={value}"]
        if pattern.tensor:
            file = os.path.join(self.scratch, f"{name}-{seq}.npy")
            numpy.save(file, pattern.tensor(seq))
            arguments += ["--input", f"{pattern.input}={file}"]
        return arguments

    def bench(self, pattern, dtype, shape, repetitions, cache, *flags):
        """The JSON of `gaze bench`, and `peak_memory` of its process."""
        arguments = [*pattern, "--json", "--dtype", dtype, "--repetitions", repetitions, *flags]
        for size, value in shape.items():
            arguments += ["--" + size.replace("_", "-"), value]
        output, memory = self.call("bench", arguments, cache)
        return {**json.loads(output), "peak_memory": memory}

    def run(self, pattern, dtype, tensors, out, cache):
        """Writes the output for tensors in files."""
        arguments = [*pattern, "--dtype", dtype, "-o", out]
        for name, file in zip("qkv", tensors):
            arguments += ["--" + name, file]
        self.call("run", arguments, cache)


class PyTorch:
    """peer.py, where PyTorch is installed; without it every answer is None."""

    def __init__(self, python, threads):
        self.process, self.about = None, None
        if not os.path.exists(python):
            return
        cache = os.path.join(os.path.dirname(os.path.dirname(python)), "cache")
        self.process = subprocess.Popen(
            [python, "-B", os.path.join(ROOT, "test/bench/peer.py")],
            env={**os.environ, "TORCHINDUCTOR_CACHE_DIR": cache},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.about = self.ask("threads", count=threads)

    def ask(self, what, **arguments):
        """The answer; None without PyTorch, or where it failed (the reason is printed)."""
        if not self.process:
            return None
        self.process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("PyTorch's process ended; run test/bench/peer.py by hand to see why")
        answer = json.loads(line)
        if "error" in answer:
            progress(f"PyTorch, {what}: {answer['error']}")
            return None
        return answer


def progress(text):
    print(text, file=sys.stderr, flush=True)


def processor():
    """The processor's name and the widest instructions that matter here."""
    with open("/proc/cpuinfo") as file:
        lines = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines())
    fields = {key.strip(): value.strip() for key, value in lines.items()}
    known = {"avx2": "AVX2", "avx512f": "AVX-512", "avx512_bf16": "AVX-512 BF16"}
    flags = fields.get("flags", "").split()
    extensions = [name for flag, name in known.items() if flag in flags]
    family = f"family {fields.get('cpu family')} model {fields.get('model')}"
    return f"{fields.get('model name')} ({family}; {', '.join(extensions)})"


def busy_share(seconds=0.5):
    """The share of the machine's cores that other programs use at the moment."""

    def ticks():
        with open("/proc/stat") as file:
            fields = list(map(int, file.readline().split()[1:]))
        return sum(fields), fields[3] + fields[4]

    total, idle = ticks()
    time.sleep(seconds)
    total_then, idle_then = ticks()
    return 1 - (idle_then - idle) / max(total_then - total, 1)
