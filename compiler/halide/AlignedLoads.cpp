//===- AlignedLoads.cpp - Loads of four elements at once -------------------------===//
#include "compiler/halide/AlignedLoads.h"

#include <string>
#include <utility>

using namespace Halide;
using namespace Halide::Internal;

namespace gaze {
namespace {

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
    return Load::make(load->type, load->name, load->index, load->image, load->param,
                      load->predicate, ModulusRemainder(4, 0));
  }
};

} // namespace

void alignLoads(Pipeline &pipeline, const ImageParam &buffer) {
  pipeline.add_custom_lowering_pass(new Aligned(buffer.name()));
}

} // namespace gaze
