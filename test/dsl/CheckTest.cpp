//===- CheckTest.cpp - What the checker lets through, and does to the tree ----===//
//
// What it refuses is in Inputs/.
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include "dsl/Print.h"

#include <gtest/gtest.h>

using namespace gaze::dsl;
using namespace gaze::dsl::test;

namespace {

TEST(Check, CalledNamesAndValuesAreApart) {
  EXPECT_EQ(errorsOf("def window(width) = abs(q - k) <= width;\n"
                     "def causal = k <= q;\n"
                     "pattern window(window: int, causal: bool, min: int) {\n"
                     "  keep window(window) and causal and min(min, 3) > 0;\n"
                     "}\n"),
            "");
}

TEST(Check, ADefHidesTopBlocks) {
  EXPECT_TRUE(keeps("top_blocks(3)", pair(7, 3), "", "def top_blocks(n) = k == n; "));
}

TEST(Check, WhatBlocksAreScoredByIsNoValue) {
  EXPECT_EQ(errorsOf("def first(x) = x;\n"
                     "pattern p(mean: int = 3) {\n"
                     "  keep top_blocks(mean, first(2), by = mean) or top_blocks(1, 2, first);\n"
                     "}\n"),
            "");
}

TEST(Check, DefParametersMayHaveNamesThatAreAlwaysThere) {
  EXPECT_EQ(scoreOf("f(2, 3)", pair(7, 8), "", "def f(q, score) = q * 10 + score; "), 23);
}

TEST(Check, DefsMayStandBehindTheirUse) {
  EXPECT_EQ(scoreOf("a", {}, "", "def a = b + 1; def b = c(1); def c(x) = x + 1; "), 3);
}

TEST(Check, DefsArePolymorphic) {
  std::string defs = "def half(x) = x / 2; def pick(a, b) = if q == k then a else b; ";
  EXPECT_EQ(scoreOf("half(7) + half(7.0)", {}, "", defs), 6.5);
  EXPECT_EQ(scoreOf("if pick(true, false) then pick(1, 0.5) else 0", pair(1, 1), "", defs), 1);
}

TEST(Check, NamedArgumentsAreOrdered) {
  Program program =
      loaded("def f(a, b, c) = a - b * c;\n"
             "pattern p() {\n"
             "  score = f(1, c = 2, b = 3) + clamp(high = 4, x = q, low = 2);\n"
             "  score = min(b = 1, a = 2) + (if chance(seed = 1, p = 0.5) then 1 else 2);\n"
             "}\n");
  EXPECT_EQ(print(*program.patterns[0].scores[0]), "(f(1, 3, 2) + clamp(q, 2, 4))");
  EXPECT_EQ(print(*program.patterns[0].scores[1]),
            "(min(2, 1) + (if chance(0.5, 1) then 1 else 2))");
}

TEST(Check, SymbolsPointAtWhatNamesMean) {
  Program program = loaded("def f(x) = x + heads;\n"
                           "pattern p(a: int, b: int) { let c = f(b); score = c where b = a; }\n");
  const Pattern &pattern = program.patterns[0];
  const Expr &call = *pattern.lets[0].value;
  EXPECT_EQ(call.symbol.kind, Symbol::Kind::Def);
  EXPECT_EQ(call.operands[0]->symbol.kind, Symbol::Kind::Parameter);
  EXPECT_EQ(call.operands[0]->symbol.index, 1);
  const Expr &body = *program.defs[0].body;
  EXPECT_EQ(body.operands[0]->symbol.kind, Symbol::Kind::DefArgument);
  EXPECT_EQ(body.operands[1]->symbol.kind, Symbol::Kind::Ambient);
  EXPECT_EQ(static_cast<Ambient>(body.operands[1]->symbol.index), Ambient::Heads);
  const Expr &where = *pattern.scores[0];
  EXPECT_EQ(where.operands[0]->symbol.kind, Symbol::Kind::Let);
  EXPECT_EQ(where.bindings[0].symbol.kind, Symbol::Kind::Parameter);
  EXPECT_EQ(where.bindings[0].symbol.index, 1);
}

TEST(Check, DefaultsTakeTheTypeOfTheirParameter) {
  Program program = loaded("pattern p(cap: float = -3) { }");
  const Expr &value = *program.patterns[0].parameters[0].defaultValue;
  EXPECT_EQ(value.kind, Expr::Kind::FloatLiteral);
  EXPECT_EQ(value.real, -3.0);
}

TEST(Check, WhereHidesWhatAStatementMayNotRead) {
  EXPECT_EQ(errorsOf("def causal = k <= q;\n"
                     "pattern p(window: int) {\n"
                     "  let near = q - k < window;\n"
                     "  require near where q = 1, k = 0, \"the window is empty\";\n"
                     "  require causal where q = 1, k = 0, \"never\";\n"
                     "  scale = (if near then 1 else 2) where near = true;\n"
                     "}\n"),
            "");
}

TEST(Check, RequirementsMayReadTheShape) {
  EXPECT_EQ(errorsOf("pattern p(n: int) {\n"
                     "  require n < heads * head_dim and seq_q <= seq_k, \"too large\";\n"
                     "  scale = (q + head + batch) * 0.5;\n"
                     "}\n"),
            "");
}

TEST(Check, DefsWithoutParametersAreCheckedUncalled) {
  EXPECT_EQ(errorsOf("def wrong = q and k;\n").substr(0, 47),
            "test.gaze:1:13: error: 'and' needs a bool, but ");
}

TEST(Check, AMistakeInADefIsReportedOnceForItsTypes) {
  std::string errors =
      errorsOf("def flip(x) = not x;\n"
               "pattern p() { keep flip(1) and flip(2) and flip(true) and flip(0.5); }\n");
  EXPECT_NE(errors.find("'not' needs a bool, but this is an int"), std::string::npos);
  EXPECT_NE(errors.find("'not' needs a bool, but this is a float"), std::string::npos);
  EXPECT_EQ(errors.find("an int"), errors.rfind("an int"));
}

TEST(Check, AMistakeInADefIsReportedOnceForAllTypes) {
  std::string errors = errorsOf("def sum(x) = (q < k) + x;\n"
                                "pattern p() { score = sum(1) + sum(1.0); }\n");
  std::size_t first = errors.find("error:");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(errors.find("error:", first + 1), std::string::npos) << errors;
}

TEST(Check, DivisionsThatAreMeantGiveNoWarning) {
  EXPECT_EQ(errorsOf("pattern p(n: int = 8) {\n"
                     "  let exact = 1024 / 8 + -6 / 3 + 0 / n;\n"
                     "  let rounded = floor(1 / n) + floor(7 / 2) + q / n;\n"
                     "  scale = floor(n / 2);\n"
                     "  score = exp2(-8.0 * head / heads) + sqrt(floor(q / n)) + exp2(8 / 2);\n"
                     "  score = score / 8 + 1 / score + 1 / 8.0 + 7 % 2 + abs(q / n);\n"
                     "}\n"),
            "");
}

TEST(Check, WarningsAreNoErrors) {
  Diagnostics diagnostics;
  Program program = loadText("test.gaze", "pattern p() { score = 1 / 8; }", {}, diagnostics);
  EXPECT_FALSE(diagnostics.hasErrors());
  ASSERT_EQ(diagnostics.list().size(), 1U);
  EXPECT_EQ(diagnostics.list()[0].severity, Severity::Warning);
  EXPECT_EQ(Interpreter(program, program.patterns.at(0), {}).score({}), 0);
}

} // namespace
