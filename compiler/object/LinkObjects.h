//===- LinkObjects.h - Several object files to one ------------------------------===//
#ifndef GAZE_COMPILER_OBJECT_LINKOBJECTS_H
#define GAZE_COMPILER_OBJECT_LINKOBJECTS_H

#include <stdexcept>
#include <string>
#include <vector>

namespace gaze {

class LinkError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// What `ld -r` does, by LLVM's linker in this process: `output` is one relocatable
/// object with all that is in `inputs` (paths), of any architecture. Throws LinkError.
void linkObjects(const std::vector<std::string> &inputs, const std::string &output);

} // namespace gaze

#endif // GAZE_COMPILER_OBJECT_LINKOBJECTS_H
