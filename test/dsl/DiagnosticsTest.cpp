//===- DiagnosticsTest.cpp - Every kind of mistake, and its exact message ----===//
//
// Inputs/NAME.gaze makes one mistake (or a few of a kind); Inputs/NAME.expected is
// what standard error shows. A file without an .expected is imported by another.
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include "dsl/Text.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace gaze::dsl;
using namespace gaze::dsl::test;
namespace fs = std::filesystem;

namespace {

fs::path inputs() { return root() / "test/dsl/Inputs"; }

std::vector<std::string> mistakes() {
  std::vector<std::string> names;
  for (const fs::directory_entry &entry : fs::directory_iterator(inputs()))
    if (entry.path().extension() == ".expected")
      names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Mistake : public testing::TestWithParam<std::string> {};

TEST_P(Mistake, IsReportedAsExpected) {
  fs::current_path(inputs()); // so that messages show the names as they stand here
  Diagnostics diagnostics;
  Program program = load(GetParam() + ".gaze", {"library"}, diagnostics);
  EXPECT_EQ(diagnostics.render(program.sources), contents(GetParam() + ".expected"));
}

INSTANTIATE_TEST_SUITE_P(Inputs, Mistake, testing::ValuesIn(mistakes()), [](const auto &name) {
  std::string words = name.param;
  std::replace(words.begin(), words.end(), '-', '_');
  return words;
});

TEST(Diagnostics, ShowNothingThatATerminalHidesOrObeys) {
  EXPECT_EQ(printable("a\tb\x1b[1m\x7f"), "a\tb?[1m?");
  EXPECT_EQ(printable("\u0085 \u00ad \u200b \u202e \u2066 \ufeff"), "? ? ? ? ? ?");
  EXPECT_EQ(printable("\u00e4 \u65e5 \U0001f600"), "\u00e4 \u65e5 \U0001f600");
  EXPECT_EQ(printable("\xff\xe2\x80"), "\xff\xe2\x80"); // a file may be called so
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
}

TEST(Diagnostics, AreRenderedInTheOrderOfTheirPlaces) {
  SourceSet sources;
  int file = sources.add("a.gaze", "one\ntwo three\n");
  Diagnostics diagnostics;
  diagnostics.error({file, 8, 13}, "late");
  diagnostics.error({file, 0, 3}, "early").notes.push_back({{file, 4, 7}, "see"});
  diagnostics.error({}, "nowhere");
  EXPECT_EQ(diagnostics.render(sources), "gaze: error: nowhere\n"
                                         "a.gaze:1:1: error: early\n"
                                         "    1 | one\n"
                                         "      | ^~~\n"
                                         "a.gaze:2:1: note: see\n"
                                         "    2 | two three\n"
                                         "      | ^~~\n"
                                         "a.gaze:2:5: error: late\n"
                                         "    2 | two three\n"
                                         "      |     ^~~~~\n");
}

TEST(Diagnostics, UnderlineOnlyTheFirstLine) {
  SourceSet sources;
  int file = sources.add("a.gaze", "one\r\ntwo\r\n");
  Diagnostics diagnostics;
  diagnostics.error({file, 1, 7}, "both lines");
  diagnostics.error({file, 10, 10}, "the end");
  EXPECT_EQ(diagnostics.render(sources), "a.gaze:1:2: error: both lines\n"
                                         "    1 | one\n"
                                         "      |  ^~\n"
                                         "a.gaze:3:1: error: the end\n"
                                         "    3 | \n"
                                         "      | ^\n");
}

TEST(Diagnostics, StopAtTheLimit) {
  Diagnostics diagnostics;
  for (std::size_t i = 0; i < 2 * Diagnostics::limit; ++i)
    diagnostics.error({}, "mistake " + std::to_string(i)).notes.push_back({{}, "see"});
  EXPECT_EQ(diagnostics.list().size(), Diagnostics::limit);
  std::string text = diagnostics.render({});
  EXPECT_NE(text.find("mistake 99\n"), std::string::npos);
  EXPECT_EQ(text.find("mistake 100\n"), std::string::npos);
  EXPECT_NE(text.find("too many errors; only the first 100 are shown"), std::string::npos);
}

TEST(Diagnostics, WarningsHaveALimitOfTheirOwn) {
  Diagnostics diagnostics;
  for (std::size_t i = 0; i < 2 * Diagnostics::limit; ++i)
    diagnostics.warning({}, "warning " + std::to_string(i));
  EXPECT_EQ(diagnostics.list().size(), Diagnostics::limit);
  EXPECT_FALSE(diagnostics.full());
  EXPECT_FALSE(diagnostics.hasErrors());
  diagnostics.error({}, "mistake");
  EXPECT_TRUE(diagnostics.hasErrors());
  std::string text = diagnostics.render({});
  EXPECT_NE(text.find("gaze: warning: warning 99\n"), std::string::npos);
  EXPECT_NE(text.find("gaze: error: mistake\n"), std::string::npos);
  EXPECT_EQ(text.find("too many"), std::string::npos);
}

TEST(Source, CountsColumnsInCharacters) {
  SourceFile file("a.gaze", "ä→z\nq");
  EXPECT_EQ(file.lineColumn(0).column, 1);
  EXPECT_EQ(file.lineColumn(2).column, 2); // behind the two bytes of ä
  EXPECT_EQ(file.lineColumn(5).column, 3); // behind the three bytes of the arrow
  EXPECT_EQ(file.lineColumn(7).line, 2);
  EXPECT_EQ(file.lineColumn(7).column, 1);
  EXPECT_EQ(file.lineColumn(999).column, 2);
}

} // namespace
