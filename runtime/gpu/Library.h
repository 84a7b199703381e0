//===- Library.h - A driver's library, loaded when the first device is asked for ------------===//
#ifndef GAZE_RUNTIME_GPU_LIBRARY_H
#define GAZE_RUNTIME_GPU_LIBRARY_H

#include <string>

namespace gaze::runtime {

/// Stays loaded until the program ends: drivers do not like to be unloaded.
class Library {
public:
  explicit Library(const char *name);

  /// Where the library, or the function in it, is missing: null.
  void *find(const char *function) const;
  /// Sets `function`; where it is missing, `whyNot` says so.
  template <typename F> void bind(F *&function, const char *name) {
    function = reinterpret_cast<F *>(find(name));
    if (!function && missing.empty())
      missing = std::string(this->name) + " has no " + name;
  }

  /// Why nothing can be done with it; empty where it is fine.
  const std::string &whyNot() const { return missing; }

private:
  const char *name;
  void *handle;
  std::string missing;
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_GPU_LIBRARY_H
