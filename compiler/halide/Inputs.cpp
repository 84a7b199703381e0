//===- Inputs.cpp - Elements of run-time tensors as Halide expressions --------===//
//
// No index can leave its tensor: each is clamped into its axis. That an index would
// have been outside is found before a kernel runs (runtime/Faults.cpp); what is
// loaded then instead never counts.
//
//===----------------------------------------------------------------------===//
#include "compiler/halide/Inputs.h"

#include "compiler/halide/Expressions.h"
#include "runtime/SelectionTable.h"

#include <string>
#include <utility>

using Halide::cast;
using Halide::Expr;
using Halide::Int;
using Halide::reinterpret;
using Halide::select;

using gaze::runtime::allSelected;
using gaze::runtime::someSelected;

namespace gaze {
namespace {

Expr int64(std::int64_t value) { return Halide::Internal::make_const(Int(64), value); }

/// Halide 21 infers bounds of an index through the lets that it is made of, and fails where
/// one of them is bounded on one side alone, as `min(x, abs(k))` is. It knows nothing of bits.
Expr clamped(const Expr &index, const InputAccess::Axis &axis) {
  const Expr bits = reinterpret(Int(64), reinterpret(Halide::UInt(64), index));
  return Halide::max(Halide::min(bits, axis.size - 1), int64(0));
}

/// `offset` as a position of dimension `dimension` of `buffer`. It is one: indices are
/// clamped, and the runtime makes the buffers, of less than 2^31 elements, to fit.
Expr position(const Expr &offset, const Halide::ImageParam &buffer, int dimension = 0) {
  return Halide::clamp(cast(Int(32), offset), 0, buffer.dim(dimension).extent() - 1);
}

/// Names for values that are read more than once: Halide's expressions are trees to many
/// of its passes, and would be copied.
class Lets {
public:
  Expr operator()(const Expr &value) {
    names.push_back(Halide::Internal::unique_name("zone"));
    values.push_back(value);
    return Halide::Internal::Variable::make(value.type(), names.back());
  }
  Expr around(Expr body) const {
    for (std::size_t i = names.size(); i-- > 0;)
      body = Halide::Internal::Let::make(names[i], values[i], body);
    return body;
  }

private:
  std::vector<std::string> names;
  std::vector<Expr> values;
};

/// The element of clamped indices.
Expr elementAt(const InputAccess &input, const InputBuffers &buffers,
               const std::vector<Expr> &indices) {
  Expr offset = int64(0);
  for (std::size_t i = 0; i < indices.size(); ++i)
    offset = offset * input.axes[i].size + indices[i];
  offset = input.first + offset;
  switch (input.type) {
  case ValueType::I64:
    return buffers.ints(position(offset, buffers.ints));
  case ValueType::I1:
    return buffers.bools(position(offset, buffers.bools)) != 0;
  default:
    return buffers.floats(position(offset, buffers.floats));
  }
}

Expr zoneCount(const InputAccess::Axis &axis) { return axis.points + (axis.padded >> 3) - 1; }

/// The zones that hold the clamped indices [low, high] of an axis: one or two, of the
/// size that makes it no more.
std::pair<Expr, Expr> zonesOf(const InputAccess::Axis &axis, const Expr &low, const Expr &high,
                              Lets &let) {
  const Expr span = let(high - low);
  // The least level with 2^level >= span, but at least 4: zones of 16 indices.
  const Expr bits =
      int64(64) -
      cast(Int(64), Halide::count_leading_zeros(reinterpret(Halide::UInt(64), span - 1)));
  const Expr level = let(select(span <= 16, int64(4), bits));
  const Expr first = let(axis.points + (axis.padded >> 3) - (axis.padded >> (level - 1)));
  const Expr isPoint = let(low == high && axis.points > 0);
  return {let(select(isPoint, low, first + (low >> level))),
          let(select(isPoint, low, first + (high >> level)))};
}

/// The lesser or the greater of two values of an input's type.
Expr furthest(const Expr &a, const Expr &b, bool greatest) {
  if (a.type().is_bool())
    return greatest ? a || b : a && b;
  if (a.type().is_int())
    return greatest ? Halide::max(a, b) : Halide::min(a, b);
  const Expr aWins = greatest ? Halide::strict_float(b < a) : Halide::strict_float(a < b);
  return select(Halide::strict_float(Halide::is_nan(a)) || aWins, a, b);
}

/// The least, or the greatest, of what the zones over the box [low, high] of clamped
/// indices hold.
Expr extremeOfZones(const InputAccess &input, const InputBuffers &buffers,
                    const std::vector<Expr> &low, const std::vector<Expr> &high, bool greatest,
                    Lets &let) {
  std::vector<Expr> offsets = {int64(0)};
  for (std::size_t i = 0; i < input.axes.size(); ++i) {
    const InputAccess::Axis &axis = input.axes[i];
    const auto [first, last] = zonesOf(axis, low[i], high[i], let);
    const Expr zones = let(zoneCount(axis));
    std::vector<Expr> longer;
    for (const Expr &offset : offsets)
      for (const Expr &zone : {first, last})
        longer.push_back(let(offset * zones + zone));
    offsets = std::move(longer);
  }
  Expr result;
  for (const Expr &offset : offsets) {
    const Expr bits =
        buffers.zones(greatest ? 1 : 0, position(input.firstZone + offset, buffers.zones, 1));
    const Expr value = let(input.type == ValueType::I64  ? bits
                           : input.type == ValueType::I1 ? bits != 0
                                                         : reinterpret<double>(bits));
    result = result.defined() ? let(furthest(result, value, greatest)) : value;
  }
  return result;
}

} // namespace

std::vector<InputAccess> inputAccesses(const Kernel &kernel, const Halide::ImageParam &uniforms,
                                       int position, const Expr &heads) {
  std::vector<InputAccess> accesses;
  const auto next = [&]() -> Expr { return uniforms(position++); };
  for (const KernelInput &input : kernel.inputs) {
    InputAccess access;
    access.type = input.type;
    access.first = next();
    access.firstZone = next();
    for (std::size_t axis = 0; axis < input.sizes.results.size(); ++axis) {
      const Expr size = next(), points = next(), padded = next();
      access.axes.push_back({size, points, padded});
    }
    accesses.push_back(std::move(access));
  }
  for (std::size_t i = 0; i < kernel.selections.size(); ++i) {
    InputAccess access;
    access.type = ValueType::I1;
    access.first = next();
    access.firstGroup = next();
    access.heads = heads;
    for (int axis = 0; axis < 2; ++axis) {
      const Expr size = next(), padded = next();
      access.axes.push_back({size, size, padded});
    }
    accesses.push_back(std::move(access));
  }
  return accesses;
}

namespace {

/// Where the table of a batch entry and head begins.
Expr selectionTable(const InputAccess &input, const Expr &batch, const Expr &head) {
  const Expr entries = zoneCount(input.axes[0]) * zoneCount(input.axes[1]);
  return input.first + (batch * input.heads + head) * entries;
}

/// Its points are its elements.
Expr loadSelected(const InputAccess &input, const InputBuffers &buffers,
                  const std::vector<Expr> &indices) {
  const Expr group = clamped(indices[2] - input.firstGroup, input.axes[0]);
  const Expr block = clamped(indices[3], input.axes[1]);
  const Expr offset =
      selectionTable(input, indices[0], indices[1]) + group * zoneCount(input.axes[1]) + block;
  return buffers.bools(position(offset, buffers.bools)) != 0;
}

/// Nothing is known of several heads or batch entries at once: a plan asks for one of each.
Expr loadSelectedExtreme(const InputAccess &input, const InputBuffers &buffers,
                         const std::vector<Expr> &ends, bool greatest) {
  Lets let;
  const Expr isOne = ends[0] == ends[1] && ends[2] == ends[3];
  const auto inside = [&](const Expr &index, int axis) {
    return let(clamped(index, input.axes[axis]));
  };
  const auto [firstGroup, lastGroup] = zonesOf(input.axes[0], inside(ends[4] - input.firstGroup, 0),
                                               inside(ends[5] - input.firstGroup, 0), let);
  const auto [firstBlock, lastBlock] =
      zonesOf(input.axes[1], inside(ends[6], 1), inside(ends[7], 1), let);
  const Expr table = let(selectionTable(input, ends[0], ends[2]));
  const Expr zones = let(zoneCount(input.axes[1]));
  const std::uint8_t bit = greatest ? someSelected : allSelected;
  Expr result;
  for (const Expr &group : {firstGroup, lastGroup})
    for (const Expr &block : {firstBlock, lastBlock}) {
      const Expr offset = table + group * zones + block;
      const Expr entry = let(buffers.bools(position(offset, buffers.bools)));
      result = !result.defined() ? entry : let(greatest ? result | entry : result & entry);
    }
  const Expr isSet = (result & bit) != cast<std::uint8_t>(0);
  return let.around(greatest ? isSet || !isOne : isSet && isOne);
}

} // namespace

Expr loadElement(const InputAccess &input, const InputBuffers &buffers,
                 const std::vector<Expr> &indices) {
  if (input.isSelection())
    return loadSelected(input, buffers, indices);
  std::vector<Expr> inside;
  for (std::size_t i = 0; i < indices.size(); ++i)
    inside.push_back(clamped(indices[i], input.axes[i]));
  return elementAt(input, buffers, inside);
}

Expr loadExtreme(const InputAccess &input, const InputBuffers &buffers,
                 const std::vector<Expr> &ends, bool greatest) {
  if (input.isSelection())
    return loadSelectedExtreme(input, buffers, ends, greatest);
  Lets let;
  std::vector<Expr> low, high;
  Expr isElement;
  for (std::size_t i = 0; i < input.axes.size(); ++i) {
    low.push_back(let(clamped(ends[2 * i], input.axes[i])));
    high.push_back(let(clamped(ends[2 * i + 1], input.axes[i])));
    const Expr isIndex = low[i] == high[i];
    isElement = let(isElement.defined() ? isElement && isIndex : isIndex);
  }
  const Expr ofZones = extremeOfZones(input, buffers, low, high, greatest, let);
  const Expr loaded = elementAt(input, buffers, low);
  const Expr element = let(input.type == ValueType::F64 ? widen(loaded) : loaded);
  return let.around(choose(isElement, element, ofZones));
}

} // namespace gaze
