//===- PrintTest.cpp - Printing is a fixed point -----------------------------===//

#include "dsl/Print.h"
#include "Support.h"
#include "dsl/Parser.h"

#include <gtest/gtest.h>

using namespace gaze::dsl;
using namespace gaze::dsl::test;

namespace {

/// Parses without checking and prints again.
std::string reprint(const std::string &text) {
  Program program;
  Diagnostics diagnostics;
  int file = program.sources.add("test.gaze", text);
  ParsedFile parsed = parse(program.sources, file, diagnostics);
  EXPECT_EQ(diagnostics.render(program.sources), "") << text;
  program.defs = std::move(parsed.defs);
  program.patterns = std::move(parsed.patterns);
  return print(program);
}

TEST(Print, WritesCanonicalText) {
  EXPECT_EQ(reprint("def half(x)=x/2;// comment\n"
                    "def causal=k<=q;\n"
                    "pattern p(w:int=-5,c:float=1e30,on:bool){keep causal or not on;\n"
                    "let a=half(x=w);score=if on then a else-0.5;\n"
                    "require w>0,\"a \\\"b\\\" \\\\\";scale=c where w=1,q=2;}"),
            "def half(x) = (x / 2);\n"
            "def causal = (k <= q);\n"
            "\n"
            "pattern p(w: int = -5, c: float = 1e+30, on: bool) {\n"
            "  let a = half(x = w);\n"
            "  require (w > 0), \"a \\\"b\\\" \\\\\";\n"
            "  keep (causal or (not on));\n"
            "  scale = (c where w = 1, q = 2);\n"
            "  score = (if on then a else (-0.5));\n"
            "}\n");
}

TEST(Print, WritesInputsBehindLets) {
  EXPECT_EQ(reprint("pattern p(){keep doc[batch,q]==doc[batch,k-1];input doc:int[batch,seq_k+1];\n"
                    "input on:bool[seq_q,seq_k];input bias:float[4];let a=bias[on[q,k]];}"),
            "pattern p() {\n"
            "  let a = bias[on[q, k]];\n"
            "  input doc: int[batch, (seq_k + 1)];\n"
            "  input on: bool[seq_q, seq_k];\n"
            "  input bias: float[4];\n"
            "  keep (doc[batch, q] == doc[batch, (k - 1)]);\n"
            "}\n");
}

TEST(Print, IsAFixedPoint) {
  for (const char *text :
       {"def d = -9223372036854775808 + 9223372036854775807;",
        "def d = 0.1 + 1e300 * 1e-300 - 3.0;", "def d = - - -a - -(b);",
        "def d = not not (a and not b) or c;", "def d = a[1, 2 + 3] < f() <= g(x, y = 2);",
        "pattern p() { input x: int[2, seq_k / 3]; keep x[0, k / 3] < x[1, x[0, 0]]; }",
        "pattern p(a: int = -9223372036854775808, b: float = -0.0) { }"}) {
    std::string once = reprint(text);
    EXPECT_EQ(reprint(once), once);
  }
}

TEST(Print, WritesSelectionsWithTheirNames) {
  Program program = loaded("pattern p(n: int = 2, block: int = 64) {\n"
                           "  keep top_blocks(share = 1, block = block, count = n + 1)\n"
                           "    or top_blocks(n, 32, first) or top_blocks(n, 32, minmax, 32);\n"
                           "}\n");
  std::string once = print(program);
  EXPECT_NE(once.find("keep ((top_blocks((n + 1), block, by = mean, share = 1) or "
                      "top_blocks(n, 32, by = first)) or "
                      "top_blocks(n, 32, by = minmax, share = 32));"),
            std::string::npos)
      << once;
  EXPECT_EQ(print(loaded(once)), once);
}

TEST(Print, OfACheckedProgramIsAProgram) {
  Program program = loaded("import \"std\";\n"
                           "pattern p(cap: float = 50) {\n"
                           "  input bias: float[heads, seq_k + 1];\n"
                           "  keep local(right = 0, left = 3);\n"
                           "  score = softcap(cap = cap, x = score) + bias[head, k];\n"
                           "}\n");
  std::string once = print(program);
  EXPECT_NE(once.find("pattern p(cap: float = 50.0)"), std::string::npos) << once;
  EXPECT_NE(once.find("keep local(3, 0);"), std::string::npos) << once;
  EXPECT_EQ(print(loaded(once)), once);
}

} // namespace
