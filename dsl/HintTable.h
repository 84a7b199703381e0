//===- HintTable.h - What a word of another language means ------------------===//
#ifndef GAZE_DSL_HINTTABLE_H
#define GAZE_DSL_HINTTABLE_H

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace gaze::dsl {

struct Entry {
  std::string_view word, meaning;
};

/// Empty where the table does not have the word.
template <std::size_t size>
std::string_view find(const Entry (&table)[size], std::string_view word) {
  auto found = std::find_if(std::begin(table), std::end(table),
                            [&](const Entry &entry) { return entry.word == word; });
  return found == std::end(table) ? std::string_view() : found->meaning;
}

} // namespace gaze::dsl

#endif // GAZE_DSL_HINTTABLE_H
