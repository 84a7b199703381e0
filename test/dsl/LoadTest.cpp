//===- LoadTest.cpp - Files and imports --------------------------------------===//

#include "Support.h"

#include <gtest/gtest.h>

#include <unistd.h>

using namespace gaze::dsl;
using namespace gaze::dsl::test;

namespace {

struct Loaded {
  Program program;
  std::string errors;
};

Loaded loadFile(const std::string &path, const std::vector<std::string> &folders = {}) {
  Diagnostics diagnostics;
  Loaded result;
  result.program = load(path, folders, diagnostics);
  result.errors = diagnostics.render(result.program.sources);
  return result;
}

TEST(Load, ImportsFromBesideTheFileFirst) {
  TemporaryFolder folder;
  folder.write("library/part.gaze", "def part = 1;\n");
  folder.write("own/part.gaze", "def part = 2;\n");
  std::string own =
      folder.write("own/main.gaze", "import \"part\";\npattern p() { score = part; }\n");
  std::string other =
      folder.write("main.gaze", "import \"part\";\npattern p() { score = part; }\n");
  std::vector<std::string> folders = {(folder.path() / "library").string()};

  Loaded beside = loadFile(own, folders);
  ASSERT_EQ(beside.errors, "");
  EXPECT_EQ(Interpreter(beside.program, beside.program.patterns[0], {}).score({}), 2);
  Loaded fromLibrary = loadFile(other, folders);
  ASSERT_EQ(fromLibrary.errors, "");
  EXPECT_EQ(Interpreter(fromLibrary.program, fromLibrary.program.patterns[0], {}).score({}), 1);
}

TEST(Load, ImportsAreSearchedFromTheImportingFile) {
  TemporaryFolder folder;
  folder.write("parts/a.gaze", "import \"b\";\ndef a = b + 1;\n");
  folder.write("parts/b.gaze", "def b = 1;\n");
  std::string main = folder.write("main.gaze", "import \"parts/a\";\npattern p() { score = a; }\n");
  Loaded result = loadFile(main);
  ASSERT_EQ(result.errors, "");
  EXPECT_EQ(Interpreter(result.program, result.program.patterns[0], {}).score({}), 2);
}

TEST(Load, DiamondsAreReadOnce) {
  TemporaryFolder folder;
  folder.write("base.gaze", "def base = 1;\n");
  folder.write("left.gaze", "import \"base\";\ndef left = base;\n");
  folder.write("right.gaze", "import \"./base.gaze\";\ndef right = base;\n");
  std::string main = folder.write(
      "main.gaze", "import \"left\";\nimport \"right\";\npattern p() { score = left + right; }\n");
  Loaded result = loadFile(main);
  EXPECT_EQ(result.errors, "");
  EXPECT_EQ(result.program.sources.size(), 4);
  EXPECT_EQ(result.program.defs.size(), 3U);
}

TEST(Load, PatternsOfImportedFilesStayThere) {
  TemporaryFolder folder;
  folder.write("a.gaze", "def a = 1;\npattern other() { }\n");
  Loaded result =
      loadFile(folder.write("main.gaze", "import \"a\";\npattern p() { score = a; }\n"));
  ASSERT_EQ(result.errors, "");
  ASSERT_EQ(result.program.patterns.size(), 1U);
  EXPECT_EQ(result.program.patterns[0].name.text, "p");
}

TEST(Load, AFileMayHoldDefsOnly) {
  TemporaryFolder folder;
  EXPECT_EQ(loadFile(folder.write("defs.gaze", "def a = 1;\n")).errors, "");
}

TEST(Load, AFileThatImportsItself) {
  TemporaryFolder folder;
  std::string path = folder.write("self.gaze", "import \"self\";\n");
  EXPECT_EQ(loadFile(path).errors, path + ":1:8: error: these imports form a cycle: " + path +
                                       " -> " + path +
                                       "\n    1 | import \"self\";\n      |        ^~~~~~\n");
}

TEST(Load, LongCyclesShowTheWholeChain) {
  TemporaryFolder folder;
  std::string a = folder.write("a.gaze", "import \"b\";\n");
  std::string b = folder.write("b.gaze", "import \"c\";\n");
  std::string c = folder.write("c.gaze", "import \"b\";\n");
  std::string errors = loadFile(a).errors;
  EXPECT_NE(errors.find("cycle: " + b + " -> " + c + " -> " + b + "\n"), std::string::npos)
      << errors;
}

TEST(Load, DeepImportsAreRefused) {
  TemporaryFolder folder;
  for (int i = 0; i < 200; ++i)
    folder.write("f" + std::to_string(i) + ".gaze", "import \"f" + std::to_string(i + 1) + "\";\n");
  std::string errors = loadFile((folder.path() / "f0.gaze").string()).errors;
  EXPECT_NE(errors.find("f100.gaze': imports nest deeper than 100 files"), std::string::npos)
      << errors;
}

TEST(Load, FilesThatCannotBeRead) {
  TemporaryFolder folder;
  std::string missing = (folder.path() / "missing.gaze").string();
  EXPECT_EQ(loadFile(missing).errors,
            "gaze: error: cannot read '" + missing + "': No such file or directory\n");
  EXPECT_EQ(loadFile(folder.path().string()).errors,
            "gaze: error: cannot read '" + folder.path().string() + "': it is a folder\n");
  if (geteuid() == 0)
    return; // for whom every file can be read
  std::string secret = folder.write("secret.gaze", "def a = 1;\n");
  std::filesystem::permissions(secret, std::filesystem::perms::none);
  EXPECT_EQ(loadFile(secret).errors,
            "gaze: error: cannot read '" + secret + "': Permission denied\n");
}

TEST(Load, FilesThatHoldNothing) {
  TemporaryFolder folder;
  for (const char *text : {"", "\n \n", "// nothing here\n"}) {
    std::string path = folder.write("empty.gaze", text);
    EXPECT_EQ(loadFile(path).errors,
              "gaze: error: '" + path + "' is empty: it has no pattern and no def\n");
  }
}

TEST(Load, FilesThatAreNotText) {
  TemporaryFolder folder;
  auto problem = [&](const std::string &text) {
    std::string path = folder.write("x.gaze", text);
    std::string errors = loadFile(path).errors, start = "gaze: error: cannot read '" + path + "': ";
    EXPECT_EQ(errors.substr(0, start.size()), start);
    return errors.substr(start.size());
  };
  EXPECT_EQ(problem(std::string("def a = 1;\n\0", 12)),
            "it is not a text file (line 2 holds a zero byte)\n");
  for (const char *bytes :
       {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xe2\x82"})
    EXPECT_EQ(problem(std::string("// ") + bytes + "\n"),
              "it is not a text file (line 1 is not UTF-8)\n");
}

TEST(Load, AByteOrderMarkAndWindowsLinesAreText) {
  EXPECT_EQ(errorsOf("\xEF\xBB\xBFpattern p() {\r\n  keep k <= q;\r\n}\r\n"), "");
  EXPECT_EQ(errorsOf("\xEF\xBB\xBF"
                     "def a = z;\r\n"),
            "test.gaze:1:9: error: unknown name 'z'\n    1 | def a = z;\n      |         ^\n");
}

TEST(Load, OneFileByManyNamesIsReadOnce) {
  TemporaryFolder folder;
  std::string base = folder.write("parts/base.gaze", "def base = 1;\n");
  std::filesystem::create_symlink(base, folder.path() / "link.gaze");
  std::filesystem::create_directory_symlink(folder.path() / "parts", folder.path() / "pieces");
  Loaded result = loadFile(folder.write(
      "main.gaze", "import \"parts/base\";\nimport \"link\";\nimport \"pieces/base.gaze\";\n"
                   "import \"parts/../parts/base\";\nimport \"" +
                       base + "\";\npattern p() { score = base; }\n"));
  EXPECT_EQ(result.errors, "");
  EXPECT_EQ(result.program.sources.size(), 2);
}

TEST(Load, AFileThatImportsItselfByAnotherName) {
  TemporaryFolder folder;
  std::string path = folder.write("self.gaze", "import \"other\";\ndef a = 1;\n");
  std::filesystem::create_symlink(path, folder.path() / "other.gaze");
  EXPECT_EQ(loadFile(path).errors, path + ":1:8: error: these imports form a cycle: " + path +
                                       " -> " + path +
                                       "\n    1 | import \"other\";\n      |        ^~~~~~~\n");
}

TEST(Load, ACycleHidesNothing) {
  TemporaryFolder folder;
  folder.write("b.gaze", "import \"a\";\ndef b = 1;\n");
  std::string a =
      folder.write("a.gaze", "import \"b\";\ndef a = b;\npattern p() { score = a + c; }\n");
  std::string errors = loadFile(a).errors;
  EXPECT_NE(errors.find("cycle"), std::string::npos) << errors;
  EXPECT_NE(errors.find("unknown name 'c'"), std::string::npos) << errors;
  EXPECT_EQ(errors.find("unknown name 'a'"), std::string::npos) << errors;
}

TEST(Load, TheFoldersThatWereSearchedAreNamedOnceEach) {
  TemporaryFolder folder;
  folder.write("own/nothing.gaze", "def nothing = 1;\n");
  folder.write("library/some.gaze", "def some = 1;\n");
  std::string own = (folder.path() / "own").string();
  std::string library = (folder.path() / "library").string();
  Loaded result = loadFile(folder.write("own/main.gaze", "import \"sone\";\n"),
                           {own + "/../own", library, library});
  EXPECT_EQ(result.errors, own +
                               "/main.gaze:1:8: error: cannot find 'sone.gaze'; searched the "
                               "folders '" +
                               own + "', '" + library + "'; did you mean 'some'?\n" +
                               "    1 | import \"sone\";\n      |        ^~~~~~\n");
}

TEST(Load, MistakesOfImportedFilesStandBehindThoseOfTheFile) {
  TemporaryFolder folder;
  folder.write("a.gaze", "def a = unknown;\n");
  std::string errors =
      loadFile(folder.write("main.gaze", "import \"a\";\npattern p() { keep a + ; }\n")).errors;
  std::size_t own = errors.find("expected an expression"), others = errors.find("unknown name");
  EXPECT_LT(own, others) << errors;
  EXPECT_NE(others, std::string::npos) << errors;
}

TEST(Load, DefsOfTheLibraryAreKnownByName) {
  EXPECT_EQ(errorsOf("pattern p() { keep causal; }\n"),
            "test.gaze:1:20: error: unknown name 'causal'; it is in the library: write 'import "
            "\"std\";' at the top of the file\n"
            "    1 | pattern p() { keep causal; }\n"
            "      |                    ^~~~~~\n");
  std::string errors = errorsOf("pattern p() { keep local(1, 2); }\n");
  EXPECT_NE(errors.find("unknown def or function 'local'; it is in the library"), std::string::npos)
      << errors;
}

TEST(Load, AMissingImportHidesWhatFollowsFromIt) {
  std::string errors =
      errorsOf("import \"nowhere\";\npattern p() { keep causal and local(1, 2); }\n");
  EXPECT_EQ(errors.find("unknown"), std::string::npos) << errors;
}

} // namespace
