//===- KernelCacheTest.cpp - Which kernels are one kernel to the cache --------===//
#include "TemporaryFolder.h"
#include "compiler/Compiler.h"
#include "dsl/Load.h"

#include <gtest/gtest.h>

using namespace gaze;

namespace {

class KernelCacheTest : public testing::Test {
protected:
  KernelCacheTest() { ::setenv("GAZE_CACHE", folder.path.c_str(), /*replace=*/1); }
  ~KernelCacheTest() override { ::setenv("GAZE_CACHE", "off", /*replace=*/1); }

  static JitKernel compile(const std::string &text, const KernelOptions &options) {
    dsl::Diagnostics diagnostics;
    const dsl::Program program = dsl::loadText("test.gaze", text, {}, diagnostics);
    return jit(program, program.patterns.at(0), options);
  }
  static bool isCached(const std::string &text, const KernelOptions &options) {
    return compile(text, options).fromCache();
  }
  static KernelOptions small() {
    KernelOptions options;
    options.headDim = 8;
    options.maskOnly = true; // compiles fast
    return options;
  }

  const test::TemporaryFolder folder;
  const std::string causal = "pattern p(n: int = 3) { keep k <= q + n; }";
};

TEST_F(KernelCacheTest, theSameKernelIsCompiledOnce) {
  EXPECT_FALSE(isCached(causal, small()));
  EXPECT_TRUE(isCached(causal, small()));
  // The default is in the object as well.
  const JitKernel kernel = compile("\n\npattern p(n: int = 4) { keep k <= q + n; }", small());
  EXPECT_EQ(kernel.table().parameters[0].default_value.integer, 4);
}

TEST_F(KernelCacheTest, whatDecidesTheCodeMakesAnotherKernel) {
  EXPECT_FALSE(isCached(causal, small()));
  EXPECT_FALSE(isCached("pattern p(n: int = 3) { keep k < q + n; }", small()));
  KernelOptions options = small();
  options.name = "other"; // of files
  EXPECT_TRUE(isCached(causal, options));
  options = small();
  options.target = "x86-64";
  EXPECT_FALSE(isCached(causal, options));
  options = small();
  options.scheduleJson = "{\"tile_k\": 128}";
  EXPECT_FALSE(isCached(causal, options));
  options = small();
  options.headDim = 16;
  EXPECT_FALSE(isCached(causal, options));
  options = small();
  options.maskOnly = false;
  EXPECT_FALSE(isCached(causal, options));
  EXPECT_TRUE(isCached(causal, small()));
}

TEST_F(KernelCacheTest, aCallerMayInsistOnCompiling) {
  KernelOptions options = small();
  options.cached = Cached::Never;
  EXPECT_FALSE(isCached(causal, options));
  options.cached = Cached::Refresh;
  EXPECT_FALSE(isCached(causal, options));
  EXPECT_FALSE(isCached(causal, options));
  EXPECT_TRUE(isCached(causal, small()));
}

TEST_F(KernelCacheTest, offMeansOff) {
  ::setenv("GAZE_CACHE", "off", /*replace=*/1);
  EXPECT_FALSE(isCached(causal, small()));
  EXPECT_FALSE(isCached(causal, small()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path));
}

} // namespace
