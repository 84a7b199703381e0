//===- Plan.cpp - Which tiles exist --------------------------------------------===//
//
// Strips of query tiles are searched (Search.h) on all threads, each on its own, so the
// plan does not depend on the number of threads.
//
//===----------------------------------------------------------------------===//
#include "runtime/Plan.h"

#include "runtime/Cpu.h"
#include "runtime/Device.h"
#include "runtime/Error.h"
#include "runtime/Faults.h"
#include "runtime/Items.h"
#include "runtime/Options.h"
#include "runtime/Parts.h"
#include "runtime/Pieces.h"
#include "runtime/Search.h"
#include "runtime/SelectedBlocks.h"
#include "runtime/Selection.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <string>

using namespace gaze::runtime;

namespace {

constexpr std::int64_t largestSequence = (std::int64_t{1} << 31) - (1 << 16);
constexpr std::int64_t largestOffset = std::int64_t{1} << 39; // so that |q| < 2^40

/// Eight classes for each doubling.
int classOf(std::int64_t cost) {
  int exponent = 0;
  const double mantissa = std::frexp(static_cast<double>(cost), &exponent);
  return cost == 0 ? 0 : 8 * exponent + static_cast<int>(16 * (mantissa - 0.5));
}

/// Rows of one class of cost stay in the order of queries, for neighbours share keys. Those of an
/// order with many classes stay together by class, whose keys one brings into the cache
/// for all; they are short.
Vector<std::int32_t> longestFirst(const Grid &grid, const Units &units) {
  constexpr std::size_t manyClasses = 16;
  if (grid.order.classes.size() >= manyClasses) {
    Vector<std::int32_t> tiles(grid.order.queryTiles);
    std::iota(tiles.begin(), tiles.end(), 0);
    return tiles;
  }
  constexpr int classes = 8 * 65;
  std::array<std::int32_t, classes + 1> position{}; // of the next row, by class from the end
  Vector<std::int16_t> placeOf;
  for (const Strip &strip : grid.strips)
    for (const Row &row : strip.rows) {
      placeOf.push_back(static_cast<std::int16_t>(classes - 1 - classOf(costOf(row, units))));
      ++position[placeOf.back() + 1];
    }
  std::partial_sum(position.begin(), position.end(), position.begin());
  Vector<std::int32_t> tiles(placeOf.size());
  for (std::size_t tile = 0; tile < tiles.size(); ++tile)
    tiles[position[placeOf[tile]]++] = static_cast<std::int32_t>(tile);
  return tiles;
}

/// Finds the rows of a part.
void fillPart(Part &part, const gaze_plan &plan, const Threads &threads) {
  if (part.isOfSelectedBlocks())
    return; // it has its rows already
  const Vector<Planes> planes =
      planesOf(plan.shape, plan.kernel->reads_head != 0, plan.kernel->reads_batch != 0);
  Vector<const Order *> orders;
  for (Grid &grid : part.grids) {
    orders.push_back(&grid.order);
    grid.strips.resize(stripsOf(grid.order));
  }
  const Scope scope{plan, part.code ? part.code->classify : plan.kernel->classify, plan.units,
                    answersForTiles};
  const auto take = [&](std::size_t plane, std::int64_t number, const Strip &strip) {
    part.grids[plane].strips[number] = strip;
  };
  searchStrips(scope, orders, planes, threads, std::cref(take));
  for (Grid &grid : part.grids)
    grid.longestFirst = longestFirst(grid, plan.units);
}

void checkShape(const gaze_shape *shape) {
  if (!shape)
    invalid("shape is null");
  const auto positive = [](std::int64_t value, const char *name, std::int64_t largest) {
    if (value < 1 || value > largest)
      invalid(std::string(name) + " must be from 1 to " + std::to_string(largest) + ", not " +
              std::to_string(value));
  };
  positive(shape->batch, "batch", 1 << 30);
  positive(shape->heads, "heads", 1 << 30);
  positive(shape->kv_heads, "kv_heads", 1 << 30);
  positive(shape->seq_q, "seq_q", largestSequence);
  positive(shape->seq_k, "seq_k", largestSequence);
  if (shape->heads % shape->kv_heads != 0)
    invalid("kv_heads, " + std::to_string(shape->kv_heads) + ", must divide heads, " +
            std::to_string(shape->heads));
  if (shape->q_start < -largestOffset || shape->q_start > largestOffset)
    invalid("q_start must be within -2^39 and 2^39, not " + std::to_string(shape->q_start));
  if (shape->batch * shape->heads > (std::int64_t{1} << 40) / shape->seq_q)
    invalid("batch * heads * seq_q must be at most 2^40");
}

/// The parameters as int64 bit patterns, then the shape.
Vector<std::int64_t> makeUniforms(const gaze_kernel &kernel, const gaze_shape &shape,
                                  const gaze_value *values, std::int32_t count) {
  if (count != 0 && count != kernel.parameter_count)
    invalid("the pattern has " + std::to_string(kernel.parameter_count) + " parameters, " +
            std::to_string(count) + " values were given");
  if (count != 0 && !values)
    invalid("values is null");
  Vector<std::int64_t> uniforms;
  for (std::int32_t i = 0; i < kernel.parameter_count; ++i) {
    const gaze_parameter &parameter = kernel.parameters[i];
    const std::string name = std::string("parameter '") + parameter.name + "'";
    if (count == 0 && !parameter.has_default)
      invalid(name + " has no default: give a value");
    const gaze_value value = count == 0 ? parameter.default_value : values[i];
    if (parameter.type == GAZE_FLOAT && std::isnan(value.real))
      invalid(name + " is not a number (NaN)");
    if (parameter.type == GAZE_BOOL && value.integer != 0 && value.integer != 1)
      invalid(name + " is a bool: 0 or 1, not " + std::to_string(value.integer));
    std::int64_t bits = value.integer;
    if (parameter.type == GAZE_FLOAT)
      std::memcpy(&bits, &value.real, sizeof bits);
    uniforms.push_back(bits);
  }
  uniforms.insert(uniforms.end(),
                  {shape.seq_q, shape.seq_k, shape.heads, kernel.head_dim, shape.batch});
  return uniforms;
}

void checkRequirements(const gaze_plan &plan) {
  const gaze_kernel &kernel = *plan.kernel;
  if (kernel.requirement_count == 0)
    return;
  Vector<std::uint8_t> holds(kernel.requirement_count);
  Buffer uniforms(plan.uniforms.data(), int64, static_cast<std::int64_t>(plan.uniforms.size()));
  Buffer out(holds.data(), uint8, kernel.requirement_count);
  if (const int code = kernel.require(uniforms.get(), out.get()))
    throw Failure(GAZE_INTERNAL_ERROR, "require failed with code " + std::to_string(code));
  for (std::int32_t i = 0; i < kernel.requirement_count; ++i)
    if (!holds[i])
      throw Failure(GAZE_REQUIREMENT_FAILED, std::string(kernel.requirements[i].place) +
                                                 ": error: " + kernel.requirements[i].message);
}

} // namespace

