//===- GpuPlan.cpp - A plan in the memory of a GPU, and its runs ------------------===//
#include "runtime/gpu/GpuPlan.h"

#include "runtime/Buffers.h"
#include "runtime/Error.h"
#include "runtime/gpu/HalideDevice.h"
#include "runtime/gpu/HostCopy.h"
#include "runtime/gpu/View.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>

namespace gaze::runtime {
namespace {

void checkLimit(const Gpu &gpu, std::int64_t needed, std::int64_t limit, const char *what,
                const char *advice) {
  if (needed > limit)
    throw Failure(GAZE_DEVICE_ERROR, "the kernel takes " + std::to_string(needed) + " " + what +
                                         " in a block, and " + gpu.name() + " has " +
                                         std::to_string(limit) +
                                         "; compile it with a schedule that has " + advice);
}

template <typename T> Allocation copyOf(const Gpu &gpu, const Vector<T> &elements) {
  Allocation memory(gpu, std::max<std::size_t>(1, elements.size()) * sizeof(T));
  if (!elements.empty())
    gpu.copyIn(memory.handle(), elements.data(), elements.size() * sizeof(T), nullptr);
  return memory;
}

template <typename T> std::int64_t count(const Vector<T> &elements) {
  return static_cast<std::int64_t>(elements.size());
}

const char *const axisNames[] = {"batch", "heads", "seq"};

/// What buffers of Halide's can say of a tensor.
void checkStrides(const gaze_tensor &tensor, const char *name) {
  for (std::int32_t axis = 0; axis < 3; ++axis)
    if (tensor.extents[axis] > 1 && tensor.strides[axis] > std::numeric_limits<std::int32_t>::max())
      invalid(std::string(name) + " has a stride of " + std::to_string(tensor.strides[axis]) +
              " elements in " + axisNames[axis] + "; on a GPU at most 2^31 - 1 are supported");
  if (tensor.rank == 3 && tensor.extents[2] > 1 && tensor.strides[2] != 1)
    invalid(std::string(name) + " has a stride of " + std::to_string(tensor.strides[2]) +
            " elements in seq; on a GPU it must be 1");
}

DeviceHandle handleOf(const gaze_tensor &tensor) {
  return reinterpret_cast<DeviceHandle>(tensor.data);
}

void checkOfDevice(const Gpu &gpu, const gaze_tensor &tensor, Use use, const char *name) {
  checkStrides(tensor, name);
  gpu.checkMemory(handleOf(tensor), spanOf(tensor) * halideType(tensor.element).bytes(), use, name);
}

void checkHasParts(const Gpu &gpu, const gaze_tensor &tensor, const char *name) {
  if (!gpu.hasParts(handleOf(tensor)))
    invalid(std::string(name) +
            ".data is a part of another cl_mem, or one that kernels may only write, and the run is "
            "so large that it is done in groups of heads, each with a part of " +
            name + ": give a cl_mem of its own to read and write, or fewer heads at a time");
}

/// Kernels read so many elements of Q at once.
constexpr std::int64_t elementsTogether = 4;

void checkAligned(const Gpu &gpu, const gaze_tensor &q) {
  for (std::int32_t axis = 0; axis < 3; ++axis)
    if (q.extents[axis] > 1 && q.strides[axis] % elementsTogether != 0)
      invalid("q has a stride of " + std::to_string(q.strides[axis]) + " elements in " +
              axisNames[axis] + "; on a GPU it must be a multiple of 4, for four are read at once");
  const std::int64_t bytes = elementsTogether * halideType(q.element).bytes();
  if (gpu.api() == GAZE_API_CUDA && handleOf(q) % static_cast<std::uint64_t>(bytes) != 0)
    invalid("q is not aligned to " + std::to_string(bytes) +
            " bytes, as it must be on a GPU: four elements are read at once");
}

/// As kernels declare it: 16-bit elements go as bits where drivers may not know them.
halide_type_t typeOf(gaze_api api, gaze_element element) {
  const bool isKnown =
      element == GAZE_ELEMENT_FLOAT32 || (element == GAZE_ELEMENT_FLOAT16 && api == GAZE_API_CUDA);
  return isKnown ? halideType(element) : halide_type_t{halide_type_uint, 16, 1};
}

/// [dim, seq, heads, batch], or [seq, heads, batch]
View viewOf(const UseDevice &use, gaze_api api, const gaze_tensor &tensor) {
  const auto axis = [&](int i) {
    // Where there is one entry, its stride is nothing.
    return View::Axis{tensor.extents[i], tensor.extents[i] > 1 ? tensor.strides[i] : 0};
  };
  const halide_type_t type = typeOf(api, tensor.element);
  if (tensor.rank == 3)
    return {use, handleOf(tensor), type, {{tensor.extents[2], 1}, axis(1), axis(0)}};
  return {use, handleOf(tensor), type, {{tensor.extents[3], 1}, axis(2), axis(1), axis(0)}};
}

} // namespace

std::shared_ptr<const DevicePlan> Gpu::upload(const gaze_plan &plan) {
  const gaze_gpu_code &code = *plan.kernel->gpu;
  const BlockLimits limit = limits();
  checkLimit(*this, code.threads, limit.threads, "threads",
             "larger keys or rows, or smaller tile_q or tile_k");
  checkLimit(*this, code.shared_bytes, limit.sharedBytes, "bytes of shared memory",
             "smaller tile_q or tile_k");
  return std::make_shared<const GpuPlan>(*this, plan);
}

GpuPlan::GpuPlan(const Gpu &onGpu, const gaze_plan &ofPlan)
    : gpu(onGpu), plan(ofPlan), code(*ofPlan.kernel->gpu), uniforms(copyOf(gpu, plan.uniforms)),
      ints(copyOf(gpu, plan.inputs->ints)), floats(copyOf(gpu, plan.inputs->floats)),
      bools(copyOf(gpu, plan.bools())) {
  const Tables tables = tablesOf(plan);
  tiles = copyOf(gpu, tables.tiles);
  pieces = copyOf(gpu, tables.pieces);
  rows = copyOf(gpu, tables.rows);
  tileCount = count(tables.tiles);
  mostFull = tables.mostFull;
  mostMasked = tables.mostMasked;
  pieceEnds = tables.pieceEnds;
}

std::int64_t GpuPlan::bytes() const {
  std::int64_t sum = count(pieceEnds) * static_cast<std::int64_t>(sizeof(std::int32_t));
  for (const Allocation *memory : {&uniforms, &ints, &floats, &bools, &tiles, &pieces, &rows})
    sum += static_cast<std::int64_t>(memory->size());
  return sum;
}

void GpuPlan::run(const Tensors &tensors, gaze_memory memory, void *stream) const {
  gpu.checkStream(stream);
  if (memory == GAZE_MEMORY_HOST) {
    runOnHost(tensors, stream);
    return;
  }
  checkOfDevice(gpu, *tensors.q, Use::Read, "q");
  checkAligned(gpu, *tensors.q);
  checkOfDevice(gpu, *tensors.k, Use::Read, "k");
  checkOfDevice(gpu, *tensors.v, Use::Read, "v");
  checkOfDevice(gpu, *tensors.out, Use::Write, "out");
  if (tensors.lse)
    checkOfDevice(gpu, *tensors.lse, Use::Write, "lse");
  enqueue(tensors, stream);
}

void GpuPlan::runOnHost(const Tensors &tensors, void *stream) const {
  HostCopy q(gpu, *tensors.q, elementsTogether), k(gpu, *tensors.k), v(gpu, *tensors.v),
      out(gpu, *tensors.out);
  std::optional<HostCopy> lse;
  if (tensors.lse)
    lse.emplace(gpu, *tensors.lse);
  checkStrides(q.onDevice(), "q");
  checkStrides(k.onDevice(), "k");
  checkStrides(v.onDevice(), "v");
  checkStrides(out.onDevice(), "out");
  for (HostCopy *const input : {&q, &k, &v})
    input->copyIn(stream);
  enqueue({&q.onDevice(), &k.onDevice(), &v.onDevice(), &out.onDevice(),
           lse ? &lse->onDevice() : nullptr},
          stream);
  out.copyOut(stream);
  if (lse)
    lse->copyOut(stream);
}

/// The kernel's functions over the planes of a run, group after group.
class GpuPlan::Launch {
public:
  Launch(const GpuPlan &of, const Tensors &tensors, const UseDevice &use, DeviceHandle states)
      : of(of), code(of.code), shape(of.plan.shape), use(use), states(states),
        uniforms(use, of.uniforms.handle(), int64, {count(of.plan.uniforms)}),
        ints(use, of.ints.handle(), int64, {count(of.plan.inputs->ints)}),
        floats(use, of.floats.handle(), float32, {count(of.plan.inputs->floats)}),
        bools(use, of.bools.handle(), uint8, {count(of.plan.bools())}),
        tiles(use, of.tiles.handle(), int32, {std::max<std::int64_t>(1, of.tileCount)}),
        pieces(use, of.pieces.handle(), int32,
               {intsOfPiece, std::max<std::int64_t>(1, of.pieceEnds.back())}),
        rows(use, of.rows.handle(), int32,
             {intsOfRow, of.plan.queryTiles, shape.heads, shape.batch}),
        q(viewOf(use, of.code.api, *tensors.q)), k(viewOf(use, of.code.api, *tensors.k)),
        v(viewOf(use, of.code.api, *tensors.v)), out(viewOf(use, of.code.api, *tensors.out)) {
    if (tensors.lse)
      lse = std::unique_ptr<const View>(new View(viewOf(use, of.code.api, *tensors.lse)));
  }

