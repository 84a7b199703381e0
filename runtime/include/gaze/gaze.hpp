//===- gaze.hpp - Running compiled kernels: C++ over the C interface ----------===//
//
//   const gaze::Plan plan(longformer, {1, 8, 8, 1024, 1024, 0}, {512, 64});
//   plan.run(gaze::view(q, {1, 8, 1024, 64}), gaze::view(k, {1, 8, 1024, 64}),
//            gaze::view(v, {1, 8, 1024, 64}), gaze::view(out, {1, 8, 1024, 64}));
//
// Shapes, layouts, what is allowed and thread-safety are those of gaze.h. A failed call
// throws gaze::Error. Each has a sibling that throws nothing and returns a gaze::Status:
//
//   if (gaze::Status status = plan.tryRun(q, k, v, out); !status.ok())
//     log(status.message());
//
// Plan, Workspace and Summaries own what they stand for, and can be moved. View and Options own
// nothing: what they refer to must outlive the calls that take them.
//
// Examples: docs/examples. Test: test/runtime/CppTest.cpp
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_GAZE_HPP
#define GAZE_RUNTIME_GAZE_HPP

#include "gaze/float16.hpp"
#include "gaze/gaze.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace gaze {

/// A failed call: what() says which argument is wrong and why.
class Error : public std::runtime_error {
public:
  Error(gaze_status code, const std::string &message) : std::runtime_error(message), reason(code) {}
  gaze_status code() const noexcept { return reason; }

private:
  gaze_status reason;
};

/// How a call went, for who wants no exceptions.
class Status {
public:
  Status() = default;
  Status(gaze_status code, const std::string &message) noexcept {
    error.status = code;
    std::snprintf(error.message, sizeof error.message, "%s", message.c_str());
  }

  bool ok() const noexcept { return error.status == GAZE_OK; }
  gaze_status code() const noexcept { return error.status; }
  /// Which argument is wrong and why; empty where all went well.
  const char *message() const noexcept { return error.message; }

  void orThrow() const {
    if (!ok())
      throw Error(error.status, error.message);
  }
  /// Where a C function writes it.
  gaze_error *get() noexcept { return &error; }

private:
  gaze_error error = {};
};

/// The value of a parameter: any integer, floating-point number or bool. It must be of
/// the parameter's own type, but an integer may stand for a float.
class Value {
public:
  template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T>>>
  Value(T given) { // NOLINT(google-explicit-constructor): {512, 30.0} is the use
    if constexpr (std::is_same_v<T, bool>) {
      type = GAZE_BOOL;
      value.integer = given;
    } else if constexpr (std::is_floating_point_v<T>) {
      type = GAZE_FLOAT;
      value.real = given;
    } else {
      type = GAZE_INT;
      value.integer = static_cast<std::int64_t>(given);
    }
  }

  /// As the C interface takes it; an error where the type does not fit.
  Status as(const gaze_parameter &parameter, gaze_value &result) const {
    result = value;
    if (parameter.type == GAZE_FLOAT && type == GAZE_INT)
      result.real = static_cast<double>(value.integer);
    else if (parameter.type != type)
      return Status(GAZE_INVALID_ARGUMENT, std::string("parameter '") + parameter.name + "' is " +
                                               name(parameter.type) + ", " + name(type) +
                                               " was given");
    return {};
  }

private:
  static const char *name(gaze_type type) {
    return type == GAZE_INT ? "an int" : type == GAZE_FLOAT ? "a float" : "a bool";
  }

  gaze_type type;
  gaze_value value;
};

/// A tensor that a pattern reads at run time, dense and in C order; `Plan` copies it.
template <typename Element>
gaze_input_tensor input(const Element *data, std::initializer_list<std::int64_t> extents) {
  constexpr bool isBool = std::is_same_v<Element, bool> || std::is_same_v<Element, std::uint8_t>;
  static_assert(isBool || std::is_same_v<Element, std::int32_t> ||
                    std::is_same_v<Element, std::int64_t> || std::is_same_v<Element, float>,
                "inputs hold int32, int64, float, or bool (a byte each)");
  gaze_input_tensor tensor = {};
  tensor.data = data;
  tensor.element = isBool                                  ? GAZE_ELEMENT_BOOL
                   : std::is_same_v<Element, std::int32_t> ? GAZE_ELEMENT_INT32
                   : std::is_same_v<Element, std::int64_t> ? GAZE_ELEMENT_INT64
                                                           : GAZE_ELEMENT_FLOAT32;
  tensor.rank = static_cast<std::int32_t>(extents.size());
  std::size_t axis = 0;
  for (const std::int64_t extent : extents)
    if (axis < GAZE_MAX_AXES)
      tensor.extents[axis++] = extent;
  return tensor;
}

