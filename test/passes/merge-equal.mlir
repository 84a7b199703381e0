// RUN: %gaze-opt %s -gaze-merge-equal -split-input-file | FileCheck %s

// The first of equal operations stays, and what was made of the others is made of it.
// CHECK-LABEL: gaze.pattern @equal(b: i64) keep {
// CHECK-NEXT:    %[[Q:.*]] = gaze.coordinate q : i64
// CHECK-NEXT:    %[[B:.*]] = gaze.parameter @b : i64
// CHECK-NEXT:    %[[DIV:.*]] = gaze.floordiv %[[Q]], %[[B]] : i64
// CHECK-NEXT:    %[[LESS:.*]] = arith.cmpi slt, %[[DIV]], %[[DIV]] : i64
// CHECK-NEXT:    gaze.yield %[[LESS]] : i1
gaze.pattern @equal(b: i64) keep {
  %q = gaze.coordinate q : i64
  %b = gaze.parameter @b : i64
  %0 = gaze.floordiv %q, %b : i64
  %q1 = gaze.coordinate q : i64
  %b1 = gaze.parameter @b : i64
  %1 = gaze.floordiv %q1, %b1 : i64
  %2 = arith.cmpi slt, %0, %1 : i64
  gaze.yield %2 : i1
}

// -----

// Each side of `and` guards the other one, so these are two.
// CHECK-LABEL: gaze.pattern @sides()
// CHECK:         %[[ONE:.*]] = arith.andi %[[A:.*]], %[[B:.*]] : i1
// CHECK-NEXT:    %[[OTHER:.*]] = arith.andi %[[B]], %[[A]] : i1
// CHECK-NEXT:    %[[DIFFER:.*]] = arith.xori %[[ONE]], %[[OTHER]] : i1
// CHECK-NEXT:    gaze.yield %[[DIFFER]] : i1
gaze.pattern @sides() keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %0 = arith.cmpi slt, %q, %k : i64
  %1 = arith.cmpi eq, %q, %k : i64
  %2 = arith.andi %0, %1 : i1
  %3 = arith.andi %1, %0 : i1
  %4 = arith.xori %2, %3 : i1
  gaze.yield %4 : i1
}

// -----

// What nobody reads is gone, with all that it alone is made of.
// CHECK-LABEL: gaze.pattern @unread(n: i64) keep {
// CHECK-NEXT:    %[[TRUE:.*]] = arith.constant true
// CHECK-NEXT:    gaze.yield %[[TRUE]] : i1
gaze.pattern @unread(n: i64) keep {
  %n = gaze.parameter @n : i64
  %true = arith.constant true
  %0 = gaze.top_blocks %n, %n, %n by mean : i1
  %1 = arith.xori %0, %true : i1
  gaze.yield %true : i1
}
