//===- GazeOps.td - The operations of the gaze dialect ---------------------------===//
#ifndef GAZE_COMPILER_IR_GAZEOPS_TD
#define GAZE_COMPILER_IR_GAZEOPS_TD

include "compiler/ir/Gaze.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferIntRangeInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Gaze_Op<string mnemonic, list<Trait> traits = []> : Op<Gaze_Dialect, mnemonic, traits>;

/// int, float or bool of the language.
def Gaze_Value : AnyTypeOf<[I64, I1, F64, F32], "i64, i1, f64 or f32">;

//===----------------------------------------------------------------------===//
// What a module holds
//===----------------------------------------------------------------------===//

/// What patterns and kernels have in common.
class Gaze_RegionsOp<string mnemonic, list<Trait> traits = []> : Gaze_Op<mnemonic, traits # [
    IsolatedFromAbove, NoTerminator, Symbol, HasParent<"::mlir::ModuleOp">]> {
  let hasRegionVerifier = 1;
}

def Gaze_PatternOp : Gaze_RegionsOp<"pattern"> {
  let summary = "A pattern, as written";
  let description = [{
    Regions that are not written are absent: no `keep` keeps every pair, no
    `scale` is 1 / sqrt(head_dim), no `score` leaves the score as it is.

    ```mlir
    gaze.pattern @local(window: i64 = 512) keep {
      %q = gaze.coordinate q : i64
      %k = gaze.coordinate k : i64
      %window = gaze.parameter @window : i64
      %0 = arith.subi %q, %k : i64
      %1 = math.absi %0 : i64
      %2 = arith.cmpi sle, %1, %window : i64
      gaze.yield %2 : i1
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Gaze_ParameterArrayAttr:$parameters,
                       OptionalAttr<Gaze_SiteArrayAttr>:$sites);
  let regions = (region
    MaxSizedRegion<1>:$inputs, MaxSizedRegion<1>:$requirements, MaxSizedRegion<1>:$keep,
    MaxSizedRegion<1>:$candidates, MaxSizedRegion<1>:$scale, MaxSizedRegion<1>:$score,
    MaxSizedRegion<1>:$faults);
  let assemblyFormat = [{
    $sym_name `` custom<Parameters>($parameters) (`sites` $sites^)? attr-dict-with-keyword
    (`inputs` $inputs^)? (`requirements` $requirements^)? (`keep` $keep^)?
    (`candidates` $candidates^)? (`scale` $scale^)? (`score` $score^)? (`faults` $faults^)?
  }];
}

def Gaze_KernelOp : Gaze_RegionsOp<"kernel", [
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "A pattern, as the code generator reads it";
  let description = [{
    Only operations with a counterpart in compiler/Kernel.h are left, and `keep`
    is always there. `bounds` answers for a rectangle of pairs what `keep` answers for one: its
    arguments are the inclusive ends of q, k, head and batch, in that order, and
    its `gaze.verdict` says whether any pair may, and whether all pairs must, be
    kept, and, where there are `faults`, whether none of these is anywhere on it. `candidates` is
    `keep` with every `gaze.selection` taken as true, and has bounds of its own. Where
    there are `parts`, they keep the pairs of `keep`, each pair in one of them.
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name, Gaze_ParameterArrayAttr:$parameters,
    OptionalAttr<Gaze_SiteArrayAttr>:$sites, UnitAttr:$keeps_everything, UnitAttr:$reads_head, UnitAttr:$reads_batch);
  let regions = (region
    MaxSizedRegion<1>:$inputs, MaxSizedRegion<1>:$requirements, SizedRegion<1>:$keep,
    MaxSizedRegion<1>:$bounds, MaxSizedRegion<1>:$candidates, MaxSizedRegion<1>:$candidateBounds,
    MaxSizedRegion<1>:$scale, MaxSizedRegion<1>:$score, MaxSizedRegion<1>:$faults,
    MaxSizedRegion<1>:$parts);
  let assemblyFormat = [{
    $sym_name `` custom<Parameters>($parameters) (`sites` $sites^)?
    (`keeps_everything` $keeps_everything^)? (`reads_head` $reads_head^)?
    (`reads_batch` $reads_batch^)? attr-dict-with-keyword
    (`inputs` $inputs^)? (`requirements` $requirements^)? `keep` $keep (`bounds` $bounds^)?
    (`candidates` $candidates^)? (`candidate_bounds` $candidateBounds^)?
    (`scale` $scale^)? (`score` $score^)? (`faults` $faults^)? (`parts` $parts^)?
  }];
}

def Gaze_PartOp : Gaze_Op<"part", [
    IsolatedFromAbove, NoTerminator, HasParent<"KernelOp">,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "Some of the pairs of a kernel, and the order that suits them";
  let description = [{
    `tiles`: all queries and keys, in their order. `congruent`: the queries and keys with
    q - k = difference modulo modulus, class by class; `selects` gives the two. `columns`: all
    queries, and the keys that `selects` says yes to. `selected`: block by block of keys, with the
    queries that the kernel's only `top_blocks` has selected it for. `keep` and `bounds` are those of the
    kernel for what the order brings together: what it makes sure of is not asked again.
    `because` is for people.
  }];
  let arguments = (ins Gaze_OrderAttr:$order, StrAttr:$because);
  let regions = (region MaxSizedRegion<1>:$selects, SizedRegion<1>:$keep,
                        MaxSizedRegion<1>:$bounds);
  let assemblyFormat = [{
    `` $order `because` $because attr-dict-with-keyword (`selects` $selects^)? `keep` $keep
    (`bounds` $bounds^)?
  }];
  let hasRegionVerifier = 1;
}

def Gaze_RequireOp : Gaze_Op<"require", [
    IsolatedFromAbove, SingleBlock, ParentOneOf<["PatternOp", "KernelOp"]>]> {
  let summary = "A condition on parameters and shape, and the error when it does not hold";
  let arguments = (ins StrAttr:$message);
  let regions = (region SizedRegion<1>:$condition);
  let assemblyFormat = "$message attr-dict-with-keyword $condition";
  let hasRegionVerifier = 1;
}

def Gaze_InputOp : Gaze_Op<"input", [
    IsolatedFromAbove, SingleBlock, ParentOneOf<["PatternOp", "KernelOp"]>]> {
  let summary = "A tensor that is given at run time";
  let description = [{
    The region gives the size of each axis, from parameters and shape; `batch` in it
    is the number of batch entries. `axes` is what the pattern's author wrote.

    ```mlir
    gaze.input @doc : i64 "[batch, seq_k]" {
      %batch = gaze.coordinate batch : i64
      %seq_k = gaze.coordinate seq_k : i64
      gaze.sizes %batch, %seq_k : i64, i64
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$input, TypeAttrOf<AnyTypeOf<[I64, I1, F64]>>:$type,
                       StrAttr:$axes);
  let regions = (region SizedRegion<1>:$sizes);
  let assemblyFormat = "$input `:` $type $axes attr-dict-with-keyword $sizes";
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    int64_t rank();
  }];
}

