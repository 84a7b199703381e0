//===- Inputs.cpp - The tensors that a pattern reads at run time ---------------===//
#include "runtime/Inputs.h"

#include "runtime/Error.h"
#include "runtime/Plan.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace gaze::runtime {
namespace {

constexpr std::int64_t mostPoints = 256;
constexpr std::int64_t mostElements = std::numeric_limits<std::int32_t>::max() - 1;

/// How the indices of one axis are cut into zones. An axis without indices has none.
struct ZonedAxis {
  explicit ZonedAxis(std::int64_t size)
      : size(size), points(size <= mostPoints ? size : 0), padded(size > 0 ? 16 : 8) {
    while (padded < size)
      padded *= 2;
  }
  std::int64_t zones() const { return points + padded / 8 - 1; }

  std::int64_t size, points, padded;
};

/// Of an input without elements, the axes behind the first empty one are taken for empty
/// too: any index is outside before it comes to them. So the offset of every element and
/// of every zone is 0.
Vector<ZonedAxis> zonedAxes(const std::int64_t *sizes, std::int32_t rank) {
  Vector<ZonedAxis> axes;
  bool isEmpty = false;
  for (std::int32_t i = 0; i < rank; ++i) {
    isEmpty = isEmpty || sizes[i] == 0;
    axes.emplace_back(isEmpty ? 0 : sizes[i]);
  }
  return axes;
}

//===----------------------------------------------------------------------===//
// Zones
//===----------------------------------------------------------------------===//

/// The least and the greatest of some elements. Of floats with a NaN among them both
/// are NaN: nothing is known.
template <typename Element> struct Extremes {
  Element least, greatest;

  void include(const Extremes &other) {
    least = isNaN(least) || least < other.least ? least : other.least;
    greatest = isNaN(greatest) || greatest > other.greatest ? greatest : other.greatest;
  }

private:
  static bool isNaN(Element value) { return value != value; }
};

/// A table of entries over [outer, size, inner].
template <typename Element> struct Table {
  Vector<Extremes<Element>> entries;
  std::int64_t size, inner;

  /// The entries of one index, for all inner ones.
  Extremes<Element> *at(std::int64_t o, std::int64_t index) {
    return entries.data() + (o * size + index) * inner;
  }
  /// Begins a zone with these entries, or widens it by them.
  void put(std::int64_t o, std::int64_t zone, bool begins, const Extremes<Element> *from) {
    for (std::int64_t i = 0; i < inner; ++i)
      begins ? void(at(o, zone)[i] = from[i]) : at(o, zone)[i].include(from[i]);
  }
};

/// Replaces the middle axis of a table by its zones.
template <typename Element> Table<Element> zoneAxis(Table<Element> table, const ZonedAxis &axis) {
  const std::int64_t outer =
      static_cast<std::int64_t>(table.entries.size()) / (table.size * table.inner);
  Table<Element> zoned{{}, axis.zones(), table.inner};
  zoned.entries.resize(outer * zoned.size * zoned.inner);
  for (std::int64_t o = 0; o < outer; ++o) {
    std::int64_t level = axis.points, count = (axis.size + 15) / 16;
    for (std::int64_t index = 0; index < axis.size; ++index) {
      if (axis.points > 0)
        zoned.put(o, index, true, table.at(o, index));
      zoned.put(o, level + index / 16, index % 16 == 0, table.at(o, index));
    }
    for (std::int64_t zones = axis.padded / 16; zones > 1; zones /= 2, count = (count + 1) / 2) {
      for (std::int64_t zone = 0; zone < count; ++zone)
        zoned.put(o, level + zones + zone / 2, zone % 2 == 0, zoned.at(o, level + zone));
      level += zones;
    }
  }
  return zoned;
}

/// The last axis first, row by row, since it shrinks the table most.
template <typename Element, typename Stored>
Vector<Extremes<Element>> zonesOf(const Vector<ZonedAxis> &axes, const Stored *elements,
                                  std::int64_t count) {
  const ZonedAxis &last = axes.back();
  Table<Element> table{{}, last.zones(), 1};
  for (const Stored *row = elements; row != elements + count; row += last.size) {
    Table<Element> entries{{}, last.size, 1};
    for (std::int64_t i = 0; i < last.size; ++i)
      entries.entries.push_back({static_cast<Element>(row[i]), static_cast<Element>(row[i])});
    const Table<Element> zoned = zoneAxis(std::move(entries), last);
    table.entries.insert(table.entries.end(), zoned.entries.begin(), zoned.entries.end());
  }
  for (auto axis = axes.rbegin() + 1; axis != axes.rend(); ++axis) {
    table.inner *= table.size;
    table.size = axis->size;
    table = zoneAxis(std::move(table), *axis);
  }
  return std::move(table.entries);
}

//===----------------------------------------------------------------------===//
// Copying
//===----------------------------------------------------------------------===//

std::string listOf(const std::int64_t *extents, std::int32_t rank) {
  std::string text;
  for (std::int32_t i = 0; i < rank; ++i)
    text += (i > 0 ? ", " : "") + std::to_string(extents[i]);
  return "[" + text + "]";
}

bool fits(gaze_element element, gaze_type type) {
  if (type == GAZE_INT)
    return element == GAZE_ELEMENT_INT32 || element == GAZE_ELEMENT_INT64;
  return element == (type == GAZE_FLOAT ? GAZE_ELEMENT_FLOAT32 : GAZE_ELEMENT_BOOL);
}

const char *neededBy(gaze_type type) {
  return type == GAZE_INT ? "int32 or int64" : type == GAZE_FLOAT ? "float32" : "bool";
}

/// Holds a tensor to the declaration of its input; gives the number of its elements.
std::int64_t checkTensor(const gaze_input &input, const gaze_input_tensor &given,
                         const std::int64_t *declared) {
  const std::string name = std::string("input '") + input.name + "'";
  for (std::int32_t i = 0; i < input.rank; ++i)
    if (declared[i] < 0)
      invalid(name + " would have an axis of " + std::to_string(declared[i]) + " elements, by " +
              input.axes);
  if (given.rank != input.rank || !std::equal(declared, declared + input.rank, given.extents))
    invalid(
        name + " has the shape " +
        (given.rank >= 0 && given.rank <= GAZE_MAX_AXES ? listOf(given.extents, given.rank)
                                                        : std::to_string(given.rank) + " axes") +
        ", but the pattern declares " + input.axes + ", which is " + listOf(declared, input.rank));
  if (!fits(given.element, input.type))
    invalid(name + " holds " + spelling(given.element) + ", but the pattern needs " +
            neededBy(input.type));
  std::int64_t count = 1;
  for (std::int32_t i = 0; i < input.rank; ++i) {
    count = declared[i] == 0                     ? 0
            : count > mostElements / declared[i] ? mostElements + 1
                                                 : count * declared[i];
    if (count > mostElements)
      invalid(name + ", " + listOf(declared, input.rank) +
              ", has more elements than the 2^31 - 2 that are supported");
  }
  if (!given.data && count > 0)
    invalid(name + " is null");
  const std::uintptr_t bytes = given.element == GAZE_ELEMENT_INT64  ? 8
                               : given.element == GAZE_ELEMENT_BOOL ? 1
                                                                    : 4;
  if (reinterpret_cast<std::uintptr_t>(given.data) % bytes != 0)
    invalid(name + " is not aligned to " + std::to_string(bytes) + " bytes");
  return count;
}

/// Kernels compute with bools as with numbers.
void checkBools(const gaze_input &input, const std::uint8_t *elements, std::int64_t count) {
  const auto *const end = elements + count;
  const auto *const odd = std::find_if(elements, end, [](auto value) { return value > 1; });
  if (odd != end)
    invalid(std::string("input '") + input.name + "' has a bool that is " + std::to_string(*odd) +
            ", at element " + std::to_string(odd - elements) + "; a bool is a byte, 0 or 1");
}

/// Appends elements, and gives the index of the first.
template <typename Stored, typename Element>
std::int64_t append(Vector<Stored> &all, const Element *elements, std::int64_t count) {
  const auto first = static_cast<std::int64_t>(all.size());
  if (first + count > mostElements)
    invalid("the inputs of one type have more elements than the 2^31 - 2 that are supported");
  all.insert(all.end(), elements, elements + count);
  return first;
}

template <typename Element>
std::int64_t appendZones(Inputs &inputs, const Vector<ZonedAxis> &axes, const Element *elements,
                         std::int64_t count) {
  const auto first = static_cast<std::int64_t>(inputs.zones.size() / 2);
  using Wide = std::conditional_t<std::is_floating_point_v<Element>, double, std::int64_t>;
  const auto table = count > 0 ? zonesOf<Wide>(axes, elements, count)
                               : Vector<Extremes<Wide>>(1, {Wide{}, Wide{}});
  if (first + static_cast<std::int64_t>(table.size()) > mostElements)
    invalid("the inputs have more elements than are supported");
  for (const Extremes<Wide> &entry : table)
    for (const Wide end : {entry.least, entry.greatest}) {
      std::int64_t bits = 0;
      std::memcpy(&bits, &end, sizeof bits);
      inputs.zones.push_back(bits);
    }
  return first;
}

Vector<std::int64_t> declaredSizes(const gaze_kernel &kernel,
                                   const Vector<std::int64_t> &uniforms) {
  std::int64_t count = 0;
  for (std::int32_t i = 0; i < kernel.input_count; ++i)
    count += kernel.inputs[i].rank;
  Vector<std::int64_t> sizes(count);
  Buffer in(uniforms.data(), int64, static_cast<std::int64_t>(uniforms.size()));
  Buffer out(sizes.data(), int64, count);
  if (const int code = kernel.sizes(in.get(), out.get()))
    throw Failure(GAZE_INTERNAL_ERROR, "sizes failed with code " + std::to_string(code));
  return sizes;
}

} // namespace

