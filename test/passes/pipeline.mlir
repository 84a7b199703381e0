// The whole way, on Longformer.
// RUN: %gaze-opt %s -gaze-lower | FileCheck %s

// CHECK-LABEL: gaze.kernel @longformer(window: i64 = 512, globals: i64 = 64) keep {
// CHECK-NOT:     gaze.call
// CHECK:         gaze.yield %{{.*}} : i1
// CHECK:       } bounds {
// CHECK:         gaze.verdict %{{.*}}, %{{.*}} : i1, i1
// CHECK:       }
gaze.def @window(%width: i64) -> i1 {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %0 = arith.subi %q, %k : i64
  %1 = math.absi %0 : i64
  %two = arith.constant 2 : i64
  %2 = gaze.floordiv %width, %two : i64
  %3 = arith.cmpi sle, %1, %2 : i64
  gaze.yield %3 : i1
}
gaze.pattern @longformer(window: i64 = 512, globals: i64 = 64) keep {
  %window = gaze.parameter @window : i64
  %0 = gaze.call @window(%window) : (i64) -> i1
  %k = gaze.coordinate k : i64
  %globals = gaze.parameter @globals : i64
  %1 = arith.cmpi slt, %k, %globals : i64
  %2 = arith.ori %0, %1 : i1
  %q = gaze.coordinate q : i64
  %3 = arith.cmpi slt, %q, %globals : i64
  %4 = arith.ori %2, %3 : i1
  gaze.yield %4 : i1
}

// A window that keeps its own diagonal and more keeps everything.
// CHECK-LABEL: gaze.kernel @everything() keeps_everything keep {
gaze.pattern @everything() keep {
  %q = gaze.coordinate q : i64
  %0 = arith.subi %q, %q : i64
  %zero = arith.constant 0 : i64
  %1 = arith.cmpi sle, %0, %zero : i64
  gaze.yield %1 : i1
}
