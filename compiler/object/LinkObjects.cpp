//===- LinkObjects.cpp - Several object files to one ----------------------------===//
#include "compiler/object/LinkObjects.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/raw_ostream.h"

#include <mutex>

LLD_HAS_DRIVER(elf)

namespace gaze {

void linkObjects(const std::vector<std::string> &inputs, const std::string &output) {
  // The linker's state is global.
  static std::mutex linking;
  const std::lock_guard<std::mutex> lock(linking);
  std::vector<const char *> arguments = {"ld.lld", "-r", "--threads=1", "-o", output.c_str()};
  for (const std::string &input : inputs)
    arguments.push_back(input.c_str());
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  const lld::Result result = lld::lldMain(arguments, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    throw LinkError("the linker failed: " + messages);
}

} // namespace gaze
