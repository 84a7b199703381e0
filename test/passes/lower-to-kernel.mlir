// RUN: %gaze-opt %s -gaze-lower-to-kernel -mlir-print-local-scope -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-LABEL: gaze.kernel @everything() keeps_everything keep {
// CHECK-NEXT:    %[[TRUE:.*]] = arith.constant true
// CHECK-NEXT:    gaze.yield %[[TRUE]] : i1
// CHECK-NEXT:  } score {
gaze.pattern @everything() score {
  %score = gaze.score : f32
  gaze.yield %score : f32
}

// -----

// CHECK-LABEL: gaze.kernel @reader(w: i64 = 3) reads_head reads_batch keep {
gaze.pattern @reader(w: i64 = 3) keep {
  %head = gaze.coordinate head : i64
  %batch = gaze.coordinate batch : i64
  %0 = arith.cmpi slt, %head, %batch : i64
  gaze.yield %0 : i1
}

// -----

// What canonicalization makes of bools is said with select and logic.
// CHECK-LABEL: gaze.kernel @bools(a: i1, b: i1)
// CHECK-NOT:     arith.extui
// CHECK:         %[[N:.*]] = arith.select %a, %{{.*}}, %{{.*}} : i64
// CHECK:         %[[X:.*]] = arith.select %b, %{{.*}}, %{{.*}} : f64
// CHECK:         %[[NOT:.*]] = arith.xori %a, %{{.*}} : i1
// CHECK:         %[[LESS:.*]] = arith.andi %b, %[[NOT]] : i1
// CHECK:         %[[DIFFER:.*]] = arith.xori %a, %b : i1
gaze.pattern @bools(a: i1, b: i1) keep {
  %a = gaze.parameter @a : i1
  %b = gaze.parameter @b : i1
  %n = arith.extui %a : i1 to i64
  %x = arith.uitofp %b : i1 to f64
  %0 = arith.cmpi ult, %a, %b : i1
  %1 = arith.cmpi ne, %a, %b : i1
  %2 = arith.sitofp %n : i64 to f64
  %3 = arith.cmpf olt, %2, %x : f64
  %4 = arith.andi %0, %1 : i1
  %5 = arith.andi %3, %4 : i1
  gaze.yield %5 : i1
}

// -----

gaze.pattern @foreign() keep {
  %q = gaze.coordinate q : i64
  // expected-error@+1 {{kernels have no operation 'arith.shli' of these types}}
  %0 = arith.shli %q, %q : i64
  %1 = arith.cmpi eq, %0, %q : i64
  gaze.yield %1 : i1
}

// -----

// Inputs, sites and faults are handed on; faults that read the head do not make the mask
// differ by head.
// CHECK-LABEL: gaze.kernel @inputs() sites [#gaze.site<"doc", 0, loc("a.gaze":1:2)>] keeps_everything inputs {
// CHECK-NEXT:    gaze.input @doc : i64 "[seq_k]" {
// CHECK:           %[[EXTENDED:.*]] = arith.select %{{.*}}, %{{.*}}, %{{.*}} : i64
// CHECK:           gaze.sizes %[[EXTENDED]] : i64
// CHECK:       } keep {
// CHECK:       } faults {
// CHECK:         %[[SITE:.*]] = arith.select %{{.*}}, %{{.*}}, %{{.*}} : i64
// CHECK:         gaze.fault %[[SITE]], %head : i64, i64
gaze.pattern @inputs() sites [#gaze.site<"doc", 0, loc("a.gaze":1:2)>] inputs {
  gaze.input @doc : i64 "[seq_k]" {
    %0 = gaze.coordinate seq_k : i64
    %1 = gaze.coordinate heads : i64
    %2 = arith.cmpi slt, %0, %1 : i64
    %3 = arith.extui %2 : i1 to i64
    gaze.sizes %3 : i64
  }
} faults {
  %head = gaze.coordinate head : i64
  %n = gaze.input_size @doc axis 0 : i64
  %0 = arith.cmpi sge, %head, %n : i64
  %1 = arith.extui %0 : i1 to i64
  gaze.fault %1, %head : i64, i64
}
