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
  std::string text;
};

/// The fenced blocks of a Markdown file that say they are Gaze.
std::vector<Block> gazeBlocks(const std::string &markdown) {
  std::vector<Block> blocks;
  std::istringstream lines(markdown);
  std::string line;
  bool inside = false;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (!inside && line == "```gaze") {
      inside = true;
      blocks.push_back({number + 1, ""});
    } else if (inside && line.substr(0, 3) == "```") {
      inside = false;
    } else if (inside) {
      blocks.back().text += line + '\n';
    }
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
    for (const Block &block : gazeBlocks(contents(document))) {
      ++examples;
      EXPECT_EQ(errorsOf(block.text), "") << document << ", the block at line " << block.line;
    }
  }
  EXPECT_GE(examples, 15);
}

} // namespace
