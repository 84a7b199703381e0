//===- ScheduleTest.cpp - Knobs: defaults, limits, and their document ---------===//
#include "compiler/Schedule.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

using namespace gaze;

namespace {

ScheduleBasis avx2(int headDim = 64) {
  ScheduleBasis basis;
  basis.lanes = 8;
  basis.registers = 16;
  basis.headDim = basis.valueDim = headDim;
  return basis;
}

ScheduleBasis gpu(int headDim, int valueDim) {
  ScheduleBasis basis = avx2(headDim);
  basis.valueDim = valueDim;
  basis.gpu = true;
  return basis;
}

TEST(Schedule, everyDefaultIsValid) {
  for (const int lanes : {4, 8, 16})
    for (const int registers : {16, 32})
      for (int dimension = 8; dimension <= 256; dimension += 8) {
        ScheduleBasis basis = avx2(dimension);
        basis.lanes = lanes;
        basis.registers = registers;
        EXPECT_EQ(invalidReason(defaultSchedule(basis), basis), "")
            << lanes << " lanes, head_dim " << dimension;
      }
}

TEST(Schedule, everyDefaultOfAGpuIsValid) {
  for (int headDim = 8; headDim <= 256; headDim += 8)
    for (int valueDim = 8; valueDim <= 256; valueDim += 8) {
      const ScheduleBasis basis = gpu(headDim, valueDim);
      EXPECT_EQ(invalidReason(defaultSchedule(basis), basis), "")
          << "head_dim " << headDim << ", of V " << valueDim;
    }
}

TEST(Schedule, whatABlockOfAGpuHas) {
  const auto reason = [](int tileQ, int tileK, int keys, int rows) {
    Schedule schedule;
    schedule.tileQ = tileQ;
    schedule.tileK = tileK;
    schedule.keys = keys;
    schedule.rows = rows;
    const ScheduleBasis basis = gpu(8, 8);
    completeSchedule(schedule, basis);
    return invalidReason(schedule, basis);
  };
  EXPECT_EQ(reason(256, 32, 2, 2),
            "tile_k / keys * tile_q / rows makes 16 * 128 threads of a block, and a GPU has 1024 "
            "at most");
  EXPECT_EQ(reason(64, 128, 16, 8),
            "rows times keys (or times the 4 channels of a thread, head_dim / (tile_k / keys)) "
            "makes 128 accumulators of a thread; more than 96 do not fit in its registers");
  // 1024 threads of 4 queries and 4 channels: 1024 * (16 + 64) registers.
  EXPECT_EQ(reason(128, 32, 1, 4),
            "32 * 32 threads of a block with 16 accumulators each take about 81920 registers, and "
            "a GPU has 65536: make tile_q smaller, or keys larger");
  EXPECT_EQ(reason(64, 32, 4, 4), "");
}

TEST(Schedule, whatIsSetStaysAndTheRestFollows) {
  Schedule schedule;
  schedule.tileK = 40; // its least divisor from 16 is 20
  completeSchedule(schedule, avx2());
  EXPECT_EQ(schedule.tileK, 40);
  EXPECT_EQ(schedule.edgeK, 20);
  EXPECT_EQ(schedule.keys, 4);
  schedule = {};
  schedule.tileK = 6; // keys divides it, and 4 does not
  completeSchedule(schedule, avx2());
  EXPECT_EQ(schedule.edgeK, 6);
  EXPECT_EQ(schedule.keys, 3);
}

TEST(Schedule, reasons) {
  const auto reason = [](int Schedule::*knob, int value) {
    Schedule schedule;
    schedule.*knob = value;
    completeSchedule(schedule, avx2());
    return invalidReason(schedule, avx2());
  };
  EXPECT_EQ(reason(&Schedule::tileQ, 33),
            "tile_q must be a multiple of the vector lanes, 8, and 33 is none");
  EXPECT_EQ(reason(&Schedule::tileQ, 264), "tile_q must be from 1 to 256, not 264");
  EXPECT_EQ(reason(&Schedule::edgeK, 24), "edge_k must divide tile_k, 32, and 24 does not");
  EXPECT_EQ(reason(&Schedule::channels, 6),
            "channels must divide the head dimension of V, 64, and 6 does not");
  EXPECT_EQ(reason(&Schedule::tileQ, 32), "");
}

TEST(Schedule, fittingKeepsToEveryLimit) {
  Schedule schedule = defaultSchedule(avx2());
  schedule.tileK = 48;
  schedule.edgeK = 32; // 24 is the largest divisor of 48 up to it
  schedule.keys = 16;  // and 12 that of 24
  schedule.tileQ = 30;
  fitSchedule(schedule, avx2());
  EXPECT_EQ(schedule.tileQ, 24);
  EXPECT_EQ(schedule.edgeK, 24);
  EXPECT_EQ(schedule.keys, 12);
  EXPECT_EQ(invalidReason(schedule, avx2()), "");
}

TEST(Schedule, theDocumentHasTheTable) {
  std::ifstream file(GAZE_SCHEDULES_DOCUMENT);
  std::ostringstream document;
  document << file.rdbuf();
  EXPECT_NE(document.str().find(knobTable()), std::string::npos)
      << "docs/schedules.md needs this table:\n"
      << knobTable();
}

TEST(Schedule, everyKnobIsDescribed) {
  for (const Knob &knob : knobs()) {
    EXPECT_GE(knob.least, 1) << knob.name;
    EXPECT_LE(knob.least, knob.most) << knob.name;
    EXPECT_EQ(std::string(knob.meaning).back(), '.') << knob.name;
    EXPECT_NE(std::string(knob.rule), "") << knob.name;
  }
}

} // namespace
