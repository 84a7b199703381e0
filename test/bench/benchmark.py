"""Measures Gaze beside PyTorch and beside the limits of the machine; see --help.

Every time is the shortest of several runs, and Gaze and PyTorch take turns: other
programs only ever add time, and what they add for a while then falls on both.
"""
import argparse
import json
import os
import shutil
import sys
import tempfile

import report
from masks import PATTERNS
from measure import ROOT, Gaze, PyTorch, busy_share, processor
from sections import DTYPES, SECTIONS, Session


def parse_options():
    parser = argparse.ArgumentParser(
        prog="test/bench/run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    several = {"action": "append"}
    add("--only", choices=SECTIONS, **several, help="a section; may be repeated")
    add("--pattern", choices=PATTERNS, **several, help="a pattern; may be repeated")
    add("--dtype", choices=DTYPES, **several, help="a type; may be repeated [f32 and bf16]")
    add("--seq", type=int, metavar="N", **several, help="a length for the patterns; likewise")
    add("--heads", type=int, default=8, metavar="H", help="[8]")
    add("--head-dim", type=int, default=64, metavar="D", help="[64]")
    add("--threads", type=int, default=os.cpu_count(), metavar="N", help="[all cores]")
    add("--repetitions", type=int, metavar="N", help="rounds of one run each [by the length]")
    add("--quick", action="store_true", help="short sequences and few runs")
    add("--json", metavar="FILE", help="all rows in full precision")
    add("--document", metavar="FILE", help="writes the tables into docs/performance.md, say")
    gaze, python = (os.path.join(ROOT, "build", p) for p in ("bin/gaze", "torch/bin/python"))
    add("--gaze", default=gaze, help="the command [build/bin/gaze]")
    add("--torch", default=python, help="a Python with PyTorch [build/torch/bin/python]")
    options = parser.parse_args()
    if any(seq < 128 or seq % 128 for seq in options.seq or []):
        parser.error("--seq must be a multiple of 128, the size of FlexAttention's blocks")
    return options


def measure(options, scratch):
    """Prints each section when it is done; returns the session."""
    busy = busy_share()
    session = Session(
        options,
        Gaze(options.gaze, options.threads, scratch),
        PyTorch(options.torch, options.threads),
    )
    machine = {
        "processor": processor(),
        "threads": options.threads,
        "busy": busy,
        "torch": session.torch.about,
    }
    rows, texts = {}, {"machine": report.heading(machine)}
    print(texts["machine"], flush=True)
    for name in options.only or SECTIONS:
        rows[name] = SECTIONS[name](session)
        texts[name] = report.section(name, rows[name], options)
        print(f"\n{texts[name]}", flush=True)
    if options.document:
        report.write_into(options.document, texts)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": machine, "options": vars(options), **rows}, file, indent=1)
    return session


def main():
    options = parse_options()
    scratch = tempfile.mkdtemp(prefix="gaze-bench-")
    try:
        session = measure(options, scratch)
    finally:
        shutil.rmtree(scratch)
    if session.mistakes:
        sys.exit("\n".join(session.mistakes))


main()
