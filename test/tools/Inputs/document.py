"""document.py DOCUMENT ROOT BUILD SCRATCH [--update]: what a document says to run, runs.

In the document stands, before the block that it is about:
  <!-- file NAME -->             the block is written to NAME
  <!-- run -->                   the block is run by bash, and succeeds
  <!-- fails -->                 the block is run by bash, and its exit status is 1
  <!-- output -->                what the last block that ran printed
  <!-- output, NAME=VALUE -->    what it prints when it runs again with the variable set
All in a folder that looks like the root of the repository. Numbers that the machine
decides, such as times, are only held to be there; --update writes wrong outputs anew.
"""
import os
import re
import subprocess
import sys

document, root, build, scratch = sys.argv[1:5]
update = sys.argv[5:] == ["--update"]
os.makedirs(os.path.join(scratch, "build"))
for name in ("patterns", "test", "docs", "runtime"):
    os.symlink(os.path.join(root, name), os.path.join(scratch, name))
for name in ("bin", "lib", "cmake_install.cmake"):
    os.symlink(os.path.join(build, name), os.path.join(scratch, "build", name))
os.symlink(sys.prefix, os.path.join(scratch, "build", "deps"))
programs = os.pathsep.join([os.path.join(sys.prefix, "bin"), os.environ["PATH"]])

BLOCK = re.compile(r"(<!-- (\w+)(?:,? ([^>\n]+))? -->\n```\w+\n)(.*?)```", re.DOTALL)
# Tiles depend on the processor's vectors, rounding errors and times on more than that.
MACHINE = re.compile(
    r"^(tiles|work saved|largest error|of the log-sum-exp"
    r"|time|selection|summaries|useful|dense|before|memory) .*",
    re.MULTILINE,
)


def run(block, status=0, setting=None):
    """What the block prints, mistakes included."""
    variables = dict([setting.split("=")]) if setting else {}
    process = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=scratch,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PATH": programs, **variables},
    )
    if process.returncode != status:
        sys.exit(f"{block}exits with {process.returncode}:\n{process.stdout}")
    return process.stdout


def without_machine(text):
    return MACHINE.sub(lambda line: re.sub(r"[\d.,]+(e[-+]\d+)?", "N", line[0]), text)


marks = []
last, status, printed = None, 0, None


def follow(found):
    """Does what a block's mark says; returns the block as it should be."""
    global last, status, printed
    opening, mark, argument, block = found.groups()
    marks.append(mark)
    if mark == "file":
        path = os.path.join(scratch, argument)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(block)
    elif mark in ("run", "fails"):
        last, status = block, int(mark == "fails")
        printed = run(last, status)
    elif mark == "output":
        shown = run(last, status, argument) if argument else printed
        if without_machine(shown) != without_machine(block):
            if not update:
                sys.exit(f"the document shows\n{block}\nand `{last}` prints\n{shown}")
            return f"{opening}{shown}```"
    else:
        sys.exit(f"unknown mark {mark}")
    return found[0]


with open(document) as file:
    text = BLOCK.sub(follow, file.read())
if update:
    with open(document, "w") as file:
        file.write(text)
print(marks)