/// A tensor over the caller's memory, as gaze_tensor: [batch, heads, seq, dim], or a log-sum-exp
/// [batch, heads, seq]. Strides count elements. T is float, gaze::float16 or gaze::bfloat16, and
/// const where it is only read.
template <typename T> struct View {
  using Element = std::remove_const_t<T>;
  static_assert(std::is_same_v<Element, float> || std::is_same_v<Element, float16> ||
                    std::is_same_v<Element, bfloat16>,
                "Q, K, V and the output hold float, gaze::float16 or gaze::bfloat16");

  T *data = nullptr;
  int rank = 0; ///< so many extents and strides count
  std::int64_t extents[GAZE_MAX_RANK] = {};
  std::int64_t strides[GAZE_MAX_RANK] = {};

  operator gaze_tensor() const noexcept { // NOLINT(google-explicit-constructor): its purpose
    gaze_tensor tensor = {};
    tensor.data = const_cast<Element *>(data);
    tensor.element = std::is_same_v<Element, float16>    ? GAZE_ELEMENT_FLOAT16
                     : std::is_same_v<Element, bfloat16> ? GAZE_ELEMENT_BFLOAT16
                                                         : GAZE_ELEMENT_FLOAT32;
    tensor.rank = rank;
    for (int axis = 0; axis < GAZE_MAX_RANK; ++axis) {
      tensor.extents[axis] = extents[axis];
      tensor.strides[axis] = strides[axis];
    }
    return tensor;
  }
};

/// view(data, {batch, heads, seq, dim}, {strides...})
template <typename T, std::size_t rank>
View<T> view(T *data, const std::int64_t (&extents)[rank],
             const std::int64_t (&strides)[rank]) noexcept {
  static_assert(rank == 4 || rank == 3, "[batch, heads, seq, dim], or [batch, heads, seq]");
  View<T> made;
  made.data = data;
  made.rank = rank;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    made.extents[axis] = extents[axis];
    made.strides[axis] = strides[axis];
  }
  return made;
}

/// view(data, {batch, heads, seq, dim}): without gaps.
template <typename T, std::size_t rank>
View<T> view(T *data, const std::int64_t (&extents)[rank]) noexcept {
  std::int64_t strides[rank];
  std::int64_t stride = 1;
  for (std::size_t axis = rank; axis-- > 0; stride *= extents[axis])
    strides[axis] = stride;
  return view(data, extents, strides);
}

class Plan;
class Workspace;
class Summaries;
class Device;

/// How a call is to do its work (gaze_options):
///
///   plan.run(q, k, v, out, gaze::Options(4).parallelFor(pool).workspace(workspace));
class Options {
public:
  Options() noexcept { options.struct_size = sizeof options; }
  /// Tasks that the work is cut into; 0: one for each core.
  Options(int threads) noexcept : Options() { // NOLINT(google-explicit-constructor): run(.., 4)
    options.threads = threads;
  }

  /// A thread pool. pool(count, task) calls task(i) once for each i in [0, count), in any threads,
  /// and returns after all have returned. It throws nothing while a task may still run.
  template <typename Pool> Options &parallelFor(Pool &pool) noexcept {
    options.parallel_for_context = address(pool);
    options.parallel_for = [](void *context, std::int64_t count, gaze_task task, void *closure) {
      (*static_cast<Pool *>(context))(count, [task, closure](std::int64_t i) { task(closure, i); });
    };
    return *this;
  }

  /// Where memory comes from: a std::pmr::memory_resource, or what has its allocate(bytes,
  /// alignment) and deallocate(memory, bytes, alignment). Threads call it, several at once. It must
  /// outlive what is made with it.
  template <typename Resource> Options &memory(Resource &resource) noexcept {
    options.allocator_context = address(resource);
    options.allocate = [](void *context, std::size_t bytes, std::size_t alignment) -> void * {
      try {
        return static_cast<Resource *>(context)->allocate(bytes, alignment);
      } catch (...) {
        return nullptr; // out of memory, for who asked
      }
    };
    options.deallocate = [](void *context, void *memory, std::size_t bytes, std::size_t alignment) {
      static_cast<Resource *>(context)->deallocate(memory, bytes, alignment);
    };
    return *this;
  }

  /// An empty one is none.
  Options &workspace(Workspace &workspace) noexcept;
  Options &summaries(const Summaries &summaries) noexcept;

