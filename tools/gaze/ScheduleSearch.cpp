//===- ScheduleSearch.cpp - Which schedule to try next ------------------------===//
#include "tools/gaze/ScheduleSearch.h"

#include <algorithm>

using namespace gaze;
using namespace gaze::cli;

namespace {

struct Ended {};

} // namespace

bool cli::isFaster(const Trial &a, const Trial &b) {
  return a.verdict == Trial::Verdict::Timed && a.relative < b.relative * (1 - a.noise);
}

std::vector<int> cli::ladder(const Knob &knob, const ScheduleBasis &basis,
                             const Schedule &schedule) {
  const int unit = knob.multipleOf.number ? knob.multipleOf.number(basis, schedule) : 1;
  std::vector<int> values;
  for (int power = 1; power * unit <= knob.most; power *= 2)
    for (const int halves : {2, 3})
      if (const int value = power * halves / 2 * unit;
          power * halves % 2 == 0 && value >= knob.least && value <= knob.most)
        values.push_back(value);
  return values;
}

/// More accumulators than registers are stored and loaded again in the innermost loop, and
/// take minutes to compile.
static bool isPromising(const Schedule &schedule, const ScheduleBasis &basis) {
  if (!invalidReason(schedule, basis).empty())
    return false;
  // Of a GPU's registers the check above knows.
  return basis.gpu || schedule.tileQ / basis.lanes * std::max(schedule.keys, schedule.channels) <=
                          2 * basis.registers;
}

ScheduleSearch::ScheduleSearch(const ScheduleBasis &basis, std::vector<Trial> known, Try tryOne,
                               std::uint64_t seed)
    : basis(basis), all(std::move(known)), tryOne(std::move(tryOne)), random(seed),
      fastest(all.front()) {
  for (const Trial &trial : all)
    if (isFaster(trial, fastest))
      fastest = trial;
}

bool ScheduleSearch::run(const std::optional<Schedule> &also) {
  constexpr int fruitless = 200; // restarts in a row that find nothing new
  const Trial standard = all.front();
  try {
    if (also)
      descend(get(*also, standard));
    descend(standard);
    for (int restarts = 0; restarts < fruitless; ++restarts) {
      const std::size_t before = all.size();
      descend(get(somewhere(), fastest));
      if (all.size() > before)
        restarts = 0;
    }
    return true;
  } catch (const Ended &) {
    return false;
  }
}

Trial ScheduleSearch::get(const Schedule &candidate, const Trial &incumbent) {
  const auto known = std::find_if(all.begin(), all.end(),
                                  [&](const Trial &trial) { return trial.schedule == candidate; });
  Trial trial;
  if (known != all.end()) {
    return *known;
  } else {
    const std::optional<Trial> tried = tryOne(candidate, incumbent);
    if (!tried)
      throw Ended();
    trial = *tried;
    all.push_back(trial);
  }
  if (isFaster(trial, fastest))
    fastest = trial;
  return trial;
}

void ScheduleSearch::descend(Trial from) {
  // What is far behind the best does not overtake it knob by knob.
  if (from.verdict != Trial::Verdict::Timed || from.relative > 1.5 * fastest.relative)
    return;
  std::vector<Knob> order = knobsOf(basis);
  for (bool improved = true; improved;) {
    improved = false;
    for (std::size_t i = order.size() - 1; i > 0; --i)
      std::swap(order[i], order[random() % (i + 1)]);
    for (const Knob &knob : order)
      improved |= improveKnob(knob, from);
  }
}

bool ScheduleSearch::improveKnob(const Knob &knob, Trial &at) {
  const int first = random() % 2 == 0 ? 1 : -1;
  return climb(knob, first, at) || climb(knob, -first, at);
}

bool ScheduleSearch::climb(const Knob &knob, int direction, Trial &at) {
  constexpr int patience = 2;
  std::vector<int> values = ladder(knob, basis, at.schedule);
  if (direction < 0)
    std::reverse(values.begin(), values.end());
  bool improved = false;
  int misses = 0;
  for (const int value : values) {
    if ((value - at.schedule.*knob.value) * direction <= 0)
      continue;
    Schedule candidate = at.schedule;
    candidate.*knob.value = value;
    fitSchedule(candidate, basis);
    // Fitting may take a knob back to a value that was seen.
    if (candidate.*knob.value != value || !isPromising(candidate, basis))
      continue;
    const Trial trial = get(candidate, at);
    if (isFaster(trial, at)) {
      at = trial;
      improved = true;
      misses = 0;
    } else if (++misses == patience) {
      break;
    }
  }
  return improved;
}

Schedule ScheduleSearch::somewhere() {
  for (;;) {
    Schedule schedule = fastest.schedule;
    for (const Knob &knob : knobsOf(basis)) {
      if (random() % 2 == 0)
        continue;
      const std::vector<int> values = ladder(knob, basis, schedule);
      schedule.*knob.value = values[random() % values.size()];
    }
    fitSchedule(schedule, basis);
    if (isPromising(schedule, basis))
      return schedule;
  }
}
