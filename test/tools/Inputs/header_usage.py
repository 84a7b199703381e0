"""The calls in the comment of a kernel's header, as a C++ and a C program.

usage: header_usage.py KERNEL.h FOLDER     writes FOLDER/use.cpp and FOLDER/use.c
"""

import os
import re
import sys

header, folder = sys.argv[1:3]
name = os.path.basename(header)
lines = open(header).read().split("*/")[0].splitlines()


def example(heading):
    """The lines of code below the line that begins with `heading`."""
    begin = next(i for i, line in enumerate(lines) if line.startswith(" * " + heading)) + 1
    code = []
    for line in lines[begin:]:
        if not line.startswith(" *   "):
            break
        code.append(line[3:])
    return "\n".join(code)


sizes = "int64_t batch, int64_t heads, int64_t kv_heads, int64_t seq_q, int64_t seq_k, int64_t q_start"
with open(os.path.join(folder, "use.cpp"), "w") as out:
    out.write(f'#include "{name}"\n')
    out.write(f"void use({sizes}, const float *q, const float *k, const float *v, float *out, float *lse) {{\n")
    out.write(example("C++") + "\n}\n")
with open(os.path.join(folder, "use.c"), "w") as out:
    out.write(f'#include "{name}"\n')
    tensors = ", ".join("gaze_tensor " + tensor for tensor in ["q", "k", "v", "out", "lse"])
    out.write(f"void use(gaze_shape shape, {tensors}, gaze_error error) {{\n")
    out.write(re.sub(r"\.\.\.(.*)\.\.\.", r"return; /* \1 */", example("C (")) + "\n}\n")
