//===- Machine.cpp - The machine that a schedule is tuned on ------------------===//
#include "compiler/Machine.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <thread>

namespace gaze {

Machine thisMachine() {
  // The first processor stands for all. A cloud's name of a model may say little, so the
  // numbers of the family and the model stand beside it.
  std::ifstream processors("/proc/cpuinfo");
  std::map<std::string, std::string> first;
  for (std::string line; std::getline(processors, line) && !line.empty();) {
    const std::size_t colon = line.find(": ");
    const std::size_t end = line.find_last_not_of(" \t", line.find(':') - 1);
    if (colon != std::string::npos && end != std::string::npos)
      first[line.substr(0, end + 1)] = line.substr(colon + 2);
  }
  Machine machine;
  machine.cpu = first.count("model name") ? first["model name"] : "unknown";
  if (first.count("cpu family") && first.count("model"))
    machine.cpu += ", family " + first["cpu family"] + ", model " + first["model"];
  machine.cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return machine;
}

} // namespace gaze
