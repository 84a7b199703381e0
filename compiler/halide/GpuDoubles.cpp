//===- GpuDoubles.cpp - float64 where Halide's GPU code falls short --------------===//
#include "compiler/halide/GpuDoubles.h"

#include <cstdint>
#include <cstring>
#include <string>

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

class NamesOfCuda : public IRMutator {
  using IRMutator::visit;

  bool isOnGpu = false; ///< in a loop over blocks; what is hoisted out of them, the CPU computes

  Stmt visit(const For *loop) override {
    const bool before = isOnGpu;
    isOnGpu = before || loop->for_type == ForType::GPUBlock;
    Stmt mutated = IRMutator::visit(loop);
    isOnGpu = before;
    return mutated;
  }

  Expr visit(const Call *call) override {
    Expr mutated = IRMutator::visit(call);
    call = mutated.as<Call>();
    const std::string name = call && isOnGpu ? nameOf(*call) : "";
    return name.empty() ? mutated : Call::make(Float(64), name, call->args, Call::PureExtern);
  }

  static std::string nameOf(const Call &call) {
    if (call.type != Float(64))
      return "";
    if (call.is_intrinsic(Call::strict_mul))
      return "__nv_dmul_rn";
    return call.name == "exp2" || call.name == "log2" ? "__nv_" + call.name : "";
  }
};

} // namespace

void keepDoubles(Pipeline &pipeline) { pipeline.add_custom_lowering_pass(new DoublesAsBits()); }

void nameForCuda(Pipeline &pipeline) { pipeline.add_custom_lowering_pass(new NamesOfCuda()); }

} // namespace gaze
