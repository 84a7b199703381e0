//===- Header.cpp - The C header beside a compiled kernel ----------------------===//
#include "compiler/Header.h"

#include "gaze/gaze.h"

#include <algorithm>
#include <dlfcn.h>
#include <limits>
#include <sstream>

namespace gaze {
namespace {

/// Keywords of C and C++, and what macros of their libraries and compilers are called.
bool isReserved(const std::string &word) {
  static const std::string words =
      " EOF I INFINITY INT64_MAX INT64_MIN NAN NULL SIZE_MAX _start alignas alignof and and_eq asm "
      "assert auto bitand bitor bool break case catch char char16_t char32_t char8_t class "
      "co_await co_return co_yield compl concept const const_cast consteval constexpr "
      "constinit continue decltype default delete do double dynamic_cast else enum errno "
      "explicit export extern false float for friend goto i386 if inline int int32_t "
      "int64_t linux long main mutable namespace new noexcept not not_eq nullptr operator "
      "or or_eq private protected public register reinterpret_cast requires restrict "
      "return short signed size_t sizeof static static_assert static_cast std struct "
      "switch template this thread_local throw true try typedef typeid typename typeof "
      "uint8_t union unix unsigned using virtual void volatile wchar_t while xor xor_eq ";
  return words.find(" " + word + " ") != std::string::npos;
}

/// Left to compilers: keywords such as _Bool, and macros that begin with two underscores.
bool isOfCompiler(const std::string &word) {
  return word.size() > 1 && word[0] == '_' &&
         (word[1] == '_' || (word[1] >= 'A' && word[1] <= 'Z'));
}

/// What gaze.h, math.h and signal.h define as macros.
bool hasPrefixOfMacros(const std::string &word) {
  for (const char *prefix : {"GAZE_", "M_", "SIG"})
    if (word.rfind(prefix, 0) == 0)
      return true;
  return false;
}

/// What the C library defines: a kernel of that name would take its place.
bool isOfLibrary(const std::string &word) {
  for (const char *library : {"libc.so.6", "libm.so.6"})
    if (void *const handle = dlopen(library, RTLD_NOW | RTLD_NOLOAD)) {
      const bool isThere = dlsym(handle, word.c_str()) != nullptr;
      dlclose(handle);
      if (isThere)
        return true;
    }
  return false;
}

/// What may stand in a C comment.
std::string commented(std::string text) {
  for (std::size_t at = text.find("*/"); at != std::string::npos; at = text.find("*/", at))
    text.insert(at + 1, " ");
  return text;
}

const char *spelling(ValueType type) {
  return type == ValueType::I64 ? "int" : type == ValueType::I1 ? "bool" : "float";
}

const char *enumerator(ValueType type) {
  return type == ValueType::I64 ? "GAZE_INT" : type == ValueType::I1 ? "GAZE_BOOL" : "GAZE_FLOAT";
}

const char *typeInC(ValueType type) {
  return type == ValueType::I64 ? "int64_t" : type == ValueType::I1 ? "bool" : "double";
}

const char *spelling(gaze_element element) {
  return element == GAZE_ELEMENT_FLOAT16    ? "float16"
         : element == GAZE_ELEMENT_BFLOAT16 ? "bfloat16"
                                            : "float32";
}

/// With a point or an exponent, so that it is no int.
std::string realLiteral(double value) {
  std::ostringstream text;
  text.precision(std::numeric_limits<double>::max_digits10);
  text << value;
  return text.str().find_first_of(".e") == std::string::npos ? text.str() + ".0" : text.str();
}

/// A literal of C and C++.
std::string literal(const KernelParameter &parameter) {
  std::ostringstream text;
  if (parameter.type == ValueType::F64)
    return realLiteral(parameter.real);
  else if (parameter.type == ValueType::I1)
    text << (parameter.integer ? "true" : "false");
  else if (parameter.integer == std::numeric_limits<std::int64_t>::min())
    text << "INT64_MIN";
  else
    text << parameter.integer;
  return text.str();
}

/// Writes one header.
class HeaderWriter {
public:
  HeaderWriter(const Kernel &kernel, std::string name, const std::vector<EmitOptions> &variants)
      : kernel(kernel), name(std::move(name)), variants(variants), options(variants.front()) {
    for (const KernelParameter &parameter : kernel.parameters)
      mustBeSet |= !parameter.hasDefault;
  }

