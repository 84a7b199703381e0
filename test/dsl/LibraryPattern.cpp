//===- LibraryPattern.cpp - A pattern of patterns/, with values, to look at --===//

#include "LibraryPattern.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace gaze::dsl::test {

namespace fs = std::filesystem;

std::vector<std::string> libraryPatterns() {
  std::vector<std::string> names;
  for (const fs::directory_entry &entry : fs::directory_iterator(root() / "patterns"))
    if (entry.path().extension() == ".gaze" && entry.path().stem() != "std")
      names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

static Program loadedFromLibrary(const std::string &name) {
  Diagnostics diagnostics;
  Program program = load((root() / "patterns" / (name + ".gaze")).string(), library(), diagnostics);
  EXPECT_EQ(diagnostics.render(program.sources), "");
  return program;
}

static Value valueOf(const Parameter &parameter, const LibraryPattern::Values &values) {
  auto given = values.find(parameter.name.text);
  if (given == values.end())
    return {parameter.type, parameter.defaultValue->integer, parameter.defaultValue->real};
  return {parameter.type, static_cast<std::int64_t>(given->second), given->second};
}

LibraryPattern::LibraryPattern(const std::string &name, const Values &values,
                               const Tensors &tensors)
    : program(loadedFromLibrary(name)) {
  std::size_t used = 0;
  for (const Parameter &parameter : pattern().parameters) {
    used += values.count(parameter.name.text);
    parameters.push_back(valueOf(parameter, values));
  }
  EXPECT_EQ(used, values.size()) << name << " has no such parameter";
  if (tensors.empty())
    return;
  for (const Input &input : pattern().inputs) {
    const std::vector<double> &given = tensors.at(input.name.text);
    Elements elements;
    if (input.type == Type::Int)
      elements.ints.assign(given.begin(), given.end());
    else if (input.type == Type::Float)
      elements.floats.assign(given.begin(), given.end());
    else
      elements.bools.assign(given.begin(), given.end());
    inputs.push_back(std::move(elements));
  }
}

Interpreter LibraryPattern::interpreter(const Coordinates &at) const {
  Interpreter sizes(program, pattern(), parameters);
  Coordinates shape = at;
  shape.integers[static_cast<int>(Ambient::Batch)] = 1;
  std::vector<InputTensor> tensors;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Elements &elements = inputs[i];
    InputTensor tensor{sizes.extents(i, shape), elements.ints.data(), elements.floats.data(),
                       elements.bools.data()};
    const std::size_t count = elements.ints.size() + elements.floats.size() + elements.bools.size();
    EXPECT_EQ(std::accumulate(tensor.extents.begin(), tensor.extents.end(), std::int64_t(1),
                              std::multiplies<>()),
              static_cast<std::int64_t>(count));
    tensors.push_back(std::move(tensor));
  }
  return Interpreter(program, pattern(), parameters, std::move(tensors));
}

static Coordinates coordinates(std::int64_t q, std::int64_t k, int queries, int keys, int head,
                               int heads) {
  Coordinates at = pair(q, k);
  at.integers[static_cast<int>(Ambient::SeqQ)] = queries;
  at.integers[static_cast<int>(Ambient::SeqK)] = keys;
  at.integers[static_cast<int>(Ambient::Head)] = head;
  at.integers[static_cast<int>(Ambient::Heads)] = heads;
  return at;
}

std::string LibraryPattern::mask(int queries, int keys, int head, int heads,
                                 const Selector *selector) const {
  EXPECT_EQ(failedRequirement(keys), -1);
  const Interpreter meaning = interpreter(coordinates(0, 0, queries, keys, head, heads));
  std::string drawn;
  for (int q = 0; q < queries; ++q, drawn += '\n')
    for (int k = 0; k < keys; ++k)
      drawn += meaning.keep(coordinates(q, k, queries, keys, head, heads), selector) ? '#' : '.';
  return drawn;
}

double LibraryPattern::score(double scaled, std::int64_t q, std::int64_t k, int head,
                             int heads) const {
  Coordinates at = coordinates(q, k, 1, 1, head, heads);
  at.score = scaled;
  return interpreter(at).score(at);
}

int LibraryPattern::failedRequirement(int keys) const {
  return Interpreter(program, pattern(), parameters)
      .failedRequirement(coordinates(0, 0, keys, keys, 0, 1));
}

} // namespace gaze::dsl::test
