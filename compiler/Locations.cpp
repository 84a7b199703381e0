//===- Locations.cpp - Places in pattern files as MLIR locations -----------------===//
//
// MLIR knows where something begins; diagnostics want to know where it ends as
// well. So each span that became a location is kept, the shortest of those that
// begin at the same place.
//
//===----------------------------------------------------------------------===//
#include "compiler/Locations.h"

using namespace mlir;

namespace gaze {

Location Locations::of(dsl::Span span) {
  if (!span.valid())
    return UnknownLoc::get(context);
  const dsl::SourceFile &file = sources.file(span.file);
  dsl::LineColumn place = file.lineColumn(span.begin);
  Location location = FileLineColLoc::get(context, file.path(), static_cast<unsigned>(place.line),
                                          static_cast<unsigned>(place.column));
  auto [entry, isNew] = spans.try_emplace(location, span);
  if (!isNew && span.end < entry->second.end)
    entry->second = span;
  return location;
}

Location outermostCaller(Location location) {
  while (auto inlined = dyn_cast<CallSiteLoc>(location))
    location = inlined.getCaller();
  return location;
}

dsl::Span Locations::spanOf(Location location) const {
  return spans.lookup(outermostCaller(location));
}

} // namespace gaze