std::int64_t Inputs::bytes() const {
  return static_cast<std::int64_t>(ints.size() * sizeof(std::int64_t) +
                                   floats.size() * sizeof(float) + bools.size() +
                                   zones.size() * sizeof(std::int64_t));
}

Inputs copyInputs(const gaze_kernel &kernel, const gaze_input_tensor *given, std::int32_t count,
                  Vector<std::int64_t> &uniforms) {
  if (count != kernel.input_count)
    invalid("the pattern reads " + std::to_string(kernel.input_count) + " input(s), and " +
            std::to_string(count) + " were given");
  Inputs inputs;
  if (count > 0) {
    if (!given)
      invalid("inputs is null");
    const Vector<std::int64_t> sizes = declaredSizes(kernel, uniforms);
    const std::int64_t *size = sizes.data();
    for (std::int32_t i = 0; i < count; ++i) {
      const std::int64_t elements = checkTensor(kernel.inputs[i], given[i], size);
      inputs.sizes.emplace_back(size, size + kernel.inputs[i].rank);
      const Vector<ZonedAxis> axes = zonedAxes(size, kernel.inputs[i].rank);
      const auto copy = [&](auto &all, const auto *data) {
        uniforms.push_back(append(all, data, elements));
        uniforms.push_back(appendZones(inputs, axes, data, elements));
      };
      switch (given[i].element) {
      case GAZE_ELEMENT_INT32:
        copy(inputs.ints, static_cast<const std::int32_t *>(given[i].data));
        break;
      case GAZE_ELEMENT_INT64:
        copy(inputs.ints, static_cast<const std::int64_t *>(given[i].data));
        break;
      case GAZE_ELEMENT_FLOAT32:
        copy(inputs.floats, static_cast<const float *>(given[i].data));
        break;
      default: // a bool: all others were refused
        checkBools(kernel.inputs[i], static_cast<const std::uint8_t *>(given[i].data), elements);
        copy(inputs.bools, static_cast<const std::uint8_t *>(given[i].data));
        break;
      }
      for (const ZonedAxis &axis : axes)
        uniforms.insert(uniforms.end(), {axis.size, axis.points, axis.padded});
      size += kernel.inputs[i].rank;
    }
  }
  // What an empty input is read at instead.
  inputs.ints.push_back(0);
  inputs.floats.push_back(0);
  inputs.bools.push_back(0);
  inputs.zones.insert(inputs.zones.end(), {0, 0});
  return inputs;
}

Arguments::Arguments(const gaze_plan &plan)
    : uniforms(plan.uniforms.data(), int64, static_cast<std::int64_t>(plan.uniforms.size())),
      ints(plan.inputs->ints.data(), int64, static_cast<std::int64_t>(plan.inputs->ints.size())),
      floats(plan.inputs->floats.data(), float32,
             static_cast<std::int64_t>(plan.inputs->floats.size())),
      bools(plan.bools().data(), uint8, static_cast<std::int64_t>(plan.bools().size())),
      zones(plan.inputs->zones.data(), int64, 2,
            static_cast<std::int64_t>(plan.inputs->zones.size() / 2), 2) {}

} // namespace gaze::runtime
