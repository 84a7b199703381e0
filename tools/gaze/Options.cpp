//===- Options.cpp - Flags that several commands share -----------------------===//
#include "tools/gaze/Options.h"
#include "tools/gaze/Failure.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

using namespace gaze;
using namespace gaze::cli;

static CLI::Validator notEmpty() {
  return CLI::Validator(
      [](const std::string &given) { return given.empty() ? "the name is empty" : ""; }, "");
}

void cli::addPatternOptions(CLI::App &command, PatternOptions &options) {
  command.add_option("FILE", options.file, "the pattern file, or the name of one of the library")
      ->required()
      ->type_name("");
  command.add_option("--pattern", options.name, "which pattern, where the file has several")
      ->type_name("NAME")
      ->check(notEmpty());
}

void cli::addValueOptions(CLI::App &command, ValueOptions &options) {
  command
      .add_option("--set", options.settings,
                  "the value of a parameter of the pattern; once for each")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--input", options.inputs,
                  "a tensor that the pattern reads at run time; once for each")
      ->type_name("NAME=FILE.npy")
      ->allow_extra_args(false);
}

/// Sizes count something: at least 1.
static CLI::Option *addSize(CLI::App &command, const char *name, std::int64_t &size,
                            const std::string &description) {
  return command.add_option(name, size, description)
      ->type_name("N")
      ->transform(wholeNumber(1, std::int64_t(1) << 40));
}

void cli::addShapeOptions(CLI::App &command, ShapeOptions &options) {
  const std::string seq = std::to_string(options.seq);
  addSize(command, "--batch", options.batch, "batch entries [1]");
  addSize(command, "--heads", options.heads, "query heads [" + std::to_string(options.heads) + "]");
  addSize(command, "--kv-heads", options.kvHeads, "key and value heads; divides --heads [--heads]");
  addSize(command, "--seq", options.seq, "queries and keys [" + seq + "]");
  addSize(command, "--seq-q", options.seqQ, "queries [--seq]");
  addSize(command, "--seq-k", options.seqK, "keys [--seq]");
  addHeadDimOption(command, options.headDim);
  addValueDimOption(command, options.valueDim);
  addQStartOption(command, options.qStart);
}

void cli::addHeadDimOption(CLI::App &command, int &headDim) {
  command
      .add_option("--head-dim", headDim,
                  "channels of a head: a multiple of 8, 8 to 256 [" + std::to_string(headDim) + "]")
      ->type_name("D")
      ->transform(wholeNumber(1, 1 << 20));
}

void cli::addValueDimOption(CLI::App &command, int &valueDim) {
  command
      .add_option("--value-dim", valueDim,
                  "channels of a head of V and of the output, likewise [--head-dim]")
      ->type_name("D")
      ->transform(wholeNumber(1, 1 << 20));
}

void cli::addQStartOption(CLI::App &command, std::optional<std::int64_t> &qStart) {
  const std::int64_t limit = std::int64_t(1) << 39; // the runtime's
  command
      .add_option("--q-start", qStart,
                  "position of the first query in the key sequence [seq_k - seq_q]")
      ->type_name("N")
      ->transform(wholeNumber(-limit, limit));
}

bool cli::shapeWasGiven(const CLI::App &command) {
  for (const char *name : {"--batch", "--heads", "--kv-heads", "--seq", "--seq-q", "--seq-k",
                           "--head-dim", "--value-dim"})
    if (command.count(name) > 0)
      return true;
  return false;
}

gaze_shape cli::shapeOf(const ShapeOptions &options) {
  gaze_shape shape;
  shape.batch = options.batch;
  shape.heads = options.heads;
  shape.kv_heads = options.kvHeads ? options.kvHeads : options.heads;
  shape.seq_q = options.seqQ ? options.seqQ : options.seq;
  shape.seq_k = options.seqK ? options.seqK : options.seq;
  shape.q_start = options.qStart.value_or(shape.seq_k - shape.seq_q);
  if (shape.heads % shape.kv_heads != 0)
    throw Failure("--heads " + std::to_string(shape.heads) + " is no multiple of --kv-heads " +
                  std::to_string(shape.kv_heads));
  return shape;
}

void cli::addQueryAndKeyOptions(CLI::App &command, TensorOptions &options) {
  auto *q = command.add_option("--q", options.q, "queries, [batch, heads, seq_q, head_dim]");
  auto *k = command.add_option("--k", options.k, "keys, [batch, kv_heads, seq_k, head_dim]");
  q->type_name("FILE.npy")->needs(k);
  k->type_name("FILE.npy")->needs(q);
}

