// RUN: %gaze-opt %s -gaze-require-selections -split-input-file -verify-diagnostics | FileCheck %s

// One requirement for one size, also where it stands on the right of `and`; `share` is `block` here.
// CHECK-LABEL: gaze.pattern @sizes(n: i64, b: i64) requirements {
// CHECK-NEXT:    gaze.require "'top_blocks' needs a 'count' of at least 0" {
// CHECK-NEXT:      %[[N:.*]] = gaze.parameter @n : i64
// CHECK-NEXT:      %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-NEXT:      %[[R:.*]] = arith.cmpi sge, %[[N]], %[[ZERO]] : i64
// CHECK-NEXT:      gaze.yield %[[R]] : i1
// CHECK-NEXT:    }
// CHECK-NEXT:    gaze.require "'top_blocks' needs a 'block' of at least 1 key" {
// CHECK-NEXT:      %[[B:.*]] = gaze.parameter @b : i64
// CHECK-NEXT:      %[[ONE:.*]] = arith.constant 1 : i64
// CHECK-NEXT:      arith.cmpi sge, %[[B]], %[[ONE]] : i64
// CHECK:         } keep {
gaze.pattern @sizes(n: i64, b: i64) keep {
  %n = gaze.parameter @n : i64
  %b = gaze.parameter @b : i64
  %0 = gaze.coordinate q : i64
  %1 = arith.cmpi slt, %0, %n : i64
  %2 = gaze.top_blocks %n, %b, %b by mean : i1
  %3 = gaze.top_blocks %n, %b, %b by first : i1
  %4 = arith.andi %2, %3 : i1
  %5 = arith.andi %1, %4 : i1
  gaze.yield %5 : i1
}

// -----

// A size may be computed; a constant that is large enough needs nothing, one that is too small
// is refused whatever runs.
// CHECK-LABEL: gaze.pattern @computed() requirements {
// CHECK-NEXT:    gaze.require "'top_blocks' needs a 'block' of at least 1 key" {
// CHECK-NEXT:      %[[S:.*]] = gaze.coordinate seq_k : i64
// CHECK-NEXT:      %[[EIGHT:.*]] = arith.constant 8 : i64
// CHECK-NEXT:      %[[B:.*]] = gaze.floordiv %[[S]], %[[EIGHT]] : i64
// CHECK-NEXT:      %[[ONE:.*]] = arith.constant 1 : i64
// CHECK-NEXT:      arith.cmpi sge, %[[B]], %[[ONE]] : i64
// CHECK:         gaze.require "'top_blocks' needs a 'share' of at least 1 query" {
// CHECK-NEXT:      %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-NEXT:      %[[LEAST:.*]] = arith.constant 1 : i64
// CHECK-NEXT:      arith.cmpi sge, %[[ZERO]], %[[LEAST]] : i64
// CHECK:         } keep {
gaze.pattern @computed() keep {
  %s = gaze.coordinate seq_k : i64
  %eight = arith.constant 8 : i64
  %zero = arith.constant 0 : i64
  %b = gaze.floordiv %s, %eight : i64
  %0 = gaze.top_blocks %eight, %b, %zero by minmax : i1
  gaze.yield %0 : i1
}

// -----

gaze.pattern @by_pair() keep {
  %q = gaze.coordinate q : i64
  %eight = arith.constant 8 : i64
  // expected-error@+1 {{must have sizes that depend on parameters and shape alone}}
  %0 = gaze.top_blocks %q, %eight, %eight by mean : i1
  gaze.yield %0 : i1
}
