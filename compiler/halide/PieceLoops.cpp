//===- PieceLoops.cpp - Loops that end where a block's own piece does ----------===//
#include "compiler/halide/PieceLoops.h"

#include <cstdint>
#include <map>
#include <string>

using namespace Halide;
using namespace Halide::Internal;

namespace gaze {
namespace {

class OwnTileCounts : public IRMutator {
public:
  explicit OwnTileCounts(const Attend &attend)
      : pieces(attend.pieces.parameter()), firstPiece(Expr(attend.firstPiece)),
        fields({{attend.mostFull.name(), Attend::FullTiles},
                {attend.mostMasked.name(), Attend::MaskedTiles}}) {}

private:
  using IRMutator::visit;

  Parameter pieces;
  Expr firstPiece;
  std::map<std::string, int> fields; ///< of a piece, by the parameter that they replace
  std::string block;                 ///< the loop over blocks that we are in

  Stmt visit(const For *loop) override {
    if (loop->for_type != ForType::GPUBlock || !block.empty())
      return IRMutator::visit(loop);
    block = loop->name;
    const Stmt body = mutate(loop->body);
    block.clear();
    return For::make(loop->name, loop->min, loop->extent, loop->for_type, loop->partition_policy,
                     loop->device_api, body);
  }

  Expr visit(const Variable *variable) override {
    const auto found = fields.find(variable->name);
    if (block.empty() || found == fields.end())
      return variable;
    // ScheduleGpu.cpp has fixed the strides of the table, which may be larger than 2^31 bytes.
    const Expr piece = cast<std::int64_t>(firstPiece + Variable::make(Int(32), block));
    return Load::make(Int(32), pieces.name(), piece * Attend::pieceFields + found->second,
                      Buffer<>(), pieces, const_true(), ModulusRemainder());
  }
};

} // namespace

void useOwnTileCounts(Pipeline &pipeline, const Attend &attend) {
  pipeline.add_custom_lowering_pass(new OwnTileCounts(attend));
}

} // namespace gaze