void cli::addTensorOptions(CLI::App &command, TensorOptions &options, bool required) {
  auto *q = command.add_option("--q", options.q, "queries, [batch, heads, seq_q, head_dim]");
  auto *k = command.add_option("--k", options.k, "keys, [batch, kv_heads, seq_k, head_dim]");
  auto *v = command.add_option("--v", options.v, "values, [batch, kv_heads, seq_k, value_dim]");
  for (CLI::Option *option : {q, k, v}) {
    option->type_name("FILE.npy")->required(required);
    for (CLI::Option *other : {q, k, v})
      if (other != option && !required)
        option->needs(other);
  }
}

void cli::addElementAndScheduleOptions(CLI::App &command, CodeOptions &options) {
  command
      .add_option("--dtype", options.dtype,
                  "type of the kernel's elements: f32, f16 or bf16 [the tensors', or f32]")
      ->type_name("T")
      ->check(oneOf({"f32", "f16", "bf16"}));
  command.add_option("--schedule", options.schedule, "a *.schedule.json to compile with")
      ->type_name("FILE")
      ->check(notEmpty());
}

void cli::addCodeOptions(CLI::App &command, CodeOptions &options) {
  addElementAndScheduleOptions(command, options);
  command
      .add_option("--target", options.target,
                  "what to compile for: host, x86-64, x86-64-v3, x86-64-v4 or x86-64-v4-bf16, "
                  "which has AVX-512 BF16 as well; for GPUs cuda or opencl [host]")
      ->type_name("T")
      ->check(
          oneOf({"host", "x86-64", "x86-64-v3", "x86-64-v4", "x86-64-v4-bf16", "opencl", "cuda"}));
}

gaze_element cli::elementOf(const CodeOptions &options, gaze_element otherwise) {
  return options.dtype == "f32"    ? GAZE_ELEMENT_FLOAT32
         : options.dtype == "f16"  ? GAZE_ELEMENT_FLOAT16
         : options.dtype == "bf16" ? GAZE_ELEMENT_BFLOAT16
                                   : otherwise;
}

std::string cli::dtypeName(gaze_element element) {
  return element == GAZE_ELEMENT_FLOAT16    ? "f16"
         : element == GAZE_ELEMENT_BFLOAT16 ? "bf16"
                                            : "f32";
}

void cli::addDeviceOption(CLI::App &command, CodeOptions &options) {
  const CLI::Option *device =
      command
          .add_option("--device", options.device,
                      "which GPU, counted from 0, with --target cuda or opencl [0]")
          ->type_name("N")
          ->transform(wholeNumber(0, 1 << 20));
  command.parse_complete_callback([device, &options] {
    if (device->count() > 0 && !options.onGpu())
      throw CLI::ValidationError(
          "--device", "it is for --target cuda or opencl, and the target is " + options.target);
  });
}

void cli::addThreadsOption(CLI::App &command, int &threads) {
  command.add_option("--threads", threads, "threads to run on [all cores]")
      ->type_name("N")
      ->transform(wholeNumber(1, 4096));
}

CLI::Validator cli::wholeNumber(std::int64_t least, std::int64_t most) {
  return CLI::Validator(
      [least, most](std::string &text) -> std::string {
        std::int64_t value = 0;
        const char *const end = text.data() + text.size();
        const auto [parsed, error] = std::from_chars(text.data(), end, value);
        if (parsed != end || error == std::errc::invalid_argument)
          return "'" + text + "' is no whole number";
        if (error != std::errc() || value < least || value > most)
          return "Value " + text + " not in range " + std::to_string(least) + " to " +
                 std::to_string(most);
        text = std::to_string(value);
        return "";
      },
      "");
}

CLI::Validator cli::oneOf(std::vector<std::string> words) {
  return CLI::Validator(
      [words = std::move(words)](const std::string &given) -> std::string {
        std::string known;
        for (const std::string &word : words) {
          if (word == given)
            return "";
          known += (known.empty() ? "" : ", ") + word;
        }
        return "'" + given + "' is none of " + known;
      },
      "");
}

void cli::addJsonFlag(CLI::App &command, bool &json) {
  command.add_flag("--json", json, "print one JSON object on standard output");
}
