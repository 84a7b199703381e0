"""emulate.py IN.ll OUT.ll: LLVM IR that uses vdpbf16ps as IR for any processor.

The instruction is replaced by a function that does the same: of every pair of bfloat16 the
product of the upper halves is added to a float32, then that of the lower ones. Products
are exact, additions round to nearest even. What it does beyond that, to take and give
numbers below 2^-126 as zeros, is left out. Attributes that name processors go.
"""
import re
import sys

NAME = "@llvm.x86.avx512bf16.dpbf16ps.512"


def halves(side):
    return ", ".join(f"i32 {2 * i + side}" for i in range(16))


def widened(vector, side):
    """The elements of one side, as floats, in %VECTOR_SIDE."""
    name = f"{vector}_{side}"
    return f"""  %{name}_narrow = shufflevector <32 x i16> %{vector}_bits, <32 x i16> poison, <16 x i32> <{halves(side)}>
  %{name}_wide = zext <16 x i16> %{name}_narrow to <16 x i32>
  %{name}_bits = shl <16 x i32> %{name}_wide, splat (i32 16)
  %{name} = bitcast <16 x i32> %{name}_bits to <16 x float>
"""


DEFINITION = (
    "define internal <16 x float> @vdpbf16ps(<16 x float> %sum, <32 x bfloat> %a, <32 x bfloat> %b) {\n"
    "  %a_bits = bitcast <32 x bfloat> %a to <32 x i16>\n"
    "  %b_bits = bitcast <32 x bfloat> %b to <32 x i16>\n"
    + "".join(widened(vector, side) for vector in "ab" for side in (0, 1))
    + """  %product_1 = fmul <16 x float> %a_1, %b_1
  %sum_1 = fadd <16 x float> %sum, %product_1
  %product_0 = fmul <16 x float> %a_0, %b_0
  %sum_0 = fadd <16 x float> %sum_1, %product_0
  ret <16 x float> %sum_0
}
"""
)

with open(sys.argv[1]) as file:
    text = file.read()
uses = text.count("call <16 x float> " + NAME)
assert uses > 0, "vdpbf16ps is not used"
assert text.count("llvm.x86.avx512") == uses + 1, "another instruction than vdpbf16ps is used"
text = re.sub(r"declare <16 x float> " + re.escape(NAME) + r".*", "", text).replace(NAME, "@vdpbf16ps")
text = re.sub(r'"(target-cpu|target-features|tune-cpu)"="[^"]*"', "", text)
with open(sys.argv[2], "w") as file:
    file.write(text + DEFINITION)
