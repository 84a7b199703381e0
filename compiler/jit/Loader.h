//===- Loader.h - Object code into this process --------------------------------===//
//
// A JIT kernel is the object file that `gaze compile` would have written, loaded by
// LLVM's JITLink: there is no second way to make code.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_JIT_LOADER_H
#define GAZE_COMPILER_JIT_LOADER_H

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gaze {

class LoadError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Code of one object file; lives as long as this does.
class LoadedObject {
public:
  /// Loads an ELF object. Symbols that it leaves undefined are looked up in
  /// `provided`, then in this process and its shared libraries. Throws LoadError.
  LoadedObject(const std::string &object,
               const std::vector<std::pair<std::string, void *>> &provided);
  ~LoadedObject();
  LoadedObject(LoadedObject &&) noexcept;

  /// The address of a symbol that the object defines. Throws LoadError.
  void *address(const std::string &symbol) const;

private:
  struct Session;
  std::unique_ptr<Session> session;
};

} // namespace gaze

#endif // GAZE_COMPILER_JIT_LOADER_H
