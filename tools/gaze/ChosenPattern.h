//===- ChosenPattern.h - A checked pattern and the values of its parameters --===//
#ifndef GAZE_TOOLS_CHOSENPATTERN_H
#define GAZE_TOOLS_CHOSENPATTERN_H

#include "dsl/Ast.h"
#include "dsl/Interpreter.h"
#include "gaze/gaze.hpp"
#include "runtime/Memory.h"
#include "tools/gaze/Npy.h"
#include "tools/gaze/Options.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gaze::cli {

struct ChosenPattern {
  std::shared_ptr<const dsl::Program> program;
  const dsl::Pattern *pattern = nullptr; ///< of `program`
  /// In the order of the pattern's parameters; empty until they are set.
  std::vector<dsl::Value> values;
  /// The tensors that the pattern reads, in its order.
  std::vector<NpyInput> inputs;

  /// `longformer(window = 512, globals = 64)`
  std::string title() const;
  /// The values as the runtime takes them.
  std::vector<Value> runtimeValues() const;
  std::vector<gaze_input_tensor> runtimeInputs() const;
  /// The meaning of the pattern with these values and inputs.
  dsl::Interpreter interpreter() const;
  /// On GPU number `device` where the kernel is for one. Throws a Failure that shows the place
  /// where an index is outside of its input.
  Plan plan(const gaze_kernel &kernel, const gaze_shape &shape, int threads, int device = 0) const;
  /// The same before any tile was looked for (runtime/Plan.h).
  runtime::Owned<gaze_plan> preparePlan(const gaze_kernel &kernel, const gaze_shape &shape,
                                        int threads) const;
};

/// Loads and checks the file and takes the pattern that `options` name. Throws a
/// Failure with all diagnostics.
ChosenPattern choosePattern(const PatternOptions &options);
/// The same, gives its parameters their defaults and the values of `settings`, and reads
/// its inputs.
ChosenPattern choosePattern(const PatternOptions &options, const ValueOptions &settings);

/// Throws a Failure where `path`, which `flag` gives to write to, is a file that the pattern or
/// one of its inputs was read from, or is the schedule file or one of `tensors`.
void keepSources(const std::string &flag, const std::string &path, const ChosenPattern &chosen,
                 const std::string &schedule, const TensorOptions &tensors = {});

/// The values of `settings` (NAME=VALUE), by name. Throws a Failure that says which is wrong.
std::map<std::string, dsl::Value> givenValues(const dsl::Pattern &pattern,
                                              const std::vector<std::string> &settings);

/// Reads the files of `given` (NAME=FILE.npy) into `chosen.inputs`. Throws a Failure
/// where one is missing, unknown or of another type.
void readInputs(ChosenPattern &chosen, const std::vector<std::string> &given);

/// Throws a Failure that shows the `require` which does not hold, or the input whose file
/// has not the shape that it needs.
void checkRequirements(const ChosenPattern &chosen, const gaze_shape &shape, int headDim);

} // namespace gaze::cli

#endif // GAZE_TOOLS_CHOSENPATTERN_H