/// Few rows, those of all heads that share K and V, have functions of their own: by the
/// shape alone, as all that decides the bits. Where queries fill more than two thirds of a
/// tile's lanes, accumulate is the faster one. Where the mask reads the head, each head
/// has its own tiles.
void gaze::runtime::chooseKernel(gaze_plan &plan) {
  const gaze_kernel &kernel = *plan.kernel;
  const gaze_shape &shape = plan.shape;
  plan.fewRows = shape.seq_q <= std::min(kernel.max_rows, kernel.tile_q * 2 / 3);
  if (plan.fewRows && !kernel.reads_head)
    plan.headsOfItem = std::min(shape.heads / shape.kv_heads, kernel.max_rows / shape.seq_q);
}

void gaze::runtime::makeParts(gaze_plan &plan, const Threads &threads) {
  plan.parts = chooseParts(plan);
  for (Part &part : plan.parts)
    fillPart(part, plan, threads);
  cutLongRows(plan);
  for (Part &part : plan.parts)
    countItems(plan, part);
  upload(plan);
}

Owned<gaze_plan> gaze::runtime::preparePlan(const gaze_kernel *given, const gaze_shape *shape,
                                            const gaze_value *values, std::int32_t valueCount,
                                            const gaze_input_tensor *inputs,
                                            std::int32_t inputCount, const Options &options) {
  const gaze_kernel *const kernel = &kernelHere(given);
  checkDevice(*kernel, options.device);
  checkShape(shape);
  Owned<gaze_plan> plan = make<gaze_plan>();
  plan->kernel = kernel;
  plan->shape = *shape;
  if (options.device)
    plan->device = options.device->shared_from_this();
  plan->uniforms = makeUniforms(*kernel, *shape, values, valueCount);
  plan->queryTiles = tilesOf(shape->seq_q, kernel->tile_q);
  plan->units = {kernel->edge_k, kernel->tile_k / kernel->edge_k,
                 tilesOf(shape->seq_k, kernel->edge_k)};
  chooseKernel(*plan);
  checkRequirements(*plan);
  plan->inputs = std::allocate_shared<const Inputs>(
      Allocator<Inputs>(), copyInputs(*kernel, inputs, inputCount, plan->uniforms));
  addSelections(*plan);
  checkIndices(*plan, options.threads);
  return plan;
}

gaze_status gaze_plan_create(const gaze_kernel *kernel, const gaze_shape *shape,
                             const gaze_value *values, int32_t value_count,
                             const gaze_input_tensor *inputs, int32_t input_count,
                             const gaze_options *options, gaze_plan **plan, gaze_error *error) {
  if (plan)
    *plan = nullptr;
  return guarded(options, error, [&](const Options &read) {
    if (!plan)
      invalid("plan is null");
    Owned<gaze_plan> result =
        preparePlan(kernel, shape, values, value_count, inputs, input_count, read);
    if (!result->mustSelect())
      makeParts(*result, read.threads);
    *plan = result.release();
  });
}

void gaze_plan_destroy(gaze_plan *plan) { Owned<gaze_plan>{plan}; }
