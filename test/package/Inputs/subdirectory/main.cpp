#include "causal.h"

#include <cstdio>

int main() {
  const bool linked = gaze_plan_create != nullptr && gaze_run != nullptr;
  std::printf("gaze %s, %d, %s\n", gaze_version(), int(linked), causal.name);
}
