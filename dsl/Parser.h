//===- Parser.h - Text to AST -----------------------------------------------===//
#ifndef GAZE_DSL_PARSER_H
#define GAZE_DSL_PARSER_H

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"

namespace gaze::dsl {

/// What one file says by itself, before its imports are read.
struct ParsedFile {
  std::vector<Import> imports;
  std::vector<Def> defs;
  std::vector<Pattern> patterns;
};

/// Parses file `file` of `sources`. Adds one diagnostic for each mistake and goes
/// on behind the next ';' or '}', so what is returned may be incomplete where
/// `diagnostics` grew. The grammar (Boost.Spirit X3) is in Parser.cpp.
ParsedFile parse(const SourceSet &sources, int file, Diagnostics &diagnostics);

} // namespace gaze::dsl

#endif // GAZE_DSL_PARSER_H
