//===- Candidates.cpp - Which blocks may be selected ---------------------------===//
#include "runtime/Candidates.h"

#include "runtime/Blocks.h"
#include "runtime/Error.h"
#include "runtime/Questions.h"
#include "runtime/Search.h"
#include "runtime/Threads.h"

#include <algorithm>
#include <string>

namespace gaze::runtime {
namespace {

/// Groups and blocks that are searched by one thread.
constexpr std::int64_t groupsOfStrip = 64;

struct Rectangle {
  std::int64_t firstGroup, endGroup, firstBlock, endBlock;
};

/// Finds the candidates of some groups of a head and batch entry.
class CandidateSearch {
public:
  CandidateSearch(const gaze_plan &plan, const Groups &groups, const Blocks &blocks)
      : plan(plan), groups(groups), blocks(blocks),
        questions(plan, plan.kernel->classify_candidates), arguments(plan),
        kept(static_cast<std::size_t>(blocks.size)) {}

  /// Into bytes [groups, blocks].
  void run(const Planes &planes, std::int64_t begin, std::int64_t end, std::uint8_t *bytes) {
    Vector<Rectangle> open = {{begin, end, 0, blocks.count}};
    while (!open.empty()) {
      questions.clear();
      for (const Rectangle &each : open) {
        const Span q = groups.queriesOf(each.firstGroup, each.endGroup);
        const Span k = blocks.keysOf(each.firstBlock, each.endBlock);
        questions.ask(q.first, q.last, k.first, k.last, planes);
      }
      const std::uint8_t *verdict = questions.verdicts();
      Vector<Rectangle> next;
      for (const Rectangle &each : open) {
        const unsigned said = *verdict++;
        if (said & allAreKept)
          fill(each, bytes);
        else if (said & someMayBeKept)
          cut(each, planes, bytes, next);
      }
      open = std::move(next);
    }
  }

private:
  const gaze_plan &plan;
  const Groups &groups;
  const Blocks &blocks;
  Questions questions;
  Arguments arguments;
  Vector<std::uint8_t> kept; ///< of one query, by key of a block

  void fill(const Rectangle &of, std::uint8_t *bytes) const {
    for (std::int64_t group = of.firstGroup; group < of.endGroup; ++group)
      std::fill(bytes + group * blocks.count + of.firstBlock,
                bytes + group * blocks.count + of.endBlock, std::uint8_t{1});
  }

  void cut(const Rectangle &of, const Planes &planes, std::uint8_t *bytes,
           Vector<Rectangle> &next) {
    const std::int64_t high = of.endGroup - of.firstGroup, wide = of.endBlock - of.firstBlock;
    if (high == 1 && wide == 1) {
      if (keepsAll(of, planes))
        fill(of, bytes);
      return;
    }
    const bool cutsGroups =
        wide == 1 || (high > 1 && groups.queriesOf(of.firstGroup, of.endGroup).size() >
                                      blocks.keysOf(of.firstBlock, of.endBlock).size());
    const std::int64_t group = of.firstGroup + high / 2, block = of.firstBlock + wide / 2;
    if (cutsGroups) {
      next.push_back({of.firstGroup, group, of.firstBlock, of.endBlock});
      next.push_back({group, of.endGroup, of.firstBlock, of.endBlock});
    } else {
      next.push_back({of.firstGroup, of.endGroup, of.firstBlock, block});
      next.push_back({of.firstGroup, of.endGroup, block, of.endBlock});
    }
  }

  /// Pair by pair, a query after the other.
  bool keepsAll(const Rectangle &of, const Planes &planes) {
    const Span q = groups.queriesOf(of.firstGroup, of.endGroup);
    const Span k = blocks.keysOf(of.firstBlock, of.endBlock);
    for (std::int64_t query = q.first; query <= q.last; ++query) {
      Buffer out(kept.data(), uint8, k.size(), 1, k.size());
      if (const int code =
              plan.kernel->mask_candidates(arguments.uniforms.get(), arguments.ints.get(),
                                           arguments.floats.get(), arguments.bools.get(), query,
                                           k.first, planes.firstHead, planes.firstBatch, out.get()))
        throw Failure(GAZE_INTERNAL_ERROR,
                      "mask_candidates failed with code " + std::to_string(code));
      if (std::find(kept.data(), kept.data() + k.size(), 0) != kept.data() + k.size())
        return false;
    }
    return true;
  }
};

} // namespace

Candidates::Candidates(const gaze_plan &plan, const Selection &selection, const Threads &threads)
    : readsHead(plan.kernel->candidates_read_head != 0),
      readsBatch(plan.kernel->candidates_read_batch != 0), heads(readsHead ? plan.shape.heads : 1) {
  const Groups of(plan.shape, selection.share);
  const Blocks in(plan.shape, selection.block);
  groups = of.count;
  blocks = in.count;
  const Vector<Planes> planes = planesOf(plan.shape, readsHead, readsBatch);
  const auto planeCount = static_cast<std::int64_t>(planes.size());
  bytes.resize(static_cast<std::size_t>(planeCount * groups * blocks));
  const std::int64_t strips = (groups + groupsOfStrip - 1) / groupsOfStrip;
  forEachWorker(planeCount * strips, threads, [&](const auto &next) {
    CandidateSearch search(plan, of, in);
    for (std::int64_t i = next(); i >= 0; i = next()) {
      const std::int64_t begin = i % strips * groupsOfStrip;
      search.run(planes[i / strips], begin, std::min(begin + groupsOfStrip, groups),
                 bytes.data() + i / strips * groups * blocks);
    }
  });
}

} // namespace gaze::runtime
