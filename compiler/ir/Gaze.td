//===- Gaze.td - The gaze dialect: patterns as regions of arithmetic -------------===//
//
// The dialect itself, its enum and its attributes. The operations are in
// GazeOps.td; arithmetic is the arith and math dialects' own.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_IR_GAZE_TD
#define GAZE_COMPILER_IR_GAZE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Gaze_Dialect : Dialect {
  let name = "gaze";
  let cppNamespace = "::gaze::ir";
  let summary = "Sparse-attention patterns: which query looks at which key, and how a look is scored";
  let description = [{
    A module holds the defs (`gaze.def`) and one pattern (`gaze.pattern`), a
    named set of regions that are read at one (query, key) pair. Ints are `i64`
    and wrap around, bools are `i1`, floats are `f64` where they do not depend
    on the score and `f32` where they do. Everything is pure.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

def Gaze_Coordinate : I32Enum<"Coordinate", "a name that is always there", [
    I32EnumCase<"Q", 0, "q">, I32EnumCase<"K", 1, "k">,
    I32EnumCase<"Head", 2, "head">, I32EnumCase<"Batch", 3, "batch">,
    I32EnumCase<"SeqQ", 4, "seq_q">, I32EnumCase<"SeqK", 5, "seq_k">,
    I32EnumCase<"Heads", 6, "heads">, I32EnumCase<"HeadDim", 7, "head_dim">,
    I32EnumCase<"Score", 8, "score">]> {
  let cppNamespace = "::gaze::ir";
}

def Gaze_SelectBy : I32Enum<"SelectBy", "by what blocks of keys are scored", [
    I32EnumCase<"Mean", 0, "mean">, I32EnumCase<"MinMax", 1, "minmax">,
    I32EnumCase<"First", 2, "first">]> {
  let cppNamespace = "::gaze::ir";
}

def Gaze_SelectByAttr : EnumAttr<Gaze_Dialect, Gaze_SelectBy, "select_by">;

def Gaze_CoordinateAttr : EnumAttr<Gaze_Dialect, Gaze_Coordinate, "coordinate">;

def Gaze_CoordinateArrayAttr
    : TypedArrayAttrBase<Gaze_CoordinateAttr, "coordinate names">;

def Gaze_Order : I32Enum<"Order", "the order in which a part of a pattern is computed", [
    I32EnumCase<"Tiles", 0, "tiles">, I32EnumCase<"Congruent", 1, "congruent">,
    I32EnumCase<"Columns", 2, "columns">, I32EnumCase<"Selected", 3, "selected">]> {
  let cppNamespace = "::gaze::ir";
}

def Gaze_OrderAttr : EnumAttr<Gaze_Dialect, Gaze_Order, "order">;

def Gaze_ParameterAttr : AttrDef<Gaze_Dialect, "Parameter"> {
  let mnemonic = "parameter";
  let summary = "A parameter of a pattern: name, type (i64, f64 or i1) and default";
  let parameters = (ins
    StringRefParameter<"the name">:$name,
    "::mlir::Type":$type,
    OptionalParameter<"::mlir::TypedAttr">:$defaultValue);
  let assemblyFormat = "`<` $name `,` $type (`,` $defaultValue^)? `>`";
  let genVerifyDecl = 1;
}

def Gaze_SiteAttr : AttrDef<Gaze_Dialect, "Site"> {
  let mnemonic = "site";
  let summary = "A place where a pattern reads an input, with one of its indices";
  let parameters = (ins
    StringRefParameter<"the input">:$input, "int64_t":$axis, "::mlir::LocationAttr":$place);
  let assemblyFormat = "`<` $input `,` $axis `,` $place `>`";
}

def Gaze_SiteArrayAttr : TypedArrayAttrBase<Gaze_SiteAttr, "sites">;

def Gaze_ParameterArrayAttr : TypedArrayAttrBase<Gaze_ParameterAttr, "parameters">;

#endif // GAZE_COMPILER_IR_GAZE_TD
