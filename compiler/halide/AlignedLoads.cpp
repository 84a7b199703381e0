//===- AlignedLoads.cpp - Loads of four elements at once -------------------------===//
#include "compiler/halide/AlignedLoads.h"

#include <string>
#include <utility>

using namespace Halide;
using namespace Halide::Internal;

namespace gaze {
namespace {

/// A quarter of a place in the buffer, a sum of products of strides and of a multiple of four: term
/// by term, so that what changes in a loop is apart from what does not.
Expr quarterOf(const Expr &multiple) {
  if (const auto *sum = multiple.as<Add>())
    return quarterOf(sum->a) + quarterOf(sum->b);
  if (const auto *wide = multiple.as<Cast>(); wide && wide->value.type().is_int())
    return cast(wide->type, simplify(wide->value / 4));
  return simplify(multiple / 4);
}

class Aligned : public IRMutator {
public:
  explicit Aligned(std::string buffer) : buffer(std::move(buffer)) {}

private:
  using IRMutator::visit;

  std::string buffer;

  Expr visit(const Load *load) override {
    const auto *ramp = load->index.as<Ramp>();
    if (load->name != buffer || !ramp || ramp->lanes != 4 || !is_const_one(ramp->stride))
      return IRMutator::visit(load);
    const Expr index = Ramp::make(quarterOf(ramp->base) * 4, ramp->stride, ramp->lanes);
    return Load::make(load->type, load->name, index, load->image, load->param, load->predicate,
                      ModulusRemainder(4, 0));
  }
};

} // namespace

void alignLoads(Pipeline &pipeline, const ImageParam &buffer) {
  pipeline.add_custom_lowering_pass(new Aligned(buffer.name()));
}

} // namespace gaze
