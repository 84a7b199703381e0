//===- Parser.h - Text to AST -----------------------------------------------===//
#ifndef GAZE_DSL_PARSER_H
#define GAZE_DSL_PARSER_H

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"
#include "dsl/Hidden.h"

namespace gaze::dsl {

/// What one file says by itself, before its imports are read.
struct ParsedFile {
  std::vector<Import> imports;
  std::vector<Def> defs;
  std::vector<Pattern> patterns;
  Hidden hidden;
};

/// Parses file `file` of `sources`. Adds one diagnostic for each mistake and goes
/// on behind the next ';' or '}'. Where `diagnostics` grew, a def, let or keep
/// that could not be read has a null body, a pattern may lack parameters and lets,
/// whose names are then hidden, and even its own name. The grammar (Boost.Spirit X3) is in
/// Grammar.cpp.
ParsedFile parse(const SourceSet &sources, int file, Diagnostics &diagnostics);

} // namespace gaze::dsl

#endif // GAZE_DSL_PARSER_H