  /// A GPU, of kernels that were compiled for one: include gaze/gpu.hpp.
  Options &device(const Device &device) noexcept;
  /// A CUstream or cl_command_queue.
  Options &stream(void *stream) noexcept {
    options.stream = stream;
    return *this;
  }
  /// Q, K, V and what is written are in the memory of the plan's device.
  Options &deviceTensors() noexcept {
    options.memory = GAZE_MEMORY_DEVICE;
    return *this;
  }

  const gaze_options *get() const noexcept { return &options; }

private:
  template <typename T> static void *address(T &object) noexcept {
    return const_cast<void *>(static_cast<const volatile void *>(std::addressof(object)));
  }

  gaze_options options = {};
};

namespace detail {

/// Something that a C function makes, and `destroy` frees.
template <typename T, void (*destroy)(T *)> class Handle {
public:
  T *get() const noexcept { return pointer.get(); }

protected:
  /// make(&made, &error)
  template <typename Make> Status reset(const Make &make) noexcept {
    Status status;
    T *made = nullptr;
    make(&made, status.get());
    pointer.reset(made);
    return status;
  }

private:
  struct Destroy {
    void operator()(T *made) const noexcept { destroy(made); }
  };
  std::unique_ptr<T, Destroy> pointer;
};

} // namespace detail

/// Which tiles exist, for one shape and parameter values; run it as often as you like, from any
/// number of threads at once. The kernel must outlive it.
class Plan : public detail::Handle<gaze_plan, gaze_plan_destroy> {
public:
  /// None yet: what tryMake fills.
  Plan() = default;
  /// `values` in the order of the kernel's parameters; none: their defaults. `inputs` in
  /// the order of the kernel's inputs.
  Plan(const gaze_kernel &kernel, const gaze_shape &shape, const std::vector<Value> &values = {},
       const std::vector<gaze_input_tensor> &inputs = {}, const Options &options = {}) {
    tryMake(*this, kernel, shape, values, inputs, options).orThrow();
  }
  static Status tryMake(Plan &made, const gaze_kernel &kernel, const gaze_shape &shape,
                        const std::vector<Value> &values = {},
                        const std::vector<gaze_input_tensor> &inputs = {},
                        const Options &options = {}) noexcept {
    try {
      std::vector<gaze_value> plain(values.size());
      const bool isOfThisVersion =
          kernel.abi_version == GAZE_ABI_VERSION && kernel.struct_size == sizeof kernel;
      for (std::size_t i = 0; isOfThisVersion && i < values.size(); ++i) // others: refused below
        if (static_cast<std::int64_t>(i) < kernel.parameter_count)       // too many: refused below
          if (Status status = values[i].as(kernel.parameters[i], plain[i]); !status.ok())
            return status;
      return tryMake(made, kernel, shape, plain.data(), static_cast<std::int32_t>(plain.size()),
                     inputs.data(), static_cast<std::int32_t>(inputs.size()), options);
    } catch (const std::bad_alloc &) {
      return {GAZE_OUT_OF_MEMORY, "out of memory"};
    }
  }

  /// As gaze_plan_create: what the headers of kernels call.
  static Status tryMake(Plan &made, const gaze_kernel &kernel, const gaze_shape &shape,
                        const gaze_value *values, std::int32_t valueCount,
                        const gaze_input_tensor *inputs, std::int32_t inputCount,
                        const Options &options) noexcept {
    return made.reset([&](gaze_plan **plan, gaze_error *error) {
      gaze_plan_create(&kernel, &shape, values, valueCount, inputs, inputCount, options.get(), plan,
                       error);
    });
  }

  /// Attention into `out`.
  void run(const gaze_tensor &q, const gaze_tensor &k, const gaze_tensor &v, const gaze_tensor &out,
           const Options &options = {}) const {
    tryRun(q, k, v, out, options).orThrow();
  }
  /// And its log-sum-exp [batch, heads, seq_q] into `lse`.
  void run(const gaze_tensor &q, const gaze_tensor &k, const gaze_tensor &v, const gaze_tensor &out,
           const gaze_tensor &lse, const Options &options = {}) const {
    tryRun(q, k, v, out, lse, options).orThrow();
  }
  Status tryRun(const gaze_tensor &q, const gaze_tensor &k, const gaze_tensor &v,
                const gaze_tensor &out, const Options &options = {}) const noexcept {
    Status status;
    gaze_run(get(), &q, &k, &v, &out, nullptr, options.get(), status.get());
    return status;
  }
  Status tryRun(const gaze_tensor &q, const gaze_tensor &k, const gaze_tensor &v,
                const gaze_tensor &out, const gaze_tensor &lse,
                const Options &options = {}) const noexcept {
    Status status;
    gaze_run(get(), &q, &k, &v, &out, &lse, options.get(), status.get());
    return status;
  }

