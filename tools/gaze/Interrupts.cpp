//===- Interrupts.cpp - Ctrl-C as a wish --------------------------------------===//
#include "tools/gaze/Interrupts.h"

using namespace gaze::cli;

static volatile std::sig_atomic_t flag = 0;

Interrupts::Interrupts() {
  flag = 0;
  struct sigaction action = {};
  action.sa_handler = [](int) { flag = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, &interrupt);
  sigaction(SIGTERM, &action, &terminate);
}

Interrupts::~Interrupts() {
  sigaction(SIGINT, &interrupt, nullptr);
  sigaction(SIGTERM, &terminate, nullptr);
}

bool Interrupts::received() const { return flag != 0; }
