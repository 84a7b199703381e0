// RUN: %gaze-opt %s -gaze-simplify-booleans -canonicalize | FileCheck %s

// x <= y and x >= y, with the operands in either order.
// CHECK-LABEL: gaze.def @equal
// CHECK-NEXT:    %[[R:.*]] = arith.cmpi eq, %x, %y : i64
// CHECK-NEXT:    gaze.yield %[[R]] : i1
gaze.def @equal(%x: i64, %y: i64) -> i1 {
  %0 = arith.cmpi sle, %x, %y : i64
  %1 = arith.cmpi sle, %y, %x : i64
  %2 = arith.andi %0, %1 : i1
  gaze.yield %2 : i1
}

// CHECK-LABEL: gaze.def @always
// CHECK-NEXT:    %[[R:.*]] = arith.constant true
// CHECK-NEXT:    gaze.yield %[[R]] : i1
gaze.def @always(%x: i64, %y: i64, %z: i1) -> i1 {
  %0 = arith.cmpi slt, %x, %y : i64
  %1 = arith.ori %0, %z : i1
  %2 = arith.cmpi sge, %x, %y : i64
  %3 = arith.ori %1, %2 : i1
  gaze.yield %3 : i1
}

// With NaN neither holds, so this is not always true, and "ordered" has no name here.
// CHECK-LABEL: gaze.def @not_always
// CHECK:         arith.cmpf olt
// CHECK:         arith.cmpf oge
// CHECK:         arith.ori
gaze.def @not_always(%x: f64, %y: f64) -> i1 {
  %0 = arith.cmpf olt, %x, %y : f64
  %1 = arith.cmpf oge, %x, %y : f64
  %2 = arith.ori %0, %1 : i1
  gaze.yield %2 : i1
}

// CHECK-LABEL: gaze.def @float_equal
// CHECK-NEXT:    %[[R:.*]] = arith.cmpf oeq, %x, %y : f64
// CHECK-NEXT:    gaze.yield %[[R]] : i1
gaze.def @float_equal(%x: f64, %y: f64) -> i1 {
  %0 = arith.cmpf ole, %x, %y : f64
  %1 = arith.cmpf oge, %x, %y : f64
  %2 = arith.andi %0, %1 : i1
  gaze.yield %2 : i1
}

// not (x < y) stays: x >= y would be false for NaN. not (x == y) is x != y.
// CHECK-LABEL: gaze.def @negated_floats
// CHECK-DAG:     %[[TRUE:.*]] = arith.constant true
// CHECK-DAG:     %[[LESS:.*]] = arith.cmpf olt, %x, %y : f64
// CHECK-DAG:     %[[NOT:.*]] = arith.xori %[[LESS]], %[[TRUE]] : i1
// CHECK-DAG:     %[[UNEQUAL:.*]] = arith.cmpf une, %x, %z : f64
// CHECK:         arith.andi %[[NOT]], %[[UNEQUAL]] : i1
gaze.def @negated_floats(%x: f64, %y: f64, %z: f64) -> i1 {
  %true = arith.constant true
  %0 = arith.cmpf olt, %x, %y : f64
  %1 = arith.xori %0, %true : i1
  %2 = arith.cmpf oeq, %x, %z : f64
  %3 = arith.xori %2, %true : i1
  %4 = arith.andi %1, %3 : i1
  gaze.yield %4 : i1
}

// CHECK-LABEL: gaze.def @de_morgan
// CHECK-NEXT:    %[[A:.*]] = arith.cmpi sge, %x, %y : i64
// CHECK-NEXT:    %[[R:.*]] = arith.ori %[[A]], %b : i1
// CHECK-NEXT:    gaze.yield %[[R]] : i1
gaze.def @de_morgan(%x: i64, %y: i64, %b: i1) -> i1 {
  %true = arith.constant true
  %0 = arith.cmpi slt, %x, %y : i64
  %1 = arith.xori %b, %true : i1
  %2 = arith.andi %0, %1 : i1
  %3 = arith.xori %2, %true : i1
  gaze.yield %3 : i1
}

// `not` stays outside where it would double.
// CHECK-LABEL: gaze.def @no_de_morgan
// CHECK:         %[[AND:.*]] = arith.andi %a, %b : i1
// CHECK:         arith.xori %[[AND]], %{{.*}} : i1
gaze.def @no_de_morgan(%a: i1, %b: i1) -> i1 {
  %true = arith.constant true
  %0 = arith.andi %a, %b : i1
  %1 = arith.xori %0, %true : i1
  gaze.yield %1 : i1
}

// a or (a and b), through the chain.
// CHECK-LABEL: gaze.def @absorption
// CHECK-NEXT:    %[[R:.*]] = arith.ori %a, %c : i1
// CHECK-NEXT:    gaze.yield %[[R]] : i1
gaze.def @absorption(%a: i1, %b: i1, %c: i1) -> i1 {
  %0 = arith.andi %b, %a : i1
  %1 = arith.ori %a, %c : i1
  %2 = arith.ori %1, %0 : i1
  gaze.yield %2 : i1
}

// CHECK-LABEL: gaze.def @duplicates
// CHECK-NEXT:    %[[R:.*]] = arith.andi %a, %b : i1
// CHECK-NEXT:    gaze.yield %[[R]] : i1
gaze.def @duplicates(%a: i1, %b: i1) -> i1 {
  %0 = arith.andi %a, %b : i1
  %1 = arith.andi %b, %a : i1
  %2 = arith.andi %0, %1 : i1
  gaze.yield %2 : i1
}

// CHECK-LABEL: gaze.def @complement
// CHECK-NEXT:    %[[R:.*]] = arith.constant false
// CHECK-NEXT:    gaze.yield %[[R]] : i1
gaze.def @complement(%a: i1, %b: i1) -> i1 {
  %true = arith.constant true
  %0 = arith.xori %a, %true : i1
  %1 = arith.andi %a, %b : i1
  %2 = arith.andi %1, %0 : i1
  gaze.yield %2 : i1
}
