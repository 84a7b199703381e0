//===- plugin.cpp - A kernel from a library that is loaded at run time --------------===//
#include "gaze/gaze.hpp"

#include <cmath>
#include <cstdio>
#include <dlfcn.h>
#include <vector>

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  void *library = dlopen(argv[1], RTLD_NOW);
  if (!library) {
    std::printf("%s\n", dlerror());
    return 1;
  }
  const auto *kernel = static_cast<const gaze_kernel *>(dlsym(library, argv[2]));
  if (!kernel)
    return 1;
  const std::int64_t seq = 100, dim = kernel->head_dim;
  const std::vector<float> ones(seq * dim, 1);
  std::vector<float> out(seq * dim);
  const gaze::Plan plan(*kernel, {1, 1, 1, seq, seq, 0});
  const auto tensor = [&](auto *data) { return gaze::view(data, {1, 1, seq, dim}); };
  plan.run(tensor(ones.data()), tensor(ones.data()), tensor(ones.data()), tensor(out.data()));
  bool right = true;
  for (const float value : out)
    right &= std::abs(value - 1) < 1e-6F;
  std::printf("%s: head_dim %d, %d parameters; rows %s\n", kernel->name, kernel->head_dim,
              kernel->parameter_count, right ? "sum to 1" : "are wrong");
}
