//===- Digest.cpp - A short name for many bytes -------------------------------===//
#include "compiler/jit/Digest.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"

namespace gaze {

std::string digest(std::string_view bytes) {
  llvm::BLAKE3 hasher;
  hasher.update(llvm::StringRef(bytes.data(), bytes.size()));
  return llvm::toHex(hasher.final(), /*LowerCase=*/true);
}

} // namespace gaze
