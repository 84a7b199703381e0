//===- LimitsTest.cpp - Absurd files give errors, and soon -------------------===//

#include "Support.h"

#include <gtest/gtest.h>

using namespace gaze::dsl;
using namespace gaze::dsl::test;

namespace {

std::string repeated(const std::string &text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i)
    result += text;
  return result;
}

/// The first line of the errors for a pattern with this statement.
std::string firstError(const std::string &statement) {
  std::string errors = errorsOf("pattern p() {\n" + statement + "\n}\n");
  return errors.substr(0, errors.find('\n'));
}

constexpr const char *nestsTooDeep =
    "error: this nests deeper than 200 levels; name parts of it with 'let' or 'def'";

TEST(Limits, Brackets) {
  EXPECT_EQ(firstError("keep " + repeated("(", 100000) + "true" + repeated(")", 100000) + ";"),
            std::string("test.gaze:2:206: ") + nestsTooDeep);
  EXPECT_EQ(firstError("score = " + repeated("abs(", 100000) + "1;"),
            std::string("test.gaze:2:809: ") + nestsTooDeep);
  EXPECT_EQ(firstError("score = " + repeated("doc[", 100000) + "1;"),
            std::string("test.gaze:2:809: ") + nestsTooDeep);
  EXPECT_EQ(firstError("keep " + repeated("(", 199) + "true" + repeated(")", 199) + ";"), "");
}

TEST(Limits, NestedIfs) {
  EXPECT_EQ(firstError("score = " + repeated("if true then 1 else ", 100000) + "1;"),
            std::string("test.gaze:2:3992: ") + nestsTooDeep); // the condition of the 200th
  EXPECT_EQ(firstError("score = " + repeated("if ", 100000) + "true;"),
            std::string("test.gaze:2:609: ") + nestsTooDeep);
}

TEST(Limits, LongChainsAndRunsOfSigns) {
  for (const std::string &chain :
       {repeated("1 + ", 100000), repeated("-", 100000), repeated("1 * ", 100000)})
    EXPECT_NE(firstError("score = " + chain + "1;").find("nested deeper than 1000 operations"),
              std::string::npos);
  EXPECT_NE(firstError("keep " + repeated("not ", 100000) + "true;").find("nested deeper"),
            std::string::npos);
  EXPECT_EQ(firstError("score = " + repeated("1 + ", 998) + "1;"), "");
}

TEST(Limits, ManyNestedWheres) {
  EXPECT_NE(firstError("score = 1" + repeated(" where q = 1", 100000) + ";").find("nested deeper"),
            std::string::npos);
}

TEST(Limits, ChainsOfDefsAndLets) {
  std::string defs = "def f0 = q;\n", lets = "let a0 = q;\n";
  for (int i = 1; i < 20000; ++i) {
    std::string number = std::to_string(i), before = std::to_string(i - 1);
    defs += "def f" + number + " = f" + before + ";\n";
    lets += "let a" + number + " = a" + before + ";\n";
  }
  EXPECT_NE(errorsOf(defs).find("nests deeper than 1000 operations"), std::string::npos);
  EXPECT_NE(firstError(lets).find("nests deeper than 1000 operations"), std::string::npos);
}

// The deepest that the checker lets through, so that no walk over it overflows the stack.
TEST(Limits, TheDeepestExpressionCanBeEvaluated) {
  std::string defs = "def f0(x) = x;\n";
  for (int i = 1; i < 498; ++i)
    defs += "def f" + std::to_string(i) + "(x) = 1 + f" + std::to_string(i - 1) + "(x);\n";
  EXPECT_EQ(scoreOf("f497(3)", {}, "", defs), 500);
  EXPECT_EQ(scoreOf(repeated("1 + ", 998) + "1", {}), 999);
}

TEST(Limits, ExponentialExpansion) {
  std::string lets = "let a0 = q;\n";
  for (int i = 1; i < 60; ++i)
    lets += "let a" + std::to_string(i) + " = a" + std::to_string(i - 1) + " + a" +
            std::to_string(i - 1) + ";\n";
  EXPECT_NE(firstError(lets + "keep (a59 > 1) where a0 = 2;").find("more than 100000 operations"),
            std::string::npos);
}

TEST(Limits, DefsThatDouble) {
  for (const char *body : {"g(x) + g(x + 1)", "g(g(x))"}) {
    std::string defs = "def f0(x) = x + x;\n";
    for (int i = 1; i < 60; ++i) {
      std::string step = body;
      for (std::size_t at; (at = step.find('g')) != std::string::npos;)
        step.replace(at, 1, "f" + std::to_string(i - 1));
      defs += "def f" + std::to_string(i) + "(x) = " + step + ";\n";
    }
    EXPECT_NE(
        errorsOf(defs + "pattern p() { keep f59(q) > k; }").find("more than 100000 operations"),
        std::string::npos);
  }
}

/// Whatever byte a file ends at, that is a mistake, or the file is whole up to its blanks.
TEST(Limits, FilesCutAtEveryByte) {
  const std::string whole =
      "import \"std\";\n// \u00e9\ndef far(w) = abs(q - k) > w;\n"
      "pattern p(w: int = -5, on: bool = true) {\n  input doc: int[seq_k];\n"
      "  let a = w * 2 where q = k;\n  require w < 9, \"w \\\"is\\\" 9\";\n"
      "  keep if on then not far(a) else doc[k] == .5e1;\n  scale = 1.5;\n}\n";
  EXPECT_EQ(errorsOf(whole), "");
  const std::size_t pattern = whole.find("pattern");
  for (std::size_t size = pattern + 1; size + 2 < whole.size(); ++size)
    EXPECT_NE(errorsOf(whole.substr(0, size)), "") << whole.substr(0, size);
  for (std::size_t size = 0; size <= pattern; ++size)
    errorsOf(whole.substr(0, size));
}

/// A brace that closes no pattern leaves none to add statements to.
TEST(Limits, StatementsBehindAStrayBrace) {
  EXPECT_NE(errorsOf("keep k <= q;\n}\nkeep k <= q;\n}\n").find("this statement is in no pattern"),
            std::string::npos);
}

TEST(Limits, ManyMistakes) {
  std::string errors = errorsOf("pattern p() { " + repeated("keep ;", 200000) + "}");
  EXPECT_NE(errors.find("too many errors"), std::string::npos);
}

// Twenty thousand lines are a second of work where time grows with the square of
// the length, and nothing to notice where it does not; the time limit of the test
// is far above both, so this asserts only that all of it is read.
TEST(Limits, LongFiles) {
  std::string text;
  for (int i = 0; i < 20000; ++i)
    text += "def f" + std::to_string(i) + "(x) = max(x, 2) + x * 3; // comment\n";
  EXPECT_EQ(loaded(text).defs.size(), 20000U);
  EXPECT_EQ(errorsOf("//" + repeated("x", 1 << 20)).substr(0, 12), "gaze: error:");
  EXPECT_NE(errorsOf("pattern p() { keep " + repeated("q", 1 << 20) + "; }").find("unknown name"),
            std::string::npos);
}

} // namespace
