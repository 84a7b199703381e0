// Folding, above all of ints that floor and of the cases that trap elsewhere.
// RUN: %gaze-opt %s -canonicalize | FileCheck %s

// CHECK-LABEL: gaze.def @division
// CHECK-DAG:     %[[MINUS4:.*]] = arith.constant -4 : i64
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-DAG:     %[[LEAST:.*]] = arith.constant -9223372036854775808 : i64
// CHECK:         gaze.chance %p, %[[MINUS4]], (%[[MINUS4]], %[[ZERO]], %[[LEAST]], %x, %[[ZERO]]) : i1
gaze.def @division(%x: i64, %p: f64) -> i1 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %minus_one = arith.constant -1 : i64
  %seven = arith.constant 7 : i64
  %minus_seven = arith.constant -7 : i64
  %two = arith.constant 2 : i64
  %minus_two = arith.constant -2 : i64
  %least = arith.constant -9223372036854775808 : i64
  %0 = gaze.floordiv %minus_seven, %two : i64
  %1 = gaze.floordiv %seven, %minus_two : i64
  %2 = gaze.floordiv %x, %zero : i64
  %3 = gaze.floordiv %least, %minus_one : i64
  %4 = gaze.floordiv %x, %one : i64
  %5 = gaze.floordiv %zero, %x : i64
  %6 = gaze.chance %p, %0, (%1, %2, %3, %4, %5) : i1
  gaze.yield %6 : i1
}

// CHECK-LABEL: gaze.def @modulo
// CHECK-DAG:     %[[ONE:.*]] = arith.constant 1 : i64
// CHECK-DAG:     %[[MINUS1:.*]] = arith.constant -1 : i64
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-NOT:     gaze.floormod
// CHECK:         gaze.chance %p, %[[ONE]], (%[[MINUS1]], %[[ZERO]], %[[ZERO]], %[[ZERO]], %[[ZERO]]) : i1
gaze.def @modulo(%x: i64, %p: f64) -> i1 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %minus_one = arith.constant -1 : i64
  %seven = arith.constant 7 : i64
  %minus_seven = arith.constant -7 : i64
  %two = arith.constant 2 : i64
  %minus_two = arith.constant -2 : i64
  %0 = gaze.floormod %minus_seven, %two : i64
  %1 = gaze.floormod %seven, %minus_two : i64
  %2 = gaze.floormod %x, %zero : i64
  %3 = gaze.floormod %x, %minus_one : i64
  %4 = gaze.floormod %x, %x : i64
  %5 = gaze.floormod %x, %one : i64
  %6 = gaze.chance %p, %0, (%1, %2, %3, %4, %5) : i1
  gaze.yield %6 : i1
}

// x / x is 0 where x is 0.
// CHECK-LABEL: gaze.def @quotient_of_equals
// CHECK:         gaze.floordiv %x, %x
gaze.def @quotient_of_equals(%x: i64) -> i64 {
  %0 = gaze.floordiv %x, %x : i64
  gaze.yield %0 : i64
}

// CHECK-LABEL: gaze.def @conversion
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-DAG:     %[[MINUS2:.*]] = arith.constant -2 : i64
// CHECK-DAG:     %[[MOST:.*]] = arith.constant 9223372036854775807 : i64
// CHECK-DAG:     %[[LEAST:.*]] = arith.constant -9223372036854775808 : i64
// CHECK:         gaze.chance %p, %[[ZERO]], (%[[MINUS2]], %[[MOST]], %[[LEAST]]) : i1
gaze.def @conversion(%p: f64) -> i1 {
  %nan = arith.constant 0x7FF8000000000000 : f64
  %fraction = arith.constant -2.75 : f64
  %large = arith.constant 1.0e300 : f64
  %infinite = arith.constant 0xFFF0000000000000 : f64
  %0 = gaze.float_to_int %nan : f64 to i64
  %1 = gaze.float_to_int %fraction : f64 to i64
  %2 = gaze.float_to_int %large : f64 to i64
  %3 = gaze.float_to_int %infinite : f64 to i64
  %4 = gaze.chance %p, %0, (%1, %2, %3) : i1
  gaze.yield %4 : i1
}

// CHECK-LABEL: gaze.def @chances
// CHECK-DAG:     %[[TRUE:.*]] = arith.constant true
// CHECK-DAG:     %[[FALSE:.*]] = arith.constant false
// CHECK-DAG:     %[[HALF:.*]] = arith.constant 5.000000e-01 : f64
// CHECK:         %[[OPEN:.*]] = gaze.chance %[[HALF]], %x, (%x) : i1
// CHECK:         gaze.call @three(%[[TRUE]], %[[FALSE]], %[[OPEN]])
gaze.def @chances(%x: i64) -> i1 {
  %p1 = arith.constant 1.0 : f64
  %p0 = arith.constant -0.0 : f64
  %half = arith.constant 0.5 : f64
  %0 = gaze.chance %p1, %x, (%x) : i1
  %1 = gaze.chance %p0, %x, (%x) : i1
  %2 = gaze.chance %half, %x, (%x) : i1
  %3 = gaze.call @three(%0, %1, %2) : (i1, i1, i1) -> i1
  gaze.yield %3 : i1
}
gaze.def @three(%a: i1, %b: i1, %c: i1) -> i1 {
  %0 = arith.select %a, %b, %c : i1
  gaze.yield %0 : i1
}
