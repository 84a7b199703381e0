//===- ParserTest.cpp - The shape of what is parsed --------------------------===//
//
// Shapes are asserted through the printer, which writes every operation in
// parentheses, and through spans.
//
//===----------------------------------------------------------------------===//

#include "dsl/Parser.h"
#include "dsl/Print.h"

#include <gtest/gtest.h>

#include <limits>

using namespace gaze::dsl;

namespace {

struct Parsed {
  SourceSet sources;
  Diagnostics diagnostics;
  ParsedFile file;
};

Parsed parsed(const std::string &text) {
  Parsed result;
  int number = result.sources.add("test.gaze", text);
  result.file = parse(result.sources, number, result.diagnostics);
  EXPECT_EQ(result.diagnostics.render(result.sources), "");
  return result;
}

/// The tree of an expression, as text.
std::string tree(const std::string &expr) {
  Parsed result = parsed("def d = " + expr + ";");
  if (result.file.defs.size() != 1 || !result.file.defs[0].body)
    return "";
  return print(*result.file.defs[0].body);
}

/// The text below an expression's span.
std::string below(const std::string &text, const Expr &expr) {
  return text.substr(expr.span.begin, expr.span.end - expr.span.begin);
}

TEST(Parser, ArithmeticBindsAsInPython) {
  EXPECT_EQ(tree("a - b - c"), "((a - b) - c)");
  EXPECT_EQ(tree("a + b * c % d / e"), "(a + (((b * c) % d) / e))");
  EXPECT_EQ(tree("-a * -b - -c"), "(((-a) * (-b)) - (-c))");
  EXPECT_EQ(tree("- -a"), "(-(-a))");
  EXPECT_EQ(tree("(a + b) * c"), "((a + b) * c)");
}

TEST(Parser, LogicBindsAsInPython) {
  EXPECT_EQ(tree("a or b and c or d"), "((a or (b and c)) or d)");
  EXPECT_EQ(tree("not a and b"), "((not a) and b)");
  EXPECT_EQ(tree("not not a == b"), "(not (not (a == b)))");
  EXPECT_EQ(tree("a and not b + 1 < c"), "(a and (not ((b + 1) < c)))");
  EXPECT_EQ(tree("a == (not b)"), "(a == (not b))");
}

TEST(Parser, ComparisonsChain) {
  EXPECT_EQ(tree("0 <= q - k < w"), "(0 <= (q - k) < w)");
  EXPECT_EQ(tree("a == b != c < d <= e > f >= g"), "(a == b != c < d <= e > f >= g)");
  EXPECT_EQ(tree("(a < b) == (c < d)"), "((a < b) == (c < d))");
}

TEST(Parser, IfReachesAsFarAsItCan) {
  EXPECT_EQ(tree("if a then b else c + 1"), "(if a then b else (c + 1))");
  EXPECT_EQ(tree("if a then b else if c then d else e"), "(if a then b else (if c then d else e))");
  EXPECT_EQ(tree("1 + (if a then b else c)"), "(1 + (if a then b else c))");
}

TEST(Parser, WhereTakesAllToItsLeft) {
  EXPECT_EQ(tree("a or b where q = 1"), "((a or b) where q = 1)");
  EXPECT_EQ(tree("if a then b else c where q = 1"), "((if a then b else c) where q = 1)");
  EXPECT_EQ(tree("a where q = 1 where k = 2"), "((a where q = 1) where k = 2)");
  EXPECT_EQ(tree("a or (b where q = q / 2, k = k / 2)"),
            "(a or (b where q = (q / 2), k = (k / 2)))");
}

TEST(Parser, WhereIsGreedyAboutCommas) {
  EXPECT_EQ(tree("f(a where q = 1, k = 2)"), "f((a where q = 1, k = 2))");
  EXPECT_EQ(tree("f(a where q = 1, 2)"), "f((a where q = 1), 2)");
  EXPECT_EQ(tree("f(a where q = 1, k == 2)"), "f((a where q = 1), (k == 2))");
  EXPECT_EQ(tree("f((a where q = 1), k = 2)"), "f((a where q = 1), k = 2)");
}

TEST(Parser, Literals) {
  EXPECT_EQ(tree("0"), "0");
  EXPECT_EQ(tree("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(tree("-9223372036854775808"), "(-9223372036854775808)");
  EXPECT_EQ(tree("0.05"), "0.05");
  EXPECT_EQ(tree("1e-3"), "0.001");
  EXPECT_EQ(tree("50.0"), "50.0");
  EXPECT_EQ(tree(".5"), "0.5");
  EXPECT_EQ(tree("2."), "2.0");
  EXPECT_EQ(tree("1E+3"), "1000.0");
  EXPECT_EQ(tree("true == false"), "(true == false)");
}

TEST(Parser, NamesMayBeginWithKeywords) {
  EXPECT_EQ(tree("order + iffy + nothing + truely"), "(((order + iffy) + nothing) + truely)");
}

TEST(Parser, CallsTakePositionalAndNamedArguments) {
  EXPECT_EQ(tree("f(1, left = 2 + 3, right = g(x))"), "f(1, left = (2 + 3), right = g(x))");
}

TEST(Parser, CommentsAndSpaceGoAnywhere) {
  EXPECT_EQ(tree("a // one + two\n\t+\r\n// three\n b"), "(a + b)");
  EXPECT_EQ(tree("a//b\n/c"), "(a / c)");
}

TEST(Parser, StatementsKeepTheirParts) {
  Parsed result = parsed("import \"std\";\n"
                         "def twice(x) = 2 * x;\n"
                         "pattern p(a: int = -3, b: float = 1, c: bool = true, d: int) {\n"
                         "  let half = a / 2;\n"
                         "  require a > 0, \"say \\\"no\\\" \\\\ not // this\";\n"
                         "  score = score + 1;\n"
                         "  keep k <= q;\n"
                         "  score = twice(score);\n"
                         "  scale = 0.5;\n"
                         "}\n");
  ASSERT_EQ(result.file.imports.size(), 1U);
  EXPECT_EQ(result.file.imports[0].path, "std");
  ASSERT_EQ(result.file.patterns.size(), 1U);
  const Pattern &pattern = result.file.patterns[0];
  ASSERT_EQ(pattern.parameters.size(), 4U);
  EXPECT_EQ(pattern.parameters[0].defaultValue->integer, -3);
  EXPECT_EQ(pattern.parameters[1].type, Type::Float);
  EXPECT_EQ(pattern.parameters[2].defaultValue->kind, Expr::Kind::BoolLiteral);
  EXPECT_EQ(pattern.parameters[3].defaultValue, nullptr);
  ASSERT_EQ(pattern.requirements.size(), 1U);
  EXPECT_EQ(pattern.requirements[0].message, "say \"no\" \\ not // this");
  ASSERT_EQ(pattern.scores.size(), 2U);
  EXPECT_EQ(print(*pattern.scores[1]), "twice(score)");
}

TEST(Parser, DefaultsReachTheEndsOfInt) {
  Parsed result = parsed("pattern p(a: int = -9223372036854775808, b: float = -0.5) {}");
  const Pattern &pattern = result.file.patterns.at(0);
  EXPECT_EQ(pattern.parameters[0].defaultValue->integer, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(pattern.parameters[1].defaultValue->real, -0.5);
}

TEST(Parser, TwoToTheSixtyThreeNeedsItsSign) {
  for (const char *text :
       {"def d = 9223372036854775808;", "def d = -(9223372036854775808);",
        "def d = 1 - 9223372036854775808;", "pattern p(a: int = 0009223372036854775808) {}"}) {
    SourceSet sources;
    Diagnostics diagnostics;
    parse(sources, sources.add("test.gaze", text), diagnostics);
    ASSERT_EQ(diagnostics.list().size(), 1U) << text;
    EXPECT_EQ(diagnostics.list()[0].message,
              "'9223372036854775808' does not fit an int, which has 64 bits");
  }
}

TEST(Parser, ScoreAndScaleAndInputAreNamesElsewhere) {
  EXPECT_EQ(tree("f(scale = 2, score = input)"), "f(scale = 2, score = input)");
}

TEST(Parser, SpansCoverExactlyTheirText) {
  std::string text = "def d = ( a + f(x , y) ) * -  b where q = 1 ; // behind";
  Parsed result = parsed(text);
  const Expr &where = *result.file.defs.at(0).body;
  EXPECT_EQ(below(text, where), "( a + f(x , y) ) * -  b where q = 1");
  const Expr &product = *where.operands[0];
  EXPECT_EQ(below(text, product), "( a + f(x , y) ) * -  b");
  EXPECT_EQ(below(text, *product.operands[0]), "( a + f(x , y) )");
  EXPECT_EQ(below(text, *product.operands[0]->operands[1]), "f(x , y)");
  EXPECT_EQ(below(text, *product.operands[1]), "-  b");
}

TEST(Parser, DepthCountsOperations) {
  EXPECT_EQ(parsed("def d = a;").file.defs[0].body->depth, 1);
  EXPECT_EQ(parsed("def d = a + b * c;").file.defs[0].body->depth, 3);
  EXPECT_EQ(parsed("def d = a where q = 1 + 2;").file.defs[0].body->depth, 3);
}

} // namespace
