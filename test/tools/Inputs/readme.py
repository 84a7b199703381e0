"""readme.py README ROOT BUILD SCRATCH: what the README says to run, runs.

In the README stands, before the block that it is about:
  <!-- file NAME -->             the block is written to NAME
  <!-- run -->                   the block is run by bash
  <!-- output, NAME=VALUE -->    run again with the variable set, the last block run
                                 prints exactly this one
All in a folder that looks like the root of the repository.
"""
import os
import re
import subprocess
import sys

readme, root, build, scratch = sys.argv[1:]
os.makedirs(scratch)
for name in ("patterns", "test", "docs"):
    os.symlink(os.path.join(root, name), os.path.join(scratch, name))
os.symlink(build, os.path.join(scratch, "build"))


def run(block, setting=None):
    variables = dict([setting.split("=")]) if setting else {}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=scratch,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    ).stdout


with open(readme) as file:
    blocks = re.findall(r"<!-- (\w+)(?:,? ([^>\n]+))? -->\n```\w+\n(.*?)```", file.read(), re.DOTALL)
last = None
for what, argument, block in blocks:
    if what == "file":
        with open(os.path.join(scratch, argument), "w") as file:
            file.write(block)
    elif what == "run":
        last = block
        run(block)
    elif what == "output":
        printed = run(last, argument)
        assert printed == block, f"the README shows\n{block}\nand `{last}` prints\n{printed}"
    else:
        sys.exit(f"unknown mark {what}")
print([what for what, _, _ in blocks])
