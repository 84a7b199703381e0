//===- Hints.h - What people write who know other languages -----------------===//
//
// Each function gives the end of an error message, "; write 'and'", or nothing
// where no habit of another language explains the mistake.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_HINTS_H
#define GAZE_DSL_HINTS_H

#include <string>
#include <string_view>

namespace gaze::dsl {

/// For a name that is no value, and one that cannot be called.
std::string habitOfValue(std::string_view name);
std::string habitOfFunction(std::string_view name);

/// The keyword that `word` stands for at the begin of an item; empty for none.
std::string_view keywordMeantBy(std::string_view word);

} // namespace gaze::dsl

#endif // GAZE_DSL_HINTS_H
