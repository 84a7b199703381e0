//===- OpenClDoubles.cpp - Constants of float64 in OpenCL C ----------------------===//
#include "compiler/halide/OpenClDoubles.h"

#include <cstdint>
#include <cstring>

using namespace Halide;
using namespace Halide::Internal;

namespace gaze {
namespace {

std::uint64_t bitsOf(const FloatImm *constant) {
  std::uint64_t bits;
  std::memcpy(&bits, &constant->value, sizeof bits);
  return bits;
}

class DoublesAsBits : public IRMutator {
  using IRMutator::visit;

  Expr visit(const FloatImm *constant) override {
    if (constant->type != Float(64))
      return constant;
    return Reinterpret::make(Float(64), UIntImm::make(UInt(64), bitsOf(constant)));
  }

  Expr visit(const Reinterpret *op) override {
    const auto *constant = op->value.as<FloatImm>();
    if (!constant || constant->type != Float(64))
      return IRMutator::visit(op);
    if (op->type.is_uint())
      return UIntImm::make(op->type, bitsOf(constant));
    return IntImm::make(op->type, static_cast<std::int64_t>(bitsOf(constant)));
  }
};

} // namespace

void keepDoubles(Pipeline &pipeline) { pipeline.add_custom_lowering_pass(new DoublesAsBits()); }

} // namespace gaze
