//===- Divisions.cpp - Int divisions that look like float ones --------------===//

#include "dsl/Divisions.h"

#include "dsl/TypeHints.h"

#include <cstdint>
#include <optional>

using namespace gaze::dsl;

namespace {

constexpr const char *roundsDown = "'/' of two ints rounds down";

/// The value of a literal with its signs.
std::optional<std::int64_t> literal(const Expr &expr) {
  if (expr.kind == Expr::Kind::IntLiteral)
    return expr.integer;
  if (expr.kind != Expr::Kind::Unary || expr.op != Operator::Negate)
    return std::nullopt;
  std::optional<std::int64_t> value = literal(*expr.operands[0]);
  if (value)
    value = static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(*value));
  return value;
}

/// The rest of dividing one literal by another; nothing where it is not known, or the
/// divisor is zero, which is an error.
std::optional<std::int64_t> remainder(const Expr &division) {
  auto dividend = literal(*division.operands[0]), divisor = literal(*division.operands[1]);
  if (!dividend || !divisor || *divisor == 0)
    return std::nullopt;
  return *divisor == -1 ? 0 : *dividend % *divisor;
}

} // namespace

std::string gaze::dsl::warningOfLiteral(const SourceSet &sources, const Expr &division) {
  auto dividend = literal(*division.operands[0]), divisor = literal(*division.operands[1]);
  std::optional<std::int64_t> rest = remainder(division);
  if (!dividend || *dividend == 0 || divisor == 0 || rest == 0)
    return "";
  std::string text = roundsDown;
  if (rest) {
    bool below = (*rest < 0) != (*divisor < 0);
    text += ", so this is " + std::to_string(*dividend / *divisor - (below ? 1 : 0));
  } else if (*dividend == 1) {
    text += ", so this is 0 for every divisor above 1";
  }
  std::string above = std::to_string(*dividend);
  std::string below = asWritten(sources, *division.operands[1]);
  text += "; write " + above + ".0 / " + below + " for a float";
  return rest ? text : text + ", or floor(" + above + " / " + below + ") for the int";
}

const Expr *gaze::dsl::intDivision(const Expr &expr) {
  if (expr.kind == Expr::Kind::Unary && expr.op == Operator::Negate)
    return intDivision(*expr.operands[0]);
  return expr.kind == Expr::Kind::Binary && expr.op == Operator::Divide ? &expr : nullptr;
}

std::string gaze::dsl::warningOfFloat(const SourceSet &sources, const Expr &division,
                                      const std::string &what) {
  if (remainder(division) == 0 || literal(*division.operands[0]) == 0)
    return "";
  std::string text =
      asWritten(sources, *division.operands[0]) + " / " + asWritten(sources, *division.operands[1]);
  return roundsDown + (" before " + what) + " takes it as a float; write 1.0 * " + text +
         " for a float, or floor(" + text + ") for the int";
}