def Gaze_SelectionOp : Gaze_Op<"selection", [
    IsolatedFromAbove, SingleBlock, ParentOneOf<["PatternOp", "KernelOp"]>]> {
  let summary = "What a `gaze.top_blocks` selects, as a table that the runtime makes";
  let description = [{
    It stands behind the inputs, and is read like one of type i1 whose axes are batch entries,
    heads, groups of queries and blocks of keys. The region gives count, block and share.
  }];
  let arguments = (ins SymbolNameAttr:$input, Gaze_SelectByAttr:$by);
  let regions = (region SizedRegion<1>:$sizes);
  let assemblyFormat = "$input `by` $by attr-dict-with-keyword $sizes";
  let hasRegionVerifier = 1;
}

def Gaze_DefOp : Gaze_Op<"def", [
    IsolatedFromAbove, SingleBlock, Symbol, HasParent<"::mlir::ModuleOp">,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "One instance of a def, for given types of its arguments";
  let description = [{
    The body reads the coordinates of the place that calls it. Defs do not
    recurse.

    ```mlir
    gaze.def @local(%left: i64, %right: i64) -> i1 {
      ...
      gaze.yield %5 : i1
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$argument_names,
                       TypeAttrOf<Gaze_Value>:$result_type);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Ends of regions
//===----------------------------------------------------------------------===//

def Gaze_SizesOp : Gaze_Op<"sizes", [
    Pure, Terminator, ParentOneOf<["InputOp", "SelectionOp"]>]> {
  let summary = "The sizes of the axes of an input, or count, block and share of a selection";
  let arguments = (ins Variadic<I64>:$sizes);
  let assemblyFormat = "$sizes attr-dict `:` type($sizes)";
}

def Gaze_CongruenceOp : Gaze_Op<"congruence", [Pure, Terminator, HasParent<"PartOp">]> {
  let summary = "Which queries and keys meet: q - k = difference modulo modulus";
  let description = "No such order is possible where `modulus` is 0.";
  let arguments = (ins I64:$modulus, I64:$difference);
  let assemblyFormat = "$modulus `,` $difference attr-dict `:` type($modulus) `,` type($difference)";
}

def Gaze_FaultOp : Gaze_Op<"fault", [
    Pure, Terminator, ParentOneOf<["PatternOp", "KernelOp"]>]> {
  let summary = "The first index that is outside of its input";
  let description = [{
    `site` counts the sites of the pattern from 1, 0 is none; `index` is the index.
  }];
  let arguments = (ins I64:$site, I64:$index);
  let assemblyFormat = "$site `,` $index attr-dict `:` type($site) `,` type($index)";
}

def Gaze_YieldOp : Gaze_Op<"yield", [
    Pure, Terminator,
    ParentOneOf<["PatternOp", "KernelOp", "PartOp", "RequireOp", "DefOp", "WhereOp"]>]> {
  let summary = "The value of the region";
  let arguments = (ins Gaze_Value:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def Gaze_VerdictOp : Gaze_Op<"verdict", [
    Pure, Terminator, ParentOneOf<["KernelOp", "PartOp"]>]> {
  let summary = "The answer for a rectangle: may a pair of it be kept, must all be?";
  let description = [{
    Sound, never wrong: `may` false means that no pair is kept, `must` true that
    all are, `inside` true that no index is outside of its input; (true, false, false)
    is always allowed.
  }];
  let arguments = (ins I1:$may, I1:$must, Optional<I1>:$inside);
  let assemblyFormat = [{
    $may `,` $must (`,` $inside^)? attr-dict `:` type($may) `,` type($must)
    (`,` type($inside)^)?
  }];
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

def Gaze_CoordinateOp : Gaze_Op<"coordinate", [
    Pure, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>,
    DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRanges"]>]> {
  let summary = "A coordinate of the pair: q, k, head, batch, or a size of the shape";
  let description = [{
    Positions lie in [-2^40, 2^40] and sizes in [0, 2^40]: the run time admits no others. Inside
    of `gaze.where`, and so in a def, a coordinate is any int.
  }];
  let arguments = (ins Gaze_CoordinateAttr:$coordinate);
  let results = (outs I64:$result);
  let assemblyFormat = "`` $coordinate attr-dict `:` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Coordinates lie in [-maximum, maximum].
    static constexpr int64_t maximum = int64_t(1) << 40;
    /// Whether `coordinate` is a size of the shape, the same for all pairs.
    static bool isShape(Coordinate coordinate);
  }];
}

def Gaze_ScoreOp : Gaze_Op<"score", [
    Pure, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "The score so far";
  let results = (outs F32:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Gaze_ParameterOp : Gaze_Op<"parameter", [
    Pure, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "The value of a parameter of the pattern";
  let arguments = (ins FlatSymbolRefAttr:$parameter);
  let results = (outs AnyTypeOf<[I64, I1, F64]>:$result);
  let assemblyFormat = "$parameter attr-dict `:` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

def Gaze_LoadOp : Gaze_Op<"load", [Pure]> {
  let summary = "An element of an input";
  let description = [{
    Total: each index is clamped into its axis. That it is outside is found by the
    `faults` of the pattern.
  }];
  let arguments = (ins FlatSymbolRefAttr:$input, Variadic<I64>:$indices);
  let results = (outs AnyTypeOf<[I64, I1, F64]>:$result);
  let assemblyFormat = "$input `[` $indices `]` attr-dict `:` type($result)";
  let hasVerifier = 1;
}

class Gaze_BoundOp<string mnemonic, string text> : Gaze_Op<mnemonic, [Pure]> {
  let summary = text # " element of an input in a box of indices";
  let description = [{
    The ends of the box, low and high, for one axis after the other; each is clamped
    into its axis. Of bools: whether all (least) or any (greatest) are true. Of floats
    NaN where an element is. May say less, and more: it looks at zones that cover the box.
  }];
  let arguments = (ins FlatSymbolRefAttr:$input, Variadic<I64>:$ends);
  let results = (outs AnyTypeOf<[I64, I1, F64]>:$result);
  let assemblyFormat = "$input `[` $ends `]` attr-dict `:` type($result)";
  let hasVerifier = 1;
}
def Gaze_LeastLoadOp : Gaze_BoundOp<"least_load", "The least">;
def Gaze_GreatestLoadOp : Gaze_BoundOp<"greatest_load", "The greatest">;

def Gaze_InputSizeOp : Gaze_Op<"input_size", [
    Pure, DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRanges"]>]> {
  let summary = "The size of an axis of an input";
  let arguments = (ins FlatSymbolRefAttr:$input, I64Attr:$axis);
  let results = (outs I64:$result);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Selection by content
//===----------------------------------------------------------------------===//

def Gaze_TopBlocksOp : Gaze_Op<"top_blocks", [
    Pure, ParentOneOf<["PatternOp", "KernelOp", "DefOp", "WhereOp"]>]> {
  let summary = "Whether the key's block is among those selected for the query's group";
  let description = [{
    `gaze.top_blocks %count, %block, %share by mean : i1`. The group is the queries with the same
    floor(q / share), the block the keys with the same floor(k / block). The sizes depend on
    parameters and shape alone. It stands in `keep` (and in `faults`, which repeat `keep`), at
    the coordinates of the pair.
  }];
  let arguments = (ins I64:$count, I64:$block, I64:$share, Gaze_SelectByAttr:$by);
  let results = (outs I1:$result);
  let assemblyFormat = [{
    $count `,` $block `,` $share `by` `` $by attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Structure
//===----------------------------------------------------------------------===//

def Gaze_CallOp : Gaze_Op<"call", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "A def, read here";
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<Gaze_Value>:$inputs);
  let results = (outs Gaze_Value:$result);
  let assemblyFormat = [{
    $callee `(` $inputs `)` attr-dict `:` functional-type($inputs, $result)
  }];
}

def Gaze_WhereOp : Gaze_Op<"where", [
    Pure, IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments]> {
  let summary = "A region, read with other coordinates";
  let description = [{
    Inside, also in defs that are called there, each coordinate that is listed has the new value.
    The region is isolated because equal operations on its two sides differ in value; what it takes
    from outside is `given`.

    ```mlir
    %2 = gaze.where q = %0, k = %1 given (%near = %window : i64) -> i1 {
      ...
      gaze.yield %5 : i1
    }
    ```
  }];
  let arguments = (ins Gaze_CoordinateArrayAttr:$coordinates,
                       Variadic<Gaze_Value>:$values, Variadic<Gaze_Value>:$given);
  let results = (outs Gaze_Value:$result);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Arithmetic that arith and math do not have
//===----------------------------------------------------------------------===//

class Gaze_FloorOp<string mnemonic> : Gaze_Op<mnemonic, [Pure]> {
  let arguments = (ins I64:$lhs, I64:$rhs);
  let results = (outs I64:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
  let hasFolder = 1;
}

def Gaze_FloorDivOp : Gaze_FloorOp<"floordiv"> {
  let summary = "floor(lhs / rhs), as in Python; total";
  let description = "0 where `rhs` is 0; the least int divided by -1 wraps around to itself.";
}

def Gaze_FloorModOp : Gaze_FloorOp<"floormod"> {
  let summary = "lhs - rhs * floor(lhs / rhs), as in Python; total";
  let description = "The result has the sign of `rhs`; 0 where `rhs` is 0.";
}

def Gaze_FloatToIntOp : Gaze_Op<"float_to_int", [Pure]> {
  let summary = "Truncation towards zero, saturating; 0 for NaN";
  let arguments = (ins AnyTypeOf<[F64, F32]>:$operand);
  let results = (outs I64:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `to` type($result)";
  let hasFolder = 1;
}

def Gaze_ChanceOp : Gaze_Op<"chance", [Pure]> {
  let summary = "True with the given probability, as a fixed hash of seed and arguments";
  let description = [{
    `gaze.chance %p, %seed, (%q, %k) : i1`. The hash is the one of dsl/Interpreter.h.
    Never true for p <= 0 and NaN, always for p >= 1.
  }];
  let arguments = (ins F64:$probability, I64:$seed, Variadic<I64>:$inputs);
  let results = (outs I1:$result);
  let assemblyFormat = "$probability `,` $seed `,` `(` $inputs `)` attr-dict `:` type($result)";
  let hasFolder = 1;
}

#endif // GAZE_COMPILER_IR_GAZEOPS_TD
