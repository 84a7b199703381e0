//===- Isolated.cpp - Crashes and hangs as outcomes -----------------------------------===//
#include "Isolated.h"

#include <csignal>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace gaze;
using namespace gaze::test;

static std::string print(const Outcome &outcome) {
  std::ostringstream text;
  for (const int number : {outcome.compared, outcome.masks, outcome.outside, outcome.refused,
                           outcome.limited, outcome.empty, outcome.inParts, outcome.failed})
    text << number << " ";
  text << outcome.failure;
  return text.str();
}

/// False where the text breaks off.
static bool parse(const std::string &text, Outcome &outcome) {
  std::istringstream stream(text);
  for (int *number : {&outcome.compared, &outcome.masks, &outcome.outside, &outcome.refused,
                      &outcome.limited, &outcome.empty, &outcome.inParts, &outcome.failed})
    stream >> *number;
  const bool isWhole = stream.get() == ' ';
  std::getline(stream, outcome.failure, '\0');
  return isWhole;
}

[[noreturn]] static void child(const Case &given, unsigned seconds, int out) {
  alarm(seconds);
  const std::string text = print(runCase(given));
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = write(out, text.data() + done, text.size() - done);
    if (wrote <= 0)
      _exit(1);
    done += static_cast<std::size_t>(wrote);
  }
  _exit(0);
}

static std::string readAll(int in) {
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = read(in, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(count));
  return text;
}

Outcome gaze::test::runIsolated(const Case &given, unsigned seconds) {
  int ends[2];
  if (pipe(ends) != 0)
    throw std::runtime_error("no pipe");
  const pid_t process = fork();
  if (process < 0)
    throw std::runtime_error("no process");
  if (process == 0) {
    close(ends[0]);
    child(given, seconds, ends[1]);
  }
  close(ends[1]);
  const std::string text = readAll(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(process, &status, 0);
  Outcome outcome;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    outcome.failure = "takes longer than " + std::to_string(seconds) + " seconds";
  else if (WIFSIGNALED(status))
    outcome.failure = std::string("ended by a signal: ") + strsignal(WTERMSIG(status));
  else if (!parse(text, outcome))
    outcome.failure = "ended with status " + std::to_string(WEXITSTATUS(status));
  return outcome;
}
