//===- Arithmetic.h - The operators and functions of the language as operations --===//
#ifndef GAZE_COMPILER_ARITHMETIC_H
#define GAZE_COMPILER_ARITHMETIC_H

#include "dsl/Ast.h"

#include "mlir/IR/Builders.h"

namespace gaze {

/// Emits what an operator or a function of the language means, at the builder's
/// place. Numbers are i64, f64, or f32 where they depend on the score; mixed
/// operands take the later of these three types.
class Arithmetic {
public:
  explicit Arithmetic(mlir::OpBuilder &builder) : builder(builder) {}

  mlir::Value constant(mlir::TypedAttr value, mlir::Location location);
  mlir::Value convert(mlir::Value value, mlir::Type type, mlir::Location location);
  mlir::Type widest(mlir::Type first, mlir::Type second);

  mlir::Value unary(dsl::Operator op, mlir::Value operand, mlir::Location location);
  /// Comparisons included.
  mlir::Value binary(dsl::Operator op, mlir::Value lhs, mlir::Value rhs, mlir::Location location);
  mlir::Value choose(mlir::Value condition, mlir::Value whenTrue, mlir::Value whenFalse,
                     mlir::Location location);
  mlir::Value builtin(dsl::Builtin builtin, llvm::ArrayRef<mlir::Value> operands,
                      mlir::Location location);

private:
  mlir::Value compare(dsl::Operator op, mlir::Value lhs, mlir::Value rhs, mlir::Location location);
  mlir::Value intArithmetic(dsl::Operator op, mlir::Value lhs, mlir::Value rhs,
                            mlir::Location location);
  mlir::Value floatArithmetic(dsl::Operator op, mlir::Value lhs, mlir::Value rhs,
                              mlir::Location location);
  mlir::Value absolute(mlir::Value operand, mlir::Location location);
  mlir::Value floorToInt(mlir::Value operand, mlir::Location location);
  mlir::Value extremum(bool isMaximum, llvm::ArrayRef<mlir::Value> operands,
                       mlir::Location location);
  mlir::Value chance(llvm::ArrayRef<mlir::Value> operands, mlir::Location location);

  mlir::OpBuilder &builder;
};

} // namespace gaze

#endif // GAZE_COMPILER_ARITHMETIC_H
