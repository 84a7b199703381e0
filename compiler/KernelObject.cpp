//===- KernelObject.cpp - A kernel as one object file --------------------------------===//
#include "compiler/KernelObject.h"

#include "compiler/Compiler.h"
#include "compiler/Files.h"
#include "compiler/object/KernelTable.h"
#include "compiler/object/LinkObjects.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace gaze {
namespace {

/// Our own fault; who catches it says so.
[[noreturn]] void failInternally(const std::string &message) {
  throw CompileError(CompileError::Kind::Internal, message);
}

/// Runs a function that emits.
template <typename Emit> void translated(Emit emit) {
  try {
    emit();
  } catch (const EmitError &error) {
    failInternally(std::string("in the Halide stage: ") + error.what());
  }
}

} // namespace

std::string kernelText(const Kernel &kernel, const EmitOptions &options, Output output) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "kernel").string();
  if (!options.hasGpuFunctions()) {
    translated([&] { emitKernel(kernel, options, output, path); });
    return readBytes(path);
  }
  const Output ofDevice = output == Output::Assembly ? Output::Device : output;
  std::string text;
  for (const GpuFunction which : gpuFunctions) {
    translated([&] { emitGpuFunction(kernel, options, which, ofDevice, path); });
    text += readBytes(path);
  }
  text.erase(std::remove(text.begin(), text.end(), '\0'), text.end()); // that end a driver's texts
  return text;
}

std::string kernelObject(const Kernel &kernel, const std::string &symbol,
                         const std::vector<EmitOptions> &variants) {
  const TemporaryFolder folder;
  std::vector<std::string> objects;
  const auto next = [&] {
    objects.push_back((folder.path() / (std::to_string(objects.size()) + ".o")).string());
    return objects.back();
  };
  for (const EmitOptions &variant : variants) {
    translated([&] { emitKernel(kernel, variant, Output::Object, next()); });
    if (variant.hasGpuFunctions())
      for (const GpuFunction which : gpuFunctions)
        translated([&] { emitGpuFunction(kernel, variant, which, Output::Object, next()); });
  }
  const fs::path linked = folder.path() / "linked.o";
  try {
    writeBytes(next(), kernelTable(kernel, symbol, variants));
    linkObjects(objects, linked.string());
  } catch (const CompileError &) {
    throw; // a file
  } catch (const std::exception &error) {
    failInternally(std::string("in the object file: ") + error.what());
  }
  return readBytes(linked);
}

} // namespace gaze
