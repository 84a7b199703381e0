"""hostile.py FOLDER GAZE PATTERNS: inputs that mean harm, each given to `gaze`.

Each must end soon, with exit status 0, 1 or 2 and a short message; a crash, a hang, status
70 (a fault of gaze itself) or a message of megabytes fails. Prints what came of each.
"""
import os
import resource
import subprocess
import sys
import time

folder, gaze, patterns = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
os.chdir(folder)
causal = os.path.join(patterns, "causal.gaze")
MEMORY = 8 << 30  # of addresses, most of which are shared libraries and reserves
SECONDS = 100  # what takes seconds on a machine that does nothing else
SHORT = 2000


def file(name, text):
    with open(name, "w" if isinstance(text, str) else "wb") as out:
        out.write(text)
    return name


def pattern(name, body, before="", parameters=""):
    return file(name + ".gaze", f"{before}pattern p({parameters}) {{ {body} }}\n")


def npy(name, shape, data=b"", descr="<f4"):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    return file(name + ".npy", start + header + data)


def chain(step, count=60):
    return "".join(f"def f{i}(x) = {step.format(i - 1)};\n" for i in range(1, count))


def check(path):
    return ["check", path]


def run_on(q):
    return ["run", causal, "--q", q, "--k", q, "--v", q, "-o", "out.npy"]


def scheduled(text):
    return ["compile", causal, "--head-dim", "8", "-o", "out", "--schedule", file("s.json", text)]


def show(*options, path=causal):
    return ["show", path, *options]


deep, long, megabyte = 100000, 50 << 20, "n" * (1 << 20)
cases = {
    "brackets": lambda: check(pattern("a", "keep " + "(" * deep + "true" + ")" * deep + ";")),
    "unclosed brackets": lambda: check(pattern("a", "keep " + "(" * deep)),
    "nested ifs": lambda: check(pattern("a", "keep " + "if true then " * deep + "true;")),
    "a chain of 2 million ors": lambda: check(
        pattern("a", "keep k <= q" + " or q == k" * 2000000 + ";")
    ),
    "a comment of 50 MB": lambda: check(pattern("a", "keep k <= q;", "//" + "x" * long + "\n")),
    "a line of 50 MB": lambda: check(pattern("a", "keep k <= q" + " " * long + "?;")),
    "many places of a line of 50 MB": lambda: check(
        pattern("a", " " * long + 'require seq_q > 0, "x";' * 500 + " keep k <= q;")
    ),
    "a file of 65 MB": lambda: check(pattern("a", "keep k <= q;", " " * (65 << 20))),
    "a sparse terabyte": lambda: check(sparse("a.gaze", 1 << 40)),
    "an endless file": lambda: check("/dev/zero"),
    "a name of 1 MB": lambda: check(
        pattern("a", f"keep k <= {megabyte};", parameters=megabyte + ": int = 1")
    ),
    "an unknown name of 1 MB": lambda: check(pattern("a", f"keep k <= {megabyte};")),
    "a string of 1 MB": lambda: show(
        "--seq", "8", path=pattern("a", f'keep k <= q; require seq_q < 2, "{megabyte}";')
    ),
    "an import of 1 MB": lambda: check(file("a.gaze", f'import "{megabyte}";')),
    "defs that double": lambda: check(
        pattern("a", "keep f59(q) > k;", "def f0(x) = x;\n" + chain("f{0}(x) + f{0}(x + 1)"))
    ),
    "defs within defs": lambda: check(
        pattern("a", "keep f59(q) > k;", "def f0(x) = x + x;\n" + chain("f{0}(f{0}(x))"))
    ),
    "lets that double": lambda: check(
        pattern("a", "let a0 = q; " + "".join(f"let a{i} = a{i-1} + a{i-1};" for i in range(1, 60))
                + " keep a59 > k where q = k;")
    ),
    "a file that imports itself": lambda: check(file("a.gaze", 'import "a";\n')),
    "no text": lambda: check(file("a.gaze", bytes(range(256)))),
    "a default past 64 bits": lambda: check(
        pattern("a", "keep k <= q + w;", parameters="w: int = 9223372036854775808")
    ),
    "a value past 64 bits": lambda: show(
        "--seq", "8", "--set", "w=9223372036854775808",
        path=pattern("a", "keep k <= q + w;", parameters="w: int = 1"),
    ),
    "an axis past 64 bits": lambda: show(
        "--seq", "64",
        path=pattern("a", "input t: int[seq_k * 9223372036854775807]; keep t[k] <= q;"),
    ),
    "a sequence of 10^12": lambda: show("--seq", "1000000000000"),
    "a sequence of 10^20": lambda: show("--seq", "100000000000000000000"),
    "a negative sequence": lambda: show("--seq", "-1"),
    "to verify 10^12": lambda: ["verify", causal, "--seq", "1000000000000"],
    "to bench 2^31": lambda: ["bench", causal, "--seq", "2147483648"],
    "to tune 10^12": lambda: ["tune", causal, "--seq", "1000000000000", "-o", "t.json"],
    "heads and batch past 2^63": lambda: [
        "verify", causal, "--seq", "4096", "--heads", "1000000000", "--batch", "1000000000",
    ],
    "a header of 2^62 elements": lambda: run_on(npy("a", "(2147483648, 2147483648, 1, 1)")),
    "a header of 2^64 elements": lambda: run_on(npy("a", "(4294967296, 4294967296, 1, 1)")),
    "a header past 64 bits": lambda: run_on(npy("a", "(1, 1, 1, 99999999999999999999)")),
    "a negative header": lambda: run_on(npy("a", "(1, 1, -4, 8)")),
    "a header of a million axes": lambda: run_on(npy("a", "(" + "1," * 30000 + ")", b"\0" * 4)),
    "no axes": lambda: run_on(npy("a", "()", b"\0" * 4)),
    "more data than the header says": lambda: run_on(npy("a", "(1, 1, 1, 8)", b"\0" * 33)),
    "a type of control characters": lambda: run_on(npy("a", "(1,)", descr="\x1b[2J" * 2000)),
    "schedules within schedules": lambda: scheduled('{"a": ' * deep + "1" + "}" * deep),
    "a knob of 1 MB": lambda: scheduled(f'{{"{megabyte}": 1}}'),
    "a knob past 64 bits": lambda: scheduled('{"tile_q": 18446744073709551617}'),
}


def sparse(name, size):
    with open(name, "wb") as out:
        out.truncate(size)
    return name


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


failed = False
for name, make in cases.items():
    begin = time.monotonic()
    try:
        process = subprocess.run(
            [gaze, *make()], capture_output=True, timeout=SECONDS, preexec_fn=limit
        )
        status, message = process.returncode, process.stderr.decode(errors="strict")
    except subprocess.TimeoutExpired:
        status, message = "hangs", ""
    except UnicodeDecodeError:
        status, message = "no UTF-8", ""
    clean = status in (0, 1, 2) and len(message) < SHORT and (message != "" or status == 0)
    clean = clean and not any(c < " " and c not in "\n\t" for c in message)
    failed |= not clean
    first = message.split("\n")[0][:160]
    print(f"{name}: {status if clean else f'NOT CLEAN {status} {len(message)}'}: {first}")
    if "-v" in os.environ.get("HOSTILE", ""):
        print(f"  {time.monotonic() - begin:.1f} s")
print("all clean" if not failed else "NOT ALL CLEAN")
