// The shape of what the pass writes; that it is right is TileBoundsTest.cpp's.
// RUN: %gaze-opt %s -gaze-tile-bounds -cse -split-input-file | FileCheck %s

// Coordinates are far from overflow: subtraction needs no guard.
// CHECK-LABEL: gaze.kernel @causal
// CHECK:       } bounds {
// CHECK-NEXT:  ^bb0(%q_lo: i64, %q_hi: i64, %k_lo: i64, %k_hi: i64,
// CHECK-NEXT:    %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-NEXT:    %[[L:.*]] = arith.subi %q_lo, %k_hi : i64
// CHECK-NEXT:    %[[H:.*]] = arith.subi %q_hi, %k_lo : i64
// CHECK-NEXT:    %[[MUST:.*]] = arith.cmpi sge, %[[L]], %[[ZERO]] : i64
// CHECK-NEXT:    %[[MAY:.*]] = arith.cmpi sge, %[[H]], %[[ZERO]] : i64
// CHECK-NEXT:    gaze.verdict %[[MAY]], %[[MUST]] : i1, i1
gaze.kernel @causal() keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %zero = arith.constant 0 : i64
  %0 = arith.subi %q, %k : i64
  %1 = arith.cmpi sge, %0, %zero : i64
  gaze.yield %1 : i1
}

// -----

// A parameter is any int: the sum is guarded.
// CHECK-LABEL: gaze.kernel @guarded
// CHECK:       } bounds {
// CHECK:         %[[W:.*]] = gaze.parameter @w : i64
// CHECK:         %[[L:.*]] = arith.addi %q_lo, %[[W]] : i64
// CHECK:         %[[H:.*]] = arith.addi %q_hi, %[[W]] : i64
// CHECK:         %[[LEAST:.*]] = arith.constant -9223372036854775808 : i64
// CHECK:         arith.select %[[OVER:.*]], %[[LEAST]], %[[L]] : i64
// CHECK:         %[[GREATEST:.*]] = arith.constant 9223372036854775807 : i64
// CHECK:         arith.select %[[OVER]], %[[GREATEST]], %[[H]] : i64
gaze.kernel @guarded(w: i64) keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %w = gaze.parameter @w : i64
  %0 = arith.addi %q, %w : i64
  %1 = arith.cmpi slt, %k, %0 : i64
  gaze.yield %1 : i1
}

// -----

// What reads no position is computed once, and decides exactly.
// CHECK-LABEL: gaze.kernel @point
// CHECK:       } bounds {
// CHECK:         %[[W:.*]] = gaze.parameter @w : i64
// CHECK:         %[[N:.*]] = gaze.coordinate seq_k : i64
// CHECK:         %[[R:.*]] = arith.cmpi slt, %[[W]], %[[N]] : i64
// CHECK-NEXT:    gaze.verdict %[[R]], %[[R]] : i1, i1
gaze.kernel @point(w: i64) keep {
  %w = gaze.parameter @w : i64
  %n = gaze.coordinate seq_k : i64
  %0 = arith.cmpi slt, %w, %n : i64
  gaze.yield %0 : i1
}

// -----

// So are floats, which could otherwise not be told from ends that are NaN.
// CHECK-LABEL: gaze.kernel @float_point
// CHECK:       } bounds {
// CHECK:         %[[P:.*]] = gaze.parameter @p : f64
// CHECK-NEXT:    %[[SQUARE:.*]] = arith.mulf %[[P]], %[[P]] : f64
// CHECK-NEXT:    %[[R:.*]] = arith.cmpf olt, %[[SQUARE]], %[[P]] : f64
// CHECK-NEXT:    gaze.verdict %[[R]], %[[R]] : i1, i1
gaze.kernel @float_point(p: f64) keep {
  %p = gaze.parameter @p : f64
  %0 = arith.mulf %p, %p : f64
  %1 = arith.cmpf olt, %0, %p : f64
  gaze.yield %1 : i1
}

// -----

// An element lies between the least and the greatest in the box of its indices; no
// index is outside where the site is 0 on both ends.
// CHECK-LABEL: gaze.kernel @elements
// CHECK:       } bounds {
// CHECK:         %[[LEAST:.*]] = gaze.least_load @doc[%batch_lo, %batch_hi, %k_lo, %k_hi] : i64
// CHECK:         %[[GREATEST:.*]] = gaze.greatest_load @doc[%batch_lo, %batch_hi, %k_lo, %k_hi] : i64
// CHECK:         %[[MUST:.*]] = arith.cmpi slt, %[[GREATEST]], %q_lo : i64
// CHECK:         %[[MAY:.*]] = arith.cmpi slt, %[[LEAST]], %q_hi : i64
// CHECK:         %[[N:.*]] = gaze.input_size @doc axis 1 : i64
// CHECK:         %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK:         arith.cmpi sle, %[[N]], %k_lo : i64
// CHECK:         arith.cmpi sle, %[[N]], %k_hi : i64
// CHECK:         %[[HIGH:.*]] = arith.cmpi eq, %[[SITE_HIGH:.*]], %[[ZERO]] : i64
// CHECK:         %[[LOW:.*]] = arith.cmpi eq, %[[SITE_LOW:.*]], %[[ZERO]] : i64
// CHECK:         %[[INSIDE:.*]] = arith.andi %[[LOW]], %[[HIGH]] : i1
// CHECK:         gaze.verdict %[[MAY]], %[[MUST]], %[[INSIDE]] : i1, i1, i1
gaze.kernel @elements() inputs {
  gaze.input @doc : i64 "[batch, seq_k]" {
    %0 = gaze.coordinate batch : i64
    %1 = gaze.coordinate seq_k : i64
    gaze.sizes %0, %1 : i64, i64
  }
} keep {
  %batch = gaze.coordinate batch : i64
  %k = gaze.coordinate k : i64
  %q = gaze.coordinate q : i64
  %0 = gaze.load @doc[%batch, %k] : i64
  %1 = arith.cmpi slt, %0, %q : i64
  gaze.yield %1 : i1
} faults {
  %k = gaze.coordinate k : i64
  %n = gaze.input_size @doc axis 1 : i64
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %0 = arith.cmpi sge, %k, %n : i64
  %1 = arith.select %0, %one, %zero : i64
  gaze.fault %1, %k : i64, i64
}
