//===- Loader.cpp - Object code into this process ------------------------------===//
#include "compiler/jit/Loader.h"

#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>

using namespace llvm;

namespace gaze {
namespace {

template <typename T> T orThrow(Expected<T> value) {
  if (!value)
    throw LoadError(toString(value.takeError()));
  return std::move(*value);
}

void orThrow(Error error) {
  if (error)
    throw LoadError(toString(std::move(error)));
}

void initializeOnce() {
  static std::once_flag initialized;
  std::call_once(initialized, [] { InitializeNativeTarget(); });
}

} // namespace

struct LoadedObject::Session {
  std::unique_ptr<orc::LLJIT> jit;
};

LoadedObject::LoadedObject(const std::string &object,
                           const std::vector<std::pair<std::string, void *>> &provided)
    : session(std::make_unique<Session>()) {
  initializeOnce();
  session->jit = orThrow(orc::LLJITBuilder().create());
  orc::LLJIT &jit = *session->jit;
  orc::SymbolMap symbols;
  for (const auto &[name, pointer] : provided)
    symbols[jit.mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(pointer),
                                          JITSymbolFlags::Exported};
  orThrow(jit.getMainJITDylib().define(orc::absoluteSymbols(std::move(symbols))));
  jit.getMainJITDylib().addGenerator(
      orThrow(orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
          jit.getDataLayout().getGlobalPrefix())));
  orThrow(jit.addObjectFile(MemoryBuffer::getMemBufferCopy(object, "kernel.o")));
}

LoadedObject::~LoadedObject() = default;
LoadedObject::LoadedObject(LoadedObject &&) noexcept = default;

void *LoadedObject::address(const std::string &symbol) const {
  return orThrow(session->jit->lookup(symbol)).toPtr<void *>();
}

} // namespace gaze
