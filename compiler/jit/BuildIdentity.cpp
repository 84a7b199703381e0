//===- BuildIdentity.cpp - Which compiler is this? ----------------------------===//
#include "compiler/jit/BuildIdentity.h"

#include "compiler/jit/Digest.h"

#include <cstring>
#include <elf.h>
#include <link.h>
#include <sys/stat.h>

namespace gaze {
namespace {

/// The build id among the notes of a segment, or nothing.
std::string buildId(const char *notes, std::size_t size) {
  const auto padded = [](std::size_t bytes) { return (bytes + 3) / 4 * 4; };
  std::size_t at = 0;
  while (at + sizeof(ElfW(Nhdr)) <= size) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes + at, sizeof(note));
    const std::size_t name = at + sizeof(note);
    const std::size_t content = name + padded(note.n_namesz);
    at = content + padded(note.n_descsz);
    if (at <= size && note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(notes + name, "GNU", 4) == 0)
      return std::string(notes + content, note.n_descsz);
  }
  return {};
}

std::string fileIdentity(const char *path) {
  struct stat status;
  if (::stat(*path ? path : "/proc/self/exe", &status) != 0)
    return path; // no file, such as the kernel's own library
  return std::string(path) + ":" + std::to_string(status.st_size) + ":" +
         std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec);
}

int addObject(dl_phdr_info *object, std::size_t /*size*/, void *identities) {
  std::string id;
  for (int i = 0; i < object->dlpi_phnum && id.empty(); ++i) {
    const ElfW(Phdr) &segment = object->dlpi_phdr[i];
    if (segment.p_type == PT_NOTE) // an address, which the loader gives as a number
      id = buildId(reinterpret_cast<const char *>(object->dlpi_addr + segment.p_vaddr), // NOLINT
                   segment.p_memsz);
  }
  *static_cast<std::string *>(identities) +=
      (id.empty() ? fileIdentity(object->dlpi_name) : id) + "\n";
  return 0;
}

} // namespace

const std::string &buildIdentity() {
  static const std::string identity = [] {
    std::string identities;
    dl_iterate_phdr(addObject, &identities);
    return digest(identities);
  }();
  return identity;
}

} // namespace gaze
