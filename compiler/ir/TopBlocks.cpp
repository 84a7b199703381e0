//===- TopBlocks.cpp - Keys that are selected by content ---------------------------===//
#include "compiler/ir/Gaze.h"

using namespace mlir;

namespace gaze::ir {

/// Where a pattern or kernel may ask for what is selected: in `keep`, and in what says of `keep`
/// where it reads too far.
static bool decidesPairs(Region *region) {
  if (auto pattern = dyn_cast<PatternOp>(region->getParentOp()))
    return region == &pattern.getKeep() || region == &pattern.getFaults();
  if (auto kernel = dyn_cast<KernelOp>(region->getParentOp()))
    return region == &kernel.getKeep() || region == &kernel.getFaults();
  return true;
}

bool isOfPair(Coordinate coordinate) {
  return coordinate == Coordinate::Q || coordinate == Coordinate::K ||
         coordinate == Coordinate::Head || coordinate == Coordinate::Batch;
}

LogicalResult TopBlocksOp::verify() {
  Region *region = (*this)->getParentRegion();
  while (auto where = dyn_cast<WhereOp>(region->getParentOp())) {
    for (CoordinateAttr name : where.getCoordinates().getAsRange<CoordinateAttr>())
      if (isOfPair(name.getValue()))
        return emitOpError("cannot be read with another '")
               << stringifyCoordinate(name.getValue()) << "'";
    region = where->getParentRegion();
  }
  if (!decidesPairs(region))
    return emitOpError("can stand in 'keep' alone");
  return success();
}

} // namespace gaze::ir