  std::string write(const std::string &source) {
    const std::string guard = "GAZE_KERNEL_" + name + "_H";
    comment(source);
    out << "#ifndef " << guard << "\n#define " << guard
        << "\n\n#include <stdbool.h>\n\n#include \"gaze/gaze.h\"\n#ifdef __cplusplus\n"
           "#include \"gaze/kernel.hpp\"\nextern \"C\" {\n#endif\n\n"
        << "extern const gaze_kernel " << name << ";\n\n";
    constants();
    out << "#ifdef __cplusplus\n}\n\n";
    structs(/*inCpp=*/true);
    planInCpp();
    out << "\n#else\n\n";
    structs(/*inCpp=*/false);
    defaultsInC();
    planInC();
    out << "\n#endif\n\n#endif /* " << guard << " */\n";
    return out.str();
  }

private:
  bool isNameOfPattern(const std::string &word) const {
    const auto isIt = [&](const auto &named) { return named.name == word; };
    return std::any_of(kernel.parameters.begin(), kernel.parameters.end(), isIt) ||
           std::any_of(kernel.inputs.begin(), kernel.inputs.end(), isIt);
  }

  /// The name of the member that stands for a parameter or an input.
  std::string memberName(const std::string &of) const {
    std::string member = of;
    while (isReserved(member) || isOfCompiler(member) || (member == of && hasPrefixOfMacros(of)) ||
           member == name + "_parameters" || member == name + "_inputs" ||
           (member != of && isNameOfPattern(member)))
      member += "_";
    return member;
  }

  bool hasParameters() const { return !kernel.parameters.empty(); }
  bool hasInputs() const { return !kernel.inputs.empty(); }
  bool isForGpu() const { return options.target.isGpu(); }
  const char *apiName() const {
    return options.target.api == GAZE_API_CUDA ? "GAZE_API_CUDA" : "GAZE_API_OPENCL";
  }

  void comment(const std::string &source) {
    out << "/* " << name << ".h - sparse attention '" << kernel.name << "', from "
        << commented(source) << "\n *\n * Made by gaze " << gaze_version() << " for "
        << options.target.name;
    for (std::size_t i = 1; i < variants.size(); ++i)
      out << ",\n *   " << variants[i].target.name;
    out << (variants.size() > 1 ? ";\n *   a plan takes the best that the CPU can run" : "")
        << ".\n * Link " << name << ".o and "
        << (isForGpu() ? "the libraries gaze_gpu and gaze_runtime" : "the library gaze_runtime")
        << ".\n *\n";
    const int d = options.headDim, dv = options.valueDim;
    out << " * Tensors are " << spelling(options.element)
        << ", with rows that are contiguous and any other strides:\n"
        << " *   q    [batch, heads, seq_q, " << d
        << "]      heads is a multiple of kv_heads, and query\n"
        << " *   k    [batch, kv_heads, seq_k, " << d
        << "]   head h reads key head h / (heads / kv_heads)\n"
        << " *   v    [batch, kv_heads, seq_k, " << dv << "]\n"
        << " *   out  [batch, heads, seq_q, " << dv << "]\n"
        << " *   lse  [batch, heads, seq_q] float32, or none: the natural logarithm of the\n"
        << " *        sum of exponentials of the scores, by which results over other keys merge\n"
        << " * Row i of q has the position i + q_start among the keys; behind a cache q_start is\n"
        << " * seq_k - seq_q. A plan belongs to a shape, to values of the parameters and to "
           "inputs,\n"
        << " * which it copies; make it once, run it for every layer and step, from any threads.\n"
        << " *\n";
    usageInCpp();
    usageInC();
    out << " */\n";
  }

  void usageInCpp() {
    const std::string plan = name + "_plan";
    out << " * C++ (errors are thrown as gaze::Error; try_ forms return a gaze::Status):\n";
    if (isForGpu())
      out << " *   const gaze::Device device(" << apiName() << "); // of gaze/gpu.hpp\n";
    if (hasParameters())
      out << " *   " << name << "_parameters parameters" << (mustBeSet ? positional() : "")
          << ";\n";
    out << " *   const gaze::Plan plan = " << plan
        << "({batch, heads, kv_heads, seq_q, seq_k, q_start}"
        << (hasParameters() ? ", parameters" : "") << (hasInputs() ? ", inputs" : "")
        << (isForGpu() ? ",\n *            gaze::Options().device(device)" : "") << ");\n";
    const auto tensor = [](const char *data, const char *heads, const char *seq, int channels) {
      return std::string("gaze::view(") + data + ", {batch, " + heads + ", " + seq + ", " +
             std::to_string(channels) + "})";
    };
    out << " *   plan.run(" << tensor("q", "heads", "seq_q", options.headDim) << ", "
        << tensor("k", "kv_heads", "seq_k", options.headDim) << ",\n *            "
        << tensor("v", "kv_heads", "seq_k", options.valueDim) << ", "
        << tensor("out", "heads", "seq_q", options.valueDim) << ",\n *            "
        << "gaze::view(lse, {batch, heads, seq_q})); // or without lse\n";
    if (isForGpu())
      out << " * Tensors of the host are copied; for those of the device gaze::Options()."
             "deviceTensors()\n * and .stream(stream) go behind the tensors, and "
             "device.synchronize(stream) waits.\n";
  }

