//===- ScheduleFile.cpp - *.schedule.json -------------------------------------===//
#include "compiler/ScheduleFile.h"

#include "dsl/Names.h"
#include "dsl/Source.h"
#include "dsl/Text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <utility>

using nlohmann::ordered_json;

namespace gaze {
namespace {

constexpr int format = 1;

struct Text {
  const char *key;
  std::string MadeFor::*value;
  const char *name; ///< in messages
};
constexpr Text texts[] = {{"cpu", &MadeFor::cpu, "the CPU"},
                          {"gpu", &MadeFor::gpu, "the GPU"},
                          {"target", &MadeFor::target, "the target"},
                          {"dtype", &MadeFor::dtype, "dtype"},
                          {"pattern", &MadeFor::pattern, "the pattern"},
                          {"shape", &MadeFor::shape, "the shape"},
                          {"inputs", &MadeFor::inputs, "the digest of the inputs"},
                          {"build", &MadeFor::build, "the build of gaze"}};

struct Number {
  const char *key;
  int MadeFor::*value;
  const char *name;
};
constexpr Number numbers[] = {{"cores", &MadeFor::cores, "the number of cores"},
                              {"head_dim", &MadeFor::headDim, "head_dim"},
                              {"value_dim", &MadeFor::valueDim, "the head_dim of V"},
                              {"threads", &MadeFor::threads, "the number of threads"}};

/// What is wrong with a file.
class Wrong : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Text of a file in a message.
std::string shown(const std::string &text) { return dsl::printable(dsl::shortened(text, 200)); }

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Far more than a schedule has. nlohmann-json takes time with the square of either.
constexpr std::size_t mostKeys = 100, mostValues = 20000;

/// The JSON of a file. Of two equal keys JSON readers take the last, and a person means
/// one of them: that is a mistake.
ordered_json parse(const std::string &text) {
  std::vector<std::set<std::string>> keys;
  std::size_t values = 0; ///< objects and lists
  const auto visit = [&](int, ordered_json::parse_event_t event, const ordered_json &parsed) {
    const bool isObject = event == ordered_json::parse_event_t::object_start;
    if ((isObject || event == ordered_json::parse_event_t::array_start) && ++values > mostValues)
      throw Wrong("there are more than " + std::to_string(mostValues) + " objects and lists in it");
    if (isObject)
      keys.emplace_back();
    else if (event == ordered_json::parse_event_t::object_end)
      keys.pop_back();
    else if (event == ordered_json::parse_event_t::key) {
      if (const auto key = parsed.get<std::string>(); !keys.back().insert(key).second)
        throw Wrong("the key " + dsl::inQuotes(key) + " stands twice in one object");
      else if (keys.back().size() > mostKeys)
        throw Wrong("an object in it has more than " + std::to_string(mostKeys) + " keys");
    }
    return true;
  };
  const std::string notJson = "a schedule is a JSON object, and this is not JSON";
  try {
    return ordered_json::parse(text, visit);
  } catch (const ordered_json::parse_error &error) { // its byte counts from 1
    const std::size_t offset = std::min(error.byte, text.size() + 1) - 1;
    const dsl::LineColumn at =
        dsl::SourceFile("", text).lineColumn(static_cast<std::uint32_t>(offset));
    throw Wrong(notJson + " at line " + std::to_string(at.line) + ", column " +
                std::to_string(at.column));
  } catch (const ordered_json::exception &) { // a number past all doubles
    throw Wrong(notJson);
  }
}

void readKnob(const Knob &knob, const ordered_json &value, Schedule &schedule) {
  if (!value.is_number_integer() || value < knob.least || value > knob.most)
    throw Wrong("knob '" + std::string(knob.name) + "' must be an integer from " +
                std::to_string(knob.least) + " to " + std::to_string(knob.most));
  schedule.*knob.value = value.get<int>();
}

const Knob &findKnob(const std::string &name) {
  dsl::Suggestion suggestion(name);
  for (const Knob &knob : knobs()) {
    if (name == knob.name)
      return knob;
    suggestion.consider(knob.name, "the knob");
  }
  throw Wrong("unknown knob " + dsl::inQuotes(name) + suggestion.text());
}

template <typename T>
T read(const ordered_json &object, const char *key, const std::string &where) {
  const auto found = object.find(key);
  if (found == object.end())
    throw Wrong("'" + where + "' lacks '" + key + "'");
  const bool isInteger = found->is_number_integer();
  if (isInteger && (*found < 0 || *found > std::numeric_limits<int>::max()))
    throw Wrong("'" + std::string(key) + "' in '" + where + "' is out of range");
  try {
    if (std::is_integral_v<T> && !isInteger)
      throw Wrong("'" + std::string(key) + "' in '" + where + "' is of the wrong type");
    return found->get<T>();
  } catch (const nlohmann::json::exception &) {
    throw Wrong("'" + std::string(key) + "' in '" + where + "' is of the wrong type");
  }
}

void checkKeysOfMadeFor(const ordered_json &object) {
  for (const auto &item : object.items()) {
    const std::string &key = item.key();
    dsl::Suggestion suggestion(key);
    bool isKnown = key == "format";
    const auto consider = [&](const char *known) {
      isKnown = isKnown || key == known;
      suggestion.consider(known, "the key");
    };
    for (const Text &entry : texts)
      consider(entry.key);
    for (const Number &entry : numbers)
      consider(entry.key);
    if (!isKnown)
      throw Wrong("unknown key " + dsl::inQuotes(key) + " in 'made_for'" + suggestion.text());
  }
}

MadeFor readMadeFor(const ordered_json &object) {
  if (!object.is_object())
    throw Wrong("'made_for' must be an object");
  if (const int given = read<int>(object, "format", "made_for"); given != format)
    throw Wrong("the file has format " + std::to_string(given) + ", and this gaze knows format " +
                std::to_string(format));
  checkKeysOfMadeFor(object);
  MadeFor made;
  for (const Text &text : texts)
    if (object.contains(text.key))
      made.*text.value = read<std::string>(object, text.key, "made_for");
  for (const Number &number : numbers)
    if (object.contains(number.key))
      made.*number.value = read<int>(object, number.key, "made_for");
  return made;
}

Trial readTrial(const ordered_json &object) {
  if (!object.is_object())
    throw Wrong("a trial in 'tuning' must be an object");
  Trial trial;
  const auto knobsRead = read<ordered_json>(object, "knobs", "trials");
  for (const auto &[key, value] : knobsRead.items())
    readKnob(findKnob(key), value, trial.schedule);
  if (object.contains("why")) {
    trial.verdict = Trial::Verdict::Refused;
    trial.why = read<std::string>(object, "why", "trials");
    return trial;
  }
  trial.relative = read<double>(object, "relative", "trials");
  trial.noise = read<double>(object, "noise", "trials");
  if (!(trial.relative > 0) || !(trial.noise >= 0))
    throw Wrong("a trial in 'tuning' has a time that none can take");
  return trial;
}

Tuning readTuning(const ordered_json &object) {
  if (!object.is_object())
    throw Wrong("'tuning' must be an object");
  Tuning tuning;
  tuning.ms = read<double>(object, "ms", "tuning");
  tuning.defaultMs = read<double>(object, "default_ms", "tuning");
  const auto trials = read<ordered_json>(object, "trials", "tuning");
  for (const ordered_json &trial : trials)
    tuning.trials.push_back(readTrial(trial));
  return tuning;
}

ScheduleFile readFile(const std::string &text) {
  const ordered_json object = parse(text);
  if (!object.is_object())
    throw Wrong("a schedule is a JSON object");
  ScheduleFile file;
  for (const auto &[key, value] : object.items())
    if (key == "made_for")
      file.madeFor = readMadeFor(value);
    else if (key == "tuning")
      file.tuning = readTuning(value);
    else
      readKnob(findKnob(key), value, file.schedule);
  return file;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

ordered_json knobsOf(const Schedule &schedule) {
  ordered_json object = ordered_json::object();
  for (const Knob &knob : knobs())
    if (schedule.*knob.value != 0)
      object[knob.name] = schedule.*knob.value;
  return object;
}

ordered_json madeForJson(const MadeFor &made) {
  ordered_json object = {{"format", format}};
  for (const Text &text : texts)
    if (!(made.*text.value).empty())
      object[text.key] = made.*text.value;
  for (const Number &number : numbers)
    if (made.*number.value != 0)
      object[number.key] = made.*number.value;
  return object;
}

ordered_json trialJson(const Trial &trial) {
  ordered_json object = {{"knobs", knobsOf(trial.schedule)}};
  if (trial.verdict == Trial::Verdict::Refused) {
    object["why"] = trial.why;
  } else {
    object["relative"] = trial.relative;
    object["noise"] = trial.noise;
  }
  return object;
}

/// Text behind "  " on every line but the first.
std::string indented(const std::string &text) {
  std::string result;
  for (const char c : text)
    result += c == '\n' ? std::string("\n  ") : std::string(1, c);
  return result;
}

std::string tuningText(const Tuning &tuning) {
  std::string text = "{\n    \"ms\": " + ordered_json(tuning.ms).dump() +
                     ",\n    \"default_ms\": " + ordered_json(tuning.defaultMs).dump() +
                     ",\n    \"trials\": [";
  const char *separator = "\n      ";
  for (const Trial &trial : tuning.trials) {
    text += separator + trialJson(trial).dump();
    separator = ",\n      ";
  }
  return text + "\n    ]\n  }";
}

} // namespace

std::string fromJson(const std::string &text, ScheduleFile &file) {
  try {
    file = readFile(text);
    return {};
  } catch (const Wrong &wrong) {
    return dsl::printable(wrong.what());
  }
}

std::string toJson(const ScheduleFile &file) {
  std::vector<std::string> members;
  const ordered_json knobsWritten = knobsOf(file.schedule);
  for (const auto &[name, value] : knobsWritten.items())
    members.push_back("\"" + name + "\": " + value.dump());
  if (file.madeFor)
    members.push_back("\"made_for\": " + indented(madeForJson(*file.madeFor).dump(2)));
  if (file.tuning)
    members.push_back("\"tuning\": " + tuningText(*file.tuning));
  std::string text = "{";
  const char *separator = "\n  ";
  for (const std::string &member : members) {
    text += separator + member;
    separator = ",\n  ";
  }
  return text + "\n}\n";
}

std::string toJson(const Schedule &schedule) {
  ScheduleFile file;
  file.schedule = schedule;
  return toJson(file);
}

std::string differences(const MadeFor &here, const MadeFor &there) {
  std::string text;
  const auto note = [&](const char *name, const std::string &a, const std::string &b) {
    text +=
        (text.empty() ? "" : "; ") + std::string(name) + " is " + shown(a) + ", not " + shown(b);
  };
  for (const Text &entry : texts) {
    const std::string &a = here.*entry.value, &b = there.*entry.value;
    if (!a.empty() && !b.empty() && a != b)
      note(entry.name, a, b);
  }
  for (const Number &entry : numbers) {
    const int a = here.*entry.value, b = there.*entry.value;
    if (a != 0 && b != 0 && a != b)
      note(entry.name, std::to_string(a), std::to_string(b));
  }
  return text;
}

} // namespace gaze
