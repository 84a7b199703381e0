//===- Uniforms.cpp - Parameters and sizes as Halide expressions --------------===//
#include "compiler/halide/Uniforms.h"

using namespace Halide;

namespace gaze {

Environment uniformEnvironment(const Kernel &kernel, const ImageParam &uniforms, int headDim) {
  Environment environment;
  const int count = static_cast<int>(kernel.parameters.size());
  for (int i = 0; i < count; ++i) {
    const Expr bits = uniforms(i);
    switch (kernel.parameters[i].type) {
    case ValueType::I64:
      environment.parameters.push_back(bits);
      break;
    case ValueType::I1:
      environment.parameters.push_back(bits != 0);
      break;
    default:
      environment.parameters.push_back(reinterpret<double>(bits));
      break;
    }
  }
  const auto set = [&](Coordinate coordinate, Expr value) {
    environment.coordinates[static_cast<int>(coordinate)] = std::move(value);
  };
  set(Coordinate::SeqQ, uniforms(count));
  set(Coordinate::SeqK, uniforms(count + 1));
  set(Coordinate::Heads, uniforms(count + 2));
  set(Coordinate::HeadDim, headDim ? Expr(cast<std::int64_t>(headDim)) : uniforms(count + 3));
  environment.inputs = inputAccesses(kernel, uniforms, count + 5, uniforms(count + 2));
  return environment;
}

Environment shapeEnvironment(const Kernel &kernel, const ImageParam &uniforms) {
  Environment environment = uniformEnvironment(kernel, uniforms, 0);
  environment.coordinates[static_cast<int>(Coordinate::Batch)] =
      uniforms(static_cast<int>(kernel.parameters.size()) + 4);
  return environment;
}

} // namespace gaze
