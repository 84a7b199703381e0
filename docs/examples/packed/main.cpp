//===- main.cpp - Several documents in one sequence -------------------------------===//
//
// Documents of different lengths stand one behind the other, without padding. The pattern
// `documents` of the library keeps them apart: what changes in one is not seen in another,
// to the last bit.
//
//===----------------------------------------------------------------------===//
#include "documents.h"

#include <algorithm>
#include <cstdio>
#include <random>
#include <vector>

constexpr std::int64_t heads = 4, dim = documents_head_dim;

static std::vector<float> makeTensor(std::int64_t seq, unsigned seed) {
  std::mt19937 bits(seed);
  std::normal_distribution<float> normal;
  std::vector<float> tensor(heads * seq * dim);
  std::generate(tensor.begin(), tensor.end(), [&] { return normal(bits); });
  return tensor;
}

int main() try {
  std::vector<std::int32_t> doc;
  for (const int length : {300, 70, 1, 500, 129})
    doc.insert(doc.end(), length, static_cast<std::int32_t>(doc.size())); // any number of its own
  const auto seq = static_cast<std::int64_t>(doc.size());

  const gaze::Plan plan =
      documents_plan({1, heads, heads, seq, seq, 0}, {/*doc=*/{doc.data(), {1, seq}}});
  const auto run = [&](const std::vector<float> &k) {
    const std::vector<float> q = makeTensor(seq, 1), v = makeTensor(seq, 3);
    std::vector<float> out(q.size());
    const auto whole = [&](auto *data) { return gaze::view(data, {1, heads, seq, dim}); };
    plan.run(whole(q.data()), whole(k.data()), whole(v.data()), whole(out.data()));
    return out;
  };
  std::vector<float> k = makeTensor(seq, 2);
  const std::vector<float> before = run(k);
  const std::int64_t changed = 350; // a token of the second document
  for (std::int64_t head = 0; head < heads; ++head)
    k[(head * seq + changed) * dim] += 1;
  const std::vector<float> after = run(k);

  std::int64_t inside = 0, outside = 0; // rows that differ
  for (std::int64_t row = 0; row < heads * seq; ++row) {
    const bool differs = !std::equal(before.begin() + row * dim, before.begin() + (row + 1) * dim,
                                     after.begin() + row * dim);
    (doc[row % seq] == doc[changed] ? inside : outside) += differs;
  }
  const gaze_plan_info info = plan.info();
  std::printf("5 documents, %lld tokens: %.0f %% of all pairs computed; a changed token moves %lld "
              "rows of its document and %lld of others\n",
              static_cast<long long>(seq), 100 * info.cost / static_cast<double>(heads * seq * seq),
              static_cast<long long>(inside), static_cast<long long>(outside));
  return inside == heads * (370 - changed) && outside == 0 ? 0 : 1;
} catch (const gaze::Error &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
