//===- gaze.hpp - Running compiled kernels: C++ over the C interface ----------===//
//
//   gaze::Plan plan(longformer, {1, 8, 8, 1024, 1024, 0}, {512, 64});
//   plan.run(gaze::dense(q, 8, 1024, 64), gaze::dense(k, 8, 1024, 64),
//            gaze::dense(v, 8, 1024, 64), gaze::dense(out, 8, 1024, 64));
//
// Shapes, layouts, ownership and thread-safety are those of gaze.h. Errors are
// thrown as gaze::Error. Example: docs/examples/minimal.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_GAZE_HPP
#define GAZE_RUNTIME_GAZE_HPP

#include "gaze/float16.hpp"
#include "gaze/gaze.h"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace gaze {

/// A failed call: what() says which argument is wrong and why.
class Error : public std::runtime_error {
public:
  explicit Error(const gaze_error &error) : Error(error.status, error.message) {}
  Error(gaze_status status, const std::string &message)
      : std::runtime_error(message), code(status) {}
  gaze_status status() const { return code; }

private:
  gaze_status code;
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

  /// As the C interface takes it. Throws Error where the type does not fit.
  gaze_value as(const gaze_parameter &parameter) const {
    gaze_value result = value;
    if (parameter.type == GAZE_FLOAT && type == GAZE_INT)
      result.real = static_cast<double>(value.integer);
    else if (parameter.type != type)
      throw Error(GAZE_INVALID_ARGUMENT, std::string("parameter '") + parameter.name + "' is " +
                                             name(parameter.type) + ", " + name(type) +
                                             " was given");
    return result;
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

/// A tensor [batch, heads, seq, dim] of float, float16 or bfloat16 over the caller's
/// memory; strides count elements. An input, which is only read, may be const.
template <typename Element>
gaze_tensor strided(Element *data, std::int64_t batchStride, std::int64_t headStride,
                    std::int64_t seqStride) {
  using Plain = std::remove_const_t<Element>;
  static_assert(std::is_same_v<Plain, float> || std::is_same_v<Plain, float16> ||
                    std::is_same_v<Plain, bfloat16>,
                "Q, K, V and the output hold float, gaze::float16 or gaze::bfloat16");
  const gaze_element element = std::is_same_v<Plain, float16>    ? GAZE_ELEMENT_FLOAT16
                               : std::is_same_v<Plain, bfloat16> ? GAZE_ELEMENT_BFLOAT16
                                                                 : GAZE_ELEMENT_FLOAT32;
  return {const_cast<Plain *>(data), element, batchStride, headStride, seqStride};
}

/// The same without gaps.
template <typename Element>
gaze_tensor dense(Element *data, std::int64_t heads, std::int64_t seq, std::int64_t dim) {
  return strided(data, heads * seq * dim, seq * dim, dim);
}

class Plan;

/// What top_blocks needs of the blocks of a KV cache; grows with it (gaze.h).
class Summaries {
public:
  Summaries(const gaze_kernel &kernel, std::int64_t batch, std::int64_t kvHeads) {
    gaze_summaries *made = nullptr;
    gaze_error error;
    if (gaze_summaries_create(&kernel, batch, kvHeads, &made, &error) != GAZE_OK)
      throw Error(error);
    summaries.reset(made);
  }

  /// Up to all keys of the plan's shape.
  void update(const Plan &plan, const gaze_tensor &k, int threads = 0);

  /// Forgets what lies behind the first `keys` keys.
  void truncate(std::int64_t keys) {
    gaze_error error;
    if (gaze_summaries_truncate(summaries.get(), keys, &error) != GAZE_OK)
      throw Error(error);
  }

  const gaze_summaries *get() const { return summaries.get(); }

private:
  struct Destroy {
    void operator()(gaze_summaries *pointer) const { gaze_summaries_destroy(pointer); }
  };
  std::unique_ptr<gaze_summaries, Destroy> summaries;
};

/// Which tiles exist, for one shape and parameter values; run it as often as you like.
class Plan {
public:
  /// `values` in the order of the kernel's parameters; none: their defaults. `inputs` in
  /// the order of the kernel's inputs. `threads` = 0 uses all cores.
  Plan(const gaze_kernel &kernel, const gaze_shape &shape, const std::vector<Value> &values = {},
       const std::vector<gaze_input_tensor> &inputs = {}, int threads = 0) {
    std::vector<gaze_value> plain;
    for (std::size_t i = 0; i < values.size(); ++i)
      plain.push_back(static_cast<std::int64_t>(i) < kernel.parameter_count
                          ? values[i].as(kernel.parameters[i])
                          : gaze_value{}); // too many: refused below
    *this = make(kernel, shape, plain.data(), static_cast<std::int32_t>(plain.size()),
                 inputs.data(), static_cast<std::int32_t>(inputs.size()), threads);
  }

  /// gaze_plan_create: what the headers of kernels call.
  static Plan make(const gaze_kernel &kernel, const gaze_shape &shape, const gaze_value *values,
                   std::int32_t valueCount, const gaze_input_tensor *inputs,
                   std::int32_t inputCount, int threads) {
    gaze_plan *made = nullptr;
    gaze_error error;
    if (gaze_plan_create(&kernel, &shape, values, valueCount, inputs, inputCount, threads, &made,
                         &error) != GAZE_OK)
      throw Error(error);
    return Plan(made);
  }

  /// Attention into `out` and, where it is not null, its log-sum-exp into `lse`.
  void run(const gaze_tensor &q, const gaze_tensor &k, const gaze_tensor &v, const gaze_tensor &out,
           float *lse = nullptr, int threads = 0) const {
    gaze_error error;
    if (gaze_run(plan.get(), &q, &k, &v, &out, lse, threads, &error) != GAZE_OK)
      throw Error(error);
  }

  /// With the summaries of the keys: what a decode step over a KV cache does (gaze.h).
  void run(const Summaries &summaries, const gaze_tensor &q, const gaze_tensor &k,
           const gaze_tensor &v, const gaze_tensor &out, float *lse = nullptr,
           int threads = 0) const {
    gaze_error error;
    if (gaze_run_summarized(plan.get(), summaries.get(), &q, &k, &v, &out, lse, threads, &error) !=
        GAZE_OK)
      throw Error(error);
  }

  /// The plan that this one, with top_blocks, becomes for these Q and K.
  Plan select(const gaze_tensor &q, const gaze_tensor &k, int threads = 0) const {
    gaze_plan *made = nullptr;
    gaze_error error;
    if (gaze_plan_select(plan.get(), &q, &k, threads, &made, &error) != GAZE_OK)
      throw Error(error);
    return Plan(made);
  }

  gaze_plan_info info() const {
    gaze_plan_info result;
    gaze_error error;
    if (gaze_plan_get_info(plan.get(), &result, &error) != GAZE_OK)
      throw Error(error);
    return result;
  }

  const gaze_plan *get() const { return plan.get(); }

private:
  explicit Plan(gaze_plan *made) : plan(made) {}

  struct Destroy {
    void operator()(gaze_plan *pointer) const { gaze_plan_destroy(pointer); }
  };
  std::unique_ptr<gaze_plan, Destroy> plan;
};

inline void Summaries::update(const Plan &plan, const gaze_tensor &k, int threads) {
  gaze_error error;
  if (gaze_summaries_update(summaries.get(), plan.get(), &k, threads, &error) != GAZE_OK)
    throw Error(error);
}

} // namespace gaze

#endif // GAZE_RUNTIME_GAZE_HPP
