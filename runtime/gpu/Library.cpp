//===- Library.cpp - A driver's library, loaded when the first device is asked for ----------===//
#include "runtime/gpu/Library.h"

#include <dlfcn.h>

namespace gaze::runtime {

Library::Library(const char *name) : name(name), handle(dlopen(name, RTLD_NOW)) {
  if (handle)
    return;
  const char *const reason = dlerror();
  missing = std::string(name) + ", the driver's library, cannot be loaded" +
            (reason ? std::string(" (") + reason + ")" : std::string());
}

void *Library::find(const char *function) const {
  return handle ? dlsym(handle, function) : nullptr;
}

} // namespace gaze::runtime