  void usageInC() {
    if (isForGpu())
      out << " * C:\n *   gaze_options options = {.struct_size = sizeof options};\n"
          << " *   if (gaze_device_open(" << apiName()
          << ", 0, &options.device, &error) != GAZE_OK) // of gaze/gpu.h\n"
          << " *     ...error.message says what was looked for...\n";
    else
      out << " * C (NULL as options: defaults):\n";
    out << " *   gaze_plan *plan;\n *   if (" << name << "_plan_create(&shape, "
        << (hasParameters() ? (mustBeSet ? "&parameters, " : "NULL, ") : "")
        << (hasInputs() ? "&inputs, " : "") << (isForGpu() ? "&options" : "NULL")
        << ", &plan, &error) != GAZE_OK)\n"
        << " *     ...error.message says what is wrong...\n"
        << " *   gaze_run(plan, &q, &k, &v, &out, &lse, NULL, &error);\n"
        << " *   gaze_plan_destroy(plan);\n"
        << (isForGpu() ? " *   gaze_device_close(options.device);\n" : "");
  }

  /// `{window, cap}`, for parameters without default.
  std::string positional() const {
    std::string text;
    for (const KernelParameter &parameter : kernel.parameters)
      text += (text.empty() ? "{" : ", ") + memberName(parameter.name);
    return text + "}";
  }

  void constants() {
    out << "enum { " << name << "_head_dim = " << options.headDim << ", " << name
        << "_value_dim = " << options.valueDim << " };\n\n";
  }

  void structs(bool inCpp) {
    if (hasParameters()) {
      out << "/** What the pattern's parameters are. */\n" << open("_parameters", inCpp);
      for (const KernelParameter &parameter : kernel.parameters)
        member(parameter, inCpp);
      out << close("_parameters", inCpp);
    }
    if (hasInputs()) {
      out << "/** The tensors that the pattern reads: dense, in C order. An int takes int32 or "
             "int64, a\n *  float takes float, a bool takes a byte. */\n"
          << open("_inputs", inCpp);
      for (const KernelInput &input : kernel.inputs) {
        out << "  ";
        if (inCpp)
          out << "gaze::Input<" << enumerator(input.type) << ", " << input.sizes.results.size()
              << "> ";
        else
          out << "gaze_input_tensor ";
        out << memberName(input.name) << "; /**< " << spelling(input.type) << commented(input.axes)
            << " */\n";
      }
      out << close("_inputs", inCpp);
    }
  }

  void member(const KernelParameter &parameter, bool inCpp) {
    const std::string type = typeInC(parameter.type), member = memberName(parameter.name);
    const std::string qualified = inCpp && type == "int64_t" ? "std::int64_t" : type;
    if (!inCpp)
      out << "  " << type << " " << member;
    else if (parameter.hasDefault)
      out << "  " << qualified << " " << member << " = " << literal(parameter);
    else
      out << "  gaze::Required<" << qualified << "> " << member;
    out << "; /**< " << (parameter.hasDefault ? "default " + literal(parameter) : "no default")
        << " */\n";
  }

  std::string open(const char *suffix, bool inCpp) const {
    return (inCpp ? "struct " : "typedef struct ") + name + suffix + " {\n";
  }
  std::string close(const char *suffix, bool inCpp) const {
    return inCpp ? "};\n\n" : "} " + name + suffix + ";\n\n";
  }

  /// The parameters as gaze_plan_create takes them; where the pointer `guard` is null, none.
  void values(const std::string &from, const std::string &guard = "") {
    out << "  gaze_value values[" << kernel.parameters.size() << "];\n";
    const std::string indent = openGuard(guard);
    for (std::size_t i = 0; i < kernel.parameters.size(); ++i)
      out << indent << "values[" << i << "]."
          << (kernel.parameters[i].type == ValueType::F64 ? "real" : "integer") << " = " << from
          << memberName(kernel.parameters[i].name) << ";\n";
    closeGuard(guard);
  }
  void tensors(const std::string &from, const std::string &guard = "") {
    out << "  gaze_input_tensor tensors[" << kernel.inputs.size() << "];\n";
    const std::string indent = openGuard(guard);
    for (std::size_t i = 0; i < kernel.inputs.size(); ++i)
      out << indent << "tensors[" << i << "] = " << from << memberName(kernel.inputs[i].name)
          << ";\n";
    closeGuard(guard);
  }
  std::string openGuard(const std::string &guard) {
    if (guard.empty())
      return "  ";
    out << "  if (" << guard << ") {\n";
    return "    ";
  }
  void closeGuard(const std::string &guard) {
    if (!guard.empty())
      out << "  }\n";
  }
  /// The arguments of gaze_plan_create up to its inputs; it refuses a null that should be none.
  std::string given(const std::string &guardOfValues = "",
                    const std::string &guardOfTensors = "") const {
    const auto list = [](std::size_t count, const std::string &array, const std::string &guard) {
      if (count == 0)
        return std::string("NULL, 0");
      return (guard.empty() ? array : guard + " ? " + array + " : NULL") + ", " +
             std::to_string(count);
    };
    return list(kernel.parameters.size(), "values", guardOfValues) + ", " +
           list(kernel.inputs.size(), "tensors", guardOfTensors);
  }