  /// The plan that this one, with top_blocks, becomes for these Q and K.
  Plan select(const gaze_tensor &q, const gaze_tensor &k, const Options &options = {}) const {
    Plan selected;
    trySelect(selected, q, k, options).orThrow();
    return selected;
  }
  Status trySelect(Plan &selected, const gaze_tensor &q, const gaze_tensor &k,
                   const Options &options = {}) const noexcept {
    return selected.reset([&](gaze_plan **plan, gaze_error *error) {
      gaze_plan_select(get(), &q, &k, options.get(), plan, error);
    });
  }

  gaze_plan_info info() const {
    gaze_plan_info result = {};
    result.struct_size = sizeof result;
    Status status;
    gaze_plan_get_info(get(), &result, status.get());
    status.orThrow();
    return result;
  }
};

/// All the memory that a run of a plan takes; such a run allocates nothing. One run at a time.
class Workspace : public detail::Handle<gaze_workspace, gaze_workspace_destroy> {
public:
  /// None yet: what tryMake fills.
  Workspace() = default;
  explicit Workspace(const Plan &plan, const Options &options = {}) {
    tryMake(*this, plan, options).orThrow();
  }
  static Status tryMake(Workspace &made, const Plan &plan, const Options &options = {}) noexcept {
    return made.reset([&](gaze_workspace **workspace, gaze_error *error) {
      gaze_workspace_create(plan.get(), options.get(), workspace, error);
    });
  }
};

/// What top_blocks needs of the blocks of a KV cache; grows with it (gaze.h). The kernel must
/// outlive them.
class Summaries : public detail::Handle<gaze_summaries, gaze_summaries_destroy> {
public:
  /// None yet: what tryMake fills.
  Summaries() = default;
  Summaries(const gaze_kernel &kernel, std::int64_t batch, std::int64_t kvHeads,
            const Options &options = {}) {
    tryMake(*this, kernel, batch, kvHeads, options).orThrow();
  }
  static Status tryMake(Summaries &made, const gaze_kernel &kernel, std::int64_t batch,
                        std::int64_t kvHeads, const Options &options = {}) noexcept {
    return made.reset([&](gaze_summaries **summaries, gaze_error *error) {
      gaze_summaries_create(&kernel, batch, kvHeads, options.get(), summaries, error);
    });
  }

  /// Up to all keys of the plan's shape.
  void update(const Plan &plan, const gaze_tensor &k, const Options &options = {}) {
    tryUpdate(plan, k, options).orThrow();
  }
  Status tryUpdate(const Plan &plan, const gaze_tensor &k, const Options &options = {}) noexcept {
    Status status;
    gaze_summaries_update(get(), plan.get(), &k, options.get(), status.get());
    return status;
  }

  /// Forgets what lies behind the first `keys` keys.
  void truncate(std::int64_t keys) { tryTruncate(keys).orThrow(); }
  Status tryTruncate(std::int64_t keys) noexcept {
    Status status;
    gaze_summaries_truncate(get(), keys, status.get());
    return status;
  }
};

inline Options &Options::workspace(Workspace &workspace) noexcept {
  options.workspace = workspace.get();
  return *this;
}

inline Options &Options::summaries(const Summaries &summaries) noexcept {
  options.summaries = summaries.get();
  return *this;
}

/// Results over disjoint keys make one (gaze_merge), in `out` and `lse`.
inline Status tryMerge(const gaze_tensor &outA, const gaze_tensor &lseA, const gaze_tensor &outB,
                       const gaze_tensor &lseB, const gaze_tensor &out, const gaze_tensor &lse,
                       const Options &options = {}) noexcept {
  Status status;
  gaze_merge(&outA, &lseA, &outB, &lseB, &out, &lse, options.get(), status.get());
  return status;
}
inline void merge(const gaze_tensor &outA, const gaze_tensor &lseA, const gaze_tensor &outB,
                  const gaze_tensor &lseB, const gaze_tensor &out, const gaze_tensor &lse,
                  const Options &options = {}) {
  tryMerge(outA, lseA, outB, lseB, out, lse, options).orThrow();
}

/// Adds b to a, in place.
inline Status tryMerge(const gaze_tensor &outA, const gaze_tensor &lseA, const gaze_tensor &outB,
                       const gaze_tensor &lseB, const Options &options = {}) noexcept {
  return tryMerge(outA, lseA, outB, lseB, outA, lseA, options);
}
inline void merge(const gaze_tensor &outA, const gaze_tensor &lseA, const gaze_tensor &outB,
                  const gaze_tensor &lseB, const Options &options = {}) {
  tryMerge(outA, lseA, outB, lseB, options).orThrow();
}

} // namespace gaze

#endif // GAZE_RUNTIME_GAZE_HPP
