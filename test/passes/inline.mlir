// RUN: %gaze-opt %s -gaze-inline -mlir-print-local-scope -split-input-file | FileCheck %s
// RUN: %gaze-opt %s -gaze-inline -mlir-print-debuginfo -mlir-print-local-scope -split-input-file | FileCheck %s --check-prefix=PLACES

gaze.def @near(%width: i64) -> i1 {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %0 = arith.subi %q, %k : i64 loc("std.gaze":7:9)
  %1 = arith.cmpi sle, %0, %width : i64
  gaze.yield %1 : i1
}

// `where` reaches into the def, and says nothing of its own argument.
// CHECK-NOT:   gaze.def
// CHECK-LABEL: gaze.pattern @blocks(w: i64)
// CHECK-NEXT:    %[[Q:.*]] = gaze.coordinate q : i64
// CHECK-NEXT:    %[[W:.*]] = gaze.parameter @w : i64
// CHECK-NEXT:    %[[QB:.*]] = gaze.floordiv %[[Q]], %[[W]] : i64
// CHECK-NEXT:    %[[K:.*]] = gaze.coordinate k : i64
// CHECK-NEXT:    %[[D:.*]] = arith.subi %[[QB]], %[[K]] : i64
// CHECK-NEXT:    %[[R:.*]] = arith.cmpi sle, %[[D]], %[[Q]] : i64
// CHECK-NEXT:    gaze.yield %[[R]] : i1
// PLACES:        arith.subi {{.*}} loc(callsite("std.gaze":7:9 at "my.gaze":3:4))
gaze.pattern @blocks(w: i64) keep {
  %q = gaze.coordinate q : i64
  %w = gaze.parameter @w : i64
  %0 = gaze.floordiv %q, %w : i64
  %1 = gaze.where q = %0 given (%width = %q : i64) -> i1 {
    %2 = gaze.call @near(%width) : (i64) -> i1 loc("my.gaze":3:4)
    gaze.yield %2 : i1
  }
  gaze.yield %1 : i1
}

// -----

// All new values are read outside: q and k change places.
// CHECK-LABEL: gaze.pattern @swap()
// CHECK-NEXT:    %[[K:.*]] = gaze.coordinate k : i64
// CHECK-NEXT:    %[[Q:.*]] = gaze.coordinate q : i64
// CHECK-NEXT:    %[[R:.*]] = arith.cmpi slt, %[[K]], %[[Q]] : i64
// CHECK-NEXT:    gaze.yield %[[R]] : i1
gaze.pattern @swap() keep {
  %k = gaze.coordinate k : i64
  %q = gaze.coordinate q : i64
  %0 = gaze.where q = %k, k = %q -> i1 {
    %q_inside = gaze.coordinate q : i64
    %k_inside = gaze.coordinate k : i64
    %1 = arith.cmpi slt, %q_inside, %k_inside : i64
    gaze.yield %1 : i1
  }
  gaze.yield %0 : i1
}

// -----

// The inner `where` hides the outer one; the score is a coordinate as well.
gaze.def @doubled() -> f32 {
  %score = gaze.score : f32
  %0 = arith.addf %score, %score : f32
  gaze.yield %0 : f32
}

// CHECK-LABEL: gaze.pattern @scores()
// CHECK-NEXT:    %[[S:.*]] = gaze.score : f32
// CHECK-NEXT:    %[[A:.*]] = arith.addf %[[S]], %[[S]] : f32
// CHECK-NEXT:    %[[B:.*]] = arith.addf %[[A]], %[[A]] : f32
// CHECK-NEXT:    gaze.yield %[[B]] : f32
gaze.pattern @scores() score {
  %0 = gaze.call @doubled() : () -> f32
  %1 = gaze.where score = %0 -> f32 {
    %2 = gaze.call @doubled() : () -> f32
    gaze.yield %2 : f32
  }
  gaze.yield %1 : f32
}

// -----

// Sizes of inputs are inlined as well, and loads are as they were.
gaze.def @blocks(%n: i64) -> i64 {
  %w = arith.constant 16 : i64
  %0 = gaze.floordiv %n, %w : i64
  gaze.yield %0 : i64
}

// CHECK-LABEL: gaze.pattern @sizes()
// CHECK-NEXT:    gaze.input @doc : i64 "[batch, blocks(seq_k)]" {
// CHECK-NEXT:      %[[BATCH:.*]] = gaze.coordinate batch : i64
// CHECK-NEXT:      %[[N:.*]] = gaze.coordinate seq_k : i64
// CHECK-NEXT:      %[[W:.*]] = arith.constant 16 : i64
// CHECK-NEXT:      %[[BLOCKS:.*]] = gaze.floordiv %[[N]], %[[W]] : i64
// CHECK-NEXT:      gaze.sizes %[[BATCH]], %[[BLOCKS]] : i64, i64
// CHECK:       } keep {
// CHECK-NEXT:    %[[B:.*]] = gaze.coordinate batch : i64
// CHECK-NEXT:    %[[Q:.*]] = gaze.coordinate q : i64
// CHECK-NEXT:    %[[X:.*]] = gaze.load @doc[%[[B]], %[[Q]]] : i64
// CHECK-NEXT:    arith.cmpi eq, %[[X]], %[[Q]] : i64
gaze.pattern @sizes() inputs {
  gaze.input @doc : i64 "[batch, blocks(seq_k)]" {
    %batch = gaze.coordinate batch : i64
    %n = gaze.coordinate seq_k : i64
    %0 = gaze.call @blocks(%n) : (i64) -> i64
    gaze.sizes %batch, %0 : i64, i64
  }
} keep {
  %batch = gaze.coordinate batch : i64
  %q = gaze.coordinate q : i64
  %0 = gaze.where k = %q given (%b = %batch : i64) -> i1 {
    %k = gaze.coordinate k : i64
    %1 = gaze.load @doc[%b, %k] : i64
    %2 = arith.cmpi eq, %1, %k : i64
    gaze.yield %2 : i1
  }
  gaze.yield %0 : i1
}
