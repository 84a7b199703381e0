//===- DocumentsTest.cpp - Every example in the documents is right -----------===//

#include "Support.h"

#include <gtest/gtest.h>

#include <sstream>

using namespace gaze::dsl;
using namespace gaze::dsl::test;
namespace fs = std::filesystem;

namespace {

struct Block {
  int line;
  std::string kind, text;
};

/// The fenced blocks of a Markdown file, each with what stands behind its first fence.
std::vector<Block> blocksOf(const std::string &markdown) {
  std::vector<Block> blocks;
  std::istringstream lines(markdown);
  std::string line;
  bool inside = false;
  for (int number = 1; std::getline(lines, line); ++number) {
    bool isFence = line.substr(0, 3) == "```";
    if (isFence && !inside)
      blocks.push_back({number + 1, line.substr(3), ""});
    else if (!isFence && inside)
      blocks.back().text += line + '\n';
    inside ^= isFence;
  }
  return blocks;
}

TEST(Documents, EveryExampleLoads) {
  int examples = 0;
  std::vector<fs::path> documents = {root() / "README.md"};
  for (const fs::directory_entry &entry : fs::recursive_directory_iterator(root() / "docs"))
    documents.push_back(entry.path());
  for (const fs::path &document : documents) {
    if (document.extension() != ".md" || !fs::exists(document))
      continue;
    for (const Block &block : blocksOf(contents(document))) {
      if (block.kind != "gaze")
        continue;
      ++examples;
      EXPECT_EQ(errorsOf(block.text), "") << document << ", the block at line " << block.line;
    }
  }
  EXPECT_GE(examples, 15);
}

/// A block of "gaze wrong" stands before what is said of it.
TEST(Documents, EveryMistakeIsShownAsItIs) {
  std::vector<Block> blocks = blocksOf(contents(root() / "docs/language.md"));
  int examples = 0;
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
    if (blocks[i].kind != "gaze wrong")
      continue;
    ++examples;
    Diagnostics diagnostics;
    Program program = loadText("mine.gaze", blocks[i].text, {}, diagnostics);
    EXPECT_EQ(diagnostics.render(program.sources), blocks[i + 1].text)
        << "the block at line " << blocks[i].line;
  }
  EXPECT_EQ(examples, 2);
}

} // namespace
