//===- OutputFile.h - A file that is complete or not there -------------------===//
//
// A command that computes for minutes makes its OutputFile first, which finds out
// whether the place can be written; then it writes into a temporary file in the
// same folder, and `commit` renames that over the name that the user gave.
//
// Test: test/tools/outputs.test
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_OUTPUTFILE_H
#define GAZE_TOOLS_OUTPUTFILE_H

#include <cstddef>
#include <string>

namespace gaze::cli {

/// Whether both paths lead to one file, which need not be there. False where either is empty.
bool isSameFile(const std::string &one, const std::string &other);

class OutputFile {
public:
  /// Throws a Failure that names `path` where it could not be written. A path that
  /// exists and is no regular file, such as /dev/null, is written in place.
  explicit OutputFile(const std::string &path);
  /// Removes what was written and not committed.
  ~OutputFile();
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;

  void write(const void *bytes, std::size_t size);
  void commit();

private:
  [[noreturn]] void fail(int error) const;
  void open();
  /// Closes the descriptor; false with errno where that fails.
  bool close();

  std::string path;      ///< as the user gave it
  std::string target;    ///< behind symbolic links
  std::string temporary; ///< empty where none is there
  bool inPlace = false;
  int descriptor = -1;
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_OUTPUTFILE_H