  /// Some heads of some batch entries; where they are several, all heads.
  void run(std::int64_t head, std::int64_t heads, std::int64_t batch, std::int64_t batches) const {
    const std::int64_t plane = batch * shape.heads + head;
    const std::int32_t first = of.pieceBefore(plane);
    const std::int64_t count = of.pieceBefore(plane + (batches - 1) * shape.heads + heads) - first;
    const View ofGroup(use, states, float32, {code.state_floats, std::max<std::int64_t>(1, count)});
    if (count > 0)
      use.check(code.attend(uniforms.get(), ints.get(), floats.get(), bools.get(), q.get(), k.get(),
                            v.get(), tiles.get(), pieces.get(), first, of.mostFull, of.mostMasked,
                            shape.q_start, ofGroup.get()),
                "attend");
    const View part(out, {0, 0, head, batch},
                    {of.plan.kernel->value_dim, shape.seq_q, heads, batches});
    use.check(code.finish(ofGroup.get(), rows.get(), first, part.get()), "finish");
    if (!lse)
      return;
    const View partOfLse(*lse, {0, head, batch, 0}, {shape.seq_q, heads, batches, 0});
    use.check(code.log_sum_exp(ofGroup.get(), rows.get(), first, partOfLse.get()), "log_sum_exp");
  }

private:
  const GpuPlan &of;
  const gaze_gpu_code &code;
  const gaze_shape &shape;
  const UseDevice &use;
  const DeviceHandle states;
  const View uniforms, ints, floats, bools, tiles, pieces, rows, q, k, v, out;
  std::unique_ptr<const View> lse;
};

void GpuPlan::enqueue(const Tensors &tensors, void *stream) const {
  const gaze_shape &shape = plan.shape;
  const std::int64_t bytesOfState = std::int64_t{code.state_floats} * std::int64_t{sizeof(float)};
  const std::int64_t most = mostPieces(1, 1);
  const Groups groups =
      groupsOf(shape, bytesOfStates / std::max<std::int64_t>(1, most * bytesOfState),
               gpu.partAlignment(), *tensors.out, tensors.lse);
  if (groups.heads < shape.heads || groups.batches < shape.batch) {
    checkHasParts(gpu, *tensors.out, "out");
    if (tensors.lse)
      checkHasParts(gpu, *tensors.lse, "lse");
  }
  const std::int64_t piecesTogether = mostPieces(groups.heads, groups.batches);
  const ScratchOfStreams::Lease scratch(
      gpu, stream,
      static_cast<std::size_t>(std::max<std::int64_t>(1, piecesTogether) * bytesOfState));
  const UseDevice use(gpu, stream);
  const Launch launch(*this, tensors, use, scratch.handle());
  for (std::int64_t batch = 0; batch < shape.batch; batch += groups.batches)
    for (std::int64_t head = 0; head < shape.heads; head += groups.heads)
      launch.run(head, std::min(groups.heads, shape.heads - head), batch,
                 std::min(groups.batches, shape.batch - batch));
}

std::int32_t GpuPlan::pieceBefore(std::int64_t plane) const {
  return plane == 0 ? 0 : pieceEnds[plane - 1];
}

/// The most that a group of so many heads and batch entries has.
std::int64_t GpuPlan::mostPieces(std::int64_t heads, std::int64_t batches) const {
  std::int64_t most = 0;
  const gaze_shape &shape = plan.shape;
  for (std::int64_t batch = 0; batch < shape.batch; batch += batches)
    for (std::int64_t head = 0; head < shape.heads; head += heads) {
      const std::int64_t last = std::min(batch + batches, shape.batch) - 1;
      most = std::max<std::int64_t>(
          most, pieceBefore(last * shape.heads + std::min(head + heads, shape.heads)) -
                    pieceBefore(batch * shape.heads + head));
    }
  return most;
}

} // namespace gaze::runtime
