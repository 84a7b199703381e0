// RUN: %gaze-opt %s -gaze-require-divisors -split-input-file | FileCheck %s

// One requirement for one divisor, beside those that are written.
// CHECK-LABEL: gaze.pattern @blocks
// CHECK-NEXT:    gaze.require "mine"
// CHECK:         gaze.require "division by zero: the divisor is 0 here" {
// CHECK-NEXT:      %[[B:.*]] = gaze.parameter @b : i64
// CHECK-NEXT:      %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-NEXT:      %[[R:.*]] = arith.cmpi ne, %[[B]], %[[ZERO]] : i64
// CHECK-NEXT:      gaze.yield %[[R]] : i1
// CHECK-NEXT:    }
// CHECK-NEXT:  } keep {
gaze.pattern @blocks(b: i64) requirements {
  gaze.require "mine" {
    %0 = arith.constant true
    gaze.yield %0 : i1
  }
} keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %b = gaze.parameter @b : i64
  %0 = gaze.floordiv %q, %b : i64
  %1 = gaze.floormod %k, %b : i64
  %2 = arith.cmpi eq, %0, %1 : i64
  gaze.yield %2 : i1
}

// -----

// The left side of `or` is always evaluated, the condition of `select` too; the
// divisor may be computed, from the shape as well.
// CHECK-LABEL: gaze.pattern @computed
// CHECK-NEXT:    gaze.require "division by zero: the divisor is 0 here" {
// CHECK-NEXT:      %[[N:.*]] = gaze.coordinate seq_k : i64
// CHECK-NEXT:      %[[B:.*]] = gaze.parameter @b : i64
// CHECK-NEXT:      %[[D:.*]] = arith.subi %[[N]], %[[B]] : i64
// CHECK-NEXT:      %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-NEXT:      arith.cmpi ne, %[[D]], %[[ZERO]] : i64
// CHECK:         } keep {
gaze.pattern @computed(b: i64) keep {
  %q = gaze.coordinate q : i64
  %n = gaze.coordinate seq_k : i64
  %b = gaze.parameter @b : i64
  %d = arith.subi %n, %b : i64
  %0 = gaze.floordiv %q, %d : i64
  %1 = arith.cmpi eq, %0, %q : i64
  %2 = arith.select %1, %q, %n : i64
  %3 = arith.cmpi eq, %2, %q : i64
  %4 = arith.cmpi eq, %n, %q : i64
  %5 = arith.ori %3, %4 : i1
  gaze.yield %5 : i1
}

// -----

// Not on the right of `and` and `or`, not in a branch, not where the divisor
// differs from pair to pair, not where nothing is read.
// CHECK-LABEL: gaze.pattern @guarded(b: i64) keep {
gaze.pattern @guarded(b: i64) keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %b = gaze.parameter @b : i64
  %zero = arith.constant 0 : i64
  %0 = arith.cmpi ne, %b, %zero : i64
  %1 = gaze.floormod %q, %b : i64
  %2 = arith.cmpi eq, %1, %zero : i64
  %3 = arith.andi %0, %2 : i1
  %4 = gaze.floordiv %q, %b : i64
  %5 = arith.select %0, %4, %q : i64
  %6 = gaze.floordiv %5, %k : i64
  %7 = gaze.floordiv %6, %zero : i64
  %8 = arith.cmpi eq, %7, %q : i64
  %9 = arith.andi %8, %3 : i1
  gaze.yield %9 : i1
}

// -----

// What stands in an input is not known before anything runs.
// CHECK-LABEL: gaze.pattern @loaded() inputs {
// CHECK-NOT:     gaze.require
gaze.pattern @loaded() inputs {
  gaze.input @doc : i64 "[seq_k]" {
    %0 = gaze.coordinate seq_k : i64
    gaze.sizes %0 : i64
  }
} keep {
  %q = gaze.coordinate q : i64
  %zero = arith.constant 0 : i64
  %n = gaze.coordinate seq_k : i64
  %0 = gaze.load @doc[%zero] : i64
  %1 = arith.addi %0, %n : i64
  %2 = gaze.floordiv %q, %1 : i64
  %3 = arith.cmpi eq, %2, %q : i64
  gaze.yield %3 : i1
}

// -----

// Selecting comes before all pairs, so nothing guards what a size divides by.
// CHECK-LABEL: gaze.pattern @size(b: i64) requirements {
// CHECK-NEXT:    gaze.require "division by zero: the divisor is 0 here" {
// CHECK-NEXT:      %[[B:.*]] = gaze.parameter @b : i64
gaze.pattern @size(b: i64) keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %n = gaze.coordinate seq_k : i64
  %b = gaze.parameter @b : i64
  %eight = arith.constant 8 : i64
  %0 = arith.cmpi sle, %k, %q : i64
  %1 = gaze.floordiv %n, %b : i64
  %2 = gaze.top_blocks %1, %eight, %eight by mean : i1
  %3 = arith.andi %0, %2 : i1
  gaze.yield %3 : i1
}