  void planInCpp() {
    out << "/** A plan for this shape. */\ninline gaze::Status " << name
        << "_try_plan(gaze::Plan &plan, const gaze_shape &shape" << argumentsInCpp()
        << ") noexcept {\n";
    if (hasParameters())
      values("parameters.");
    if (hasInputs())
      tensors("inputs.");
    out << "  return gaze::Plan::tryMake(plan, " << name << ", shape, " << given()
        << ", options);\n}\n/** The same; throws gaze::Error. */\ninline gaze::Plan " << name
        << "_plan(const gaze_shape &shape" << argumentsInCpp() << ") {\n  gaze::Plan plan;\n  "
        << name << "_try_plan(plan, shape, " << (hasParameters() ? "parameters, " : "")
        << (hasInputs() ? "inputs, " : "") << "options).orThrow();\n  return plan;\n}\n";
  }

  std::string argumentsInCpp() const {
    std::string text;
    if (hasParameters())
      text += ",\n    const " + name + "_parameters &parameters" +
              (mustBeSet || hasInputs() ? "" : " = {}");
    if (hasInputs())
      text += ",\n    const " + name + "_inputs &inputs";
    return text + ",\n    const gaze::Options &options = {}";
  }

  void defaultsInC() {
    if (!hasParameters())
      return;
    std::string arguments, members;
    for (const KernelParameter &parameter : kernel.parameters) {
      const std::string member = memberName(parameter.name);
      if (!parameter.hasDefault)
        arguments +=
            (arguments.empty() ? "" : ", ") + std::string(typeInC(parameter.type)) + " " + member;
      members += "  parameters." + member + " = " +
                 (parameter.hasDefault ? literal(parameter) : member) + ";\n";
    }
    out << "/** The defaults" << (mustBeSet ? ", and what has none" : "") << ". */\n"
        << "static inline " << name << "_parameters " << name << "_defaults("
        << (arguments.empty() ? "void" : arguments) << ") {\n  " << name
        << "_parameters parameters;\n"
        << members << "  return parameters;\n}\n\n";
  }

  void planInC() {
    out << "/** gaze_plan_create for this kernel"
        << (hasParameters() && !mustBeSet ? "; `parameters` = NULL: the defaults" : "") << ". */\n"
        << "static inline gaze_status " << name << "_plan_create(const gaze_shape *shape";
    if (hasParameters())
      out << ",\n    const " << name << "_parameters *parameters";
    if (hasInputs())
      out << ",\n    const " << name << "_inputs *inputs";
    out << ",\n    const gaze_options *options, gaze_plan **plan, gaze_error *error) {\n";
    if (hasParameters() && !mustBeSet)
      out << "  const " << name << "_parameters defaults = " << name << "_defaults();\n";
    if (hasParameters())
      values(mustBeSet ? "parameters->" : "(parameters ? parameters : &defaults)->",
             mustBeSet ? "parameters" : "");
    if (hasInputs())
      tensors("inputs->", "inputs");
    out << "  return gaze_plan_create(&" << name << ", shape, "
        << given(mustBeSet ? "parameters" : "", "inputs")
        << ",\n                          options, plan, error);\n}\n";
  }

  const Kernel &kernel;
  const std::string name;
  const std::vector<EmitOptions> &variants;
  const EmitOptions &options;
  bool mustBeSet = false; ///< some parameter has no default
  std::ostringstream out;
};

} // namespace

bool canNameKernel(const std::string &name) {
  const bool startsWell = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
  const bool isWord = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789_") == std::string::npos;
  const bool isOurs = name.rfind("gaze", 0) == 0 || name.rfind("GAZE", 0) == 0 ||
                      name.rfind("halide_", 0) == 0 || isOfCompiler(name);
  constexpr std::size_t longest = 200; // NAME.TARGET.schedule.json is a file
  return startsWell && isWord && name.size() <= longest && !isOurs && !isReserved(name) &&
         !isOfLibrary(name);
}

std::string kernelHeader(const Kernel &kernel, const std::string &name,
                         const std::vector<EmitOptions> &variants, const std::string &source) {
  return HeaderWriter(kernel, name, variants).write(source);
}

} // namespace gaze
