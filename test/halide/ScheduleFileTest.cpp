//===- ScheduleFileTest.cpp - *.schedule.json, read and written ---------------===//
#include "compiler/ScheduleFile.h"

#include <gtest/gtest.h>

using namespace gaze;

namespace {

ScheduleFile read(const std::string &text) {
  ScheduleFile file;
  EXPECT_EQ(fromJson(text, file), "") << text;
  return file;
}

std::string wrong(const std::string &text) {
  ScheduleFile file;
  return fromJson(text, file);
}

TEST(ScheduleFile, aPersonWritesTheKnobsThatMatter) {
  const ScheduleFile file = read("{\"tile_q\": 32}");
  EXPECT_EQ(file.schedule.tileQ, 32);
  EXPECT_EQ(file.schedule.tileK, 0);
  EXPECT_FALSE(file.madeFor);
  EXPECT_FALSE(file.tuning);
}

TEST(ScheduleFile, whatIsWrongIsSaid) {
  const std::string notJson = "a schedule is a JSON object, and this is not JSON";
  EXPECT_EQ(wrong("{\"tile_q\": "), notJson + " at line 1, column 12");
  EXPECT_EQ(wrong("{\n  \"tile_q\": 8,\n}"), notJson + " at line 3, column 1");
  EXPECT_EQ(wrong("{\"tile_q\": 1e999}"), notJson);
  EXPECT_EQ(wrong(""), notJson + " at line 1, column 1");
  EXPECT_EQ(wrong("[1]"), "a schedule is a JSON object");
  EXPECT_EQ(wrong("{\"tile_p\": 8}"), "unknown knob 'tile_p'; did you mean the knob 'tile_q'?");
  EXPECT_EQ(wrong("{\"tile_q\": 0}"), "knob 'tile_q' must be an integer from 1 to 256");
  EXPECT_EQ(wrong("{\"tile_q\": 8.5}"), "knob 'tile_q' must be an integer from 1 to 256");
  EXPECT_EQ(wrong("{\"tile_q\": 4294967304}"), "knob 'tile_q' must be an integer from 1 to 256");
  EXPECT_EQ(wrong("{\"made_for\": 1}"), "'made_for' must be an object");
  EXPECT_EQ(wrong("{\"made_for\": {}}"), "'made_for' lacks 'format'");
  EXPECT_EQ(wrong("{\"made_for\": {\"format\": 2}}"),
            "the file has format 2, and this gaze knows format 1");
  EXPECT_EQ(wrong("{\"made_for\": {\"format\": 1, \"cores\": \"two\"}}"),
            "'cores' in 'made_for' is of the wrong type");
  EXPECT_EQ(wrong("{\"tuning\": {\"ms\": 1, \"default_ms\": 1}}"), "'tuning' lacks 'trials'");
  EXPECT_EQ(wrong("{\"tuning\": {\"ms\": 1, \"default_ms\": 1, \"trials\": [{\"knobs\": {}, "
                  "\"relative\": 0, \"noise\": 0}]}}"),
            "a trial in 'tuning' has a time that none can take");
}

/// They would take nlohmann-json minutes.
TEST(ScheduleFile, millionsOfValues) {
  std::string keys = "{\"k\": 1", lists = "{\"tuning\": {\"trials\": [[]";
  for (int i = 0; i < 1000000; ++i) {
    keys += ", \"k" + std::to_string(i) + "\": 1";
    lists += ", []";
  }
  EXPECT_EQ(wrong(keys + "}"), "an object in it has more than 100 keys");
  EXPECT_EQ(wrong(lists + "]}}"), "there are more than 20000 objects and lists in it");
}

/// JSON readers take the last of two equal keys, without a word.
TEST(ScheduleFile, keysStandOnce) {
  EXPECT_EQ(wrong("{\"tile_q\": 8, \"keys\": 4, \"tile_q\": 16}"),
            "the key 'tile_q' stands twice in one object");
  EXPECT_EQ(wrong("{\"tile_q\": 8, \"tile_\\u0071\": 8}"),
            "the key 'tile_q' stands twice in one object");
  EXPECT_EQ(wrong("{\"made_for\": {\"format\": 1, \"cpu\": \"a\", \"cpu\": \"b\"}}"),
            "the key 'cpu' stands twice in one object");
  EXPECT_EQ(wrong("{\"made_for\": {\"format\": 1}, \"made_for\": {\"format\": 1}}"),
            "the key 'made_for' stands twice in one object");
  // Two objects may have the same keys.
  read("{\"tile_q\": 8, \"tuning\": {\"ms\": 1, \"default_ms\": 1, \"trials\": ["
       "{\"knobs\": {\"tile_q\": 8}, \"why\": \"\"}, {\"knobs\": {\"tile_q\": 16}, \"why\": "
       "\"\"}]}}");
}

TEST(ScheduleFile, keysOfMadeForAreKnownAndOfTheirTypes) {
  const auto madeFor = [](const std::string &member) {
    return wrong("{\"made_for\": {\"format\": 1, " + member + "}}");
  };
  EXPECT_EQ(madeFor("\"core\": 2"),
            "unknown key 'core' in 'made_for'; did you mean the key 'cores'?");
  EXPECT_EQ(madeFor("\"colour\": 2"), "unknown key 'colour' in 'made_for'");
  for (const char *key : {"cpu", "target", "dtype", "pattern", "shape", "inputs", "build"})
    EXPECT_EQ(madeFor("\"" + std::string(key) + "\": 1"),
              "'" + std::string(key) + "' in 'made_for' is of the wrong type");
  for (const char *key : {"cores", "head_dim", "value_dim", "threads"})
    for (const char *value : {"\"1\"", "1.5", "null", "true", "[1]"})
      EXPECT_EQ(madeFor("\"" + std::string(key) + "\": " + value),
                "'" + std::string(key) + "' in 'made_for' is of the wrong type");
}

/// What a terminal would obey does not reach it.
TEST(ScheduleFile, controlCharactersAreNotRepeated) {
  const ScheduleFile file = read("{\"made_for\": {\"format\": 1, \"cpu\": "
                                 "\"a\\u001b[2J\\n\\u007f\\u009bb \\u00e9\\u00a0\"}}");
  MadeFor here;
  here.cpu = "c";
  EXPECT_EQ(differences(here, *file.madeFor), "the CPU is c, not a?[2J???b \u00e9\u00a0");
  EXPECT_EQ(wrong("{\"made_for\": {\"format\": 1, \"\\u001b]0;x\\u0007\": 1}}"),
            "unknown key '?]0;x?' in 'made_for'");
  EXPECT_EQ(wrong("{\"a\\u001bb\": 1}"), "unknown knob 'a?b'");
  EXPECT_EQ(wrong("{\"a\\u0000b\": 1}"), "unknown knob 'a?b'");
}

TEST(ScheduleFile, textsOfAnyLengthGiveShortMessages) {
  const std::string name(1 << 20, 'a');
  const std::string unknown = "{\"" + name + "\": 1}";
  for (const std::string &text : {unknown, "{\"made_for\": {\"format\": 1, \"" + name + "\": 1}}",
                                  "{\"" + name + "\": 1, \"" + name + "\": 1}"}) {
    const std::string message = wrong(text);
    EXPECT_NE(message.find("'aaaa"), std::string::npos);
    EXPECT_LT(message.size(), 200U);
  }
  MadeFor here, there;
  here.cpu = "c";
  // A character of two bytes stands where the text is cut.
  there.cpu = std::string(199, 'a') + "\u00e9" + name;
  EXPECT_EQ(differences(here, there), "the CPU is c, not " + std::string(199, 'a') + "...");
}

/// Nested deeper than any stack.
TEST(ScheduleFile, nesting) {
  const auto nested = [](const char *open, const char *inner, const char *close) {
    std::string text;
    for (int i = 0; i < 1000000; ++i)
      text += open;
    text += inner;
    for (int i = 0; i < 1000000; ++i)
      text += close;
    return text;
  };
  const char *const tooMany = "there are more than 20000 objects and lists in it";
  EXPECT_EQ(wrong(nested("[", "", "]")), tooMany);
  EXPECT_EQ(wrong("{\"tile_q\": " + nested("{\"a\": ", "1", "}") + "}"), tooMany);
}

/// Every beginning of a file is refused.
TEST(ScheduleFile, everyTruncationIsAnError) {
  const std::string whole = "{\"tile_q\": 8, \"made_for\": {\"format\": 1, \"cpu\": \"a\\u00e9\"},"
                            " \"tuning\": {\"ms\": 1e0, \"default_ms\": 1, \"trials\": []}}";
  read(whole);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(
        wrong(whole.substr(0, size)).rfind("a schedule is a JSON object, and this is not JSON", 0),
        0U)
        << size;
}

TEST(ScheduleFile, whatIsWrittenIsRead) {
  ScheduleFile file;
  file.schedule.tileQ = 24;
  file.schedule.edgeK = 8;
  file.madeFor.emplace();
  file.madeFor->cpu = "a \"CPU\"";
  file.madeFor->cores = 3;
  file.madeFor->pattern = "causal()";
  file.tuning.emplace();
  file.tuning->ms = 1.5;
  file.tuning->defaultMs = 0.1;
  Trial timed;
  timed.schedule.tileQ = 24;
  timed.relative = 0.7;
  timed.noise = 0.01;
  Trial refused;
  refused.verdict = Trial::Verdict::Refused;
  refused.why = "its result is wrong";
  file.tuning->trials = {timed, refused};

  const ScheduleFile again = read(toJson(file));
  EXPECT_EQ(again.schedule, file.schedule);
  EXPECT_EQ(again.madeFor->cpu, "a \"CPU\"");
  EXPECT_EQ(differences(*again.madeFor, *file.madeFor), "");
  EXPECT_EQ(again.tuning->defaultMs, 0.1);
  ASSERT_EQ(again.tuning->trials.size(), 2U);
  EXPECT_EQ(again.tuning->trials[0].schedule, timed.schedule);
  EXPECT_EQ(again.tuning->trials[0].relative, 0.7);
  EXPECT_EQ(again.tuning->trials[1].verdict, Trial::Verdict::Refused);
  EXPECT_EQ(again.tuning->trials[1].why, "its result is wrong");
  EXPECT_EQ(toJson(again), toJson(file));
}

TEST(ScheduleFile, differencesAreOfWhatBothSay) {
  MadeFor here, there;
  here.dtype = "f32";
  here.headDim = 64;
  EXPECT_EQ(differences(here, there), "");
  there.dtype = "bf16";
  there.headDim = 128;
  there.cpu = "another";
  EXPECT_EQ(differences(here, there), "dtype is f32, not bf16; head_dim is 64, not 128");
}

} // namespace
