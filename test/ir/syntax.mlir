// Everything that the dialect can say, printed as it was read.
// RUN: %gaze-opt %s -mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: gaze.def @local(%left: i64, %right: i64) -> i1 {
// CHECK:         %q = gaze.coordinate q : i64
// CHECK:         %k = gaze.coordinate k : i64
// CHECK:         gaze.yield %{{.*}} : i1
gaze.def @local(%left: i64, %right: i64) -> i1 {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %0 = arith.subi %q, %k : i64
  %1 = arith.cmpi sle, %0, %left : i64
  %2 = arith.subi %k, %q : i64
  %3 = arith.cmpi sle, %2, %right : i64
  %4 = arith.andi %1, %3 : i1
  gaze.yield %4 : i1
}

// CHECK-LABEL: gaze.def @halved() -> f32
gaze.def @halved() -> f32 {
  %score = gaze.score : f32
  %half = arith.constant 5.0e-01 : f32
  %0 = arith.mulf %score, %half : f32
  gaze.yield %0 : f32
}

// CHECK-LABEL: gaze.pattern @empty(){{$}}
gaze.pattern @empty()

// CHECK-LABEL: gaze.pattern @all(block: i64 = 64, p: f64 = 5.000000e-02, on: i1 = true, seed: i64)
// CHECK-SAME:    requirements {
// CHECK-NEXT:    gaze.require "block must be positive" {
// CHECK:         %block = gaze.parameter @block : i64
// CHECK:         gaze.yield %{{.*}} : i1
// CHECK:       } keep {
// CHECK:         gaze.floordiv %{{.*}}, %block : i64
// CHECK:         gaze.floormod %{{.*}}, %block : i64
// CHECK:         gaze.float_to_int %{{.*}} : f64 to i64
// CHECK:         gaze.where q = %[[Q:.*]], k = %[[K:.*]] given (%[[IN:.*]] = %block : i64) -> i1 {
// CHECK:           gaze.call @local(%[[IN]], %[[IN]]) : (i64, i64) -> i1
// CHECK:           gaze.chance %p{{.*}}, %seed, (%q{{.*}}, %k{{.*}}) : i1
// CHECK:       } scale {
// CHECK:         gaze.coordinate head_dim : i64
// CHECK:         gaze.yield %{{.*}} : f64
// CHECK:       } score {
// CHECK:         %score = gaze.score : f32
// CHECK:         gaze.where score = %{{.*}} -> f32 {
// CHECK:           gaze.call @halved() : () -> f32
gaze.pattern @all(block: i64 = 64, p: f64 = 0.05, on: i1 = true, seed: i64) requirements {
  gaze.require "block must be positive" {
    %block = gaze.parameter @block : i64
    %zero = arith.constant 0 : i64
    %0 = arith.cmpi sgt, %block, %zero : i64
    gaze.yield %0 : i1
  }
} keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %block = gaze.parameter @block : i64
  %0 = gaze.floordiv %q, %block : i64
  %1 = gaze.floormod %k, %block : i64
  %p = gaze.parameter @p : f64
  %2 = gaze.float_to_int %p : f64 to i64
  %3 = arith.addi %1, %2 : i64
  %4 = gaze.where q = %0, k = %3 given (%near = %block : i64) -> i1 {
    %5 = gaze.call @local(%near, %near) : (i64, i64) -> i1
    %p_inside = gaze.parameter @p : f64
    %seed = gaze.parameter @seed : i64
    %q_inside = gaze.coordinate q : i64
    %k_inside = gaze.coordinate k : i64
    %6 = gaze.chance %p_inside, %seed, (%q_inside, %k_inside) : i1
    %7 = arith.ori %5, %6 : i1
    gaze.yield %7 : i1
  }
  gaze.yield %4 : i1
} scale {
  %d = gaze.coordinate head_dim : i64
  %0 = arith.sitofp %d : i64 to f64
  gaze.yield %0 : f64
} score {
  %score = gaze.score : f32
  %0 = gaze.where score = %score -> f32 {
    %1 = gaze.call @halved() : () -> f32
    gaze.yield %1 : f32
  }
  gaze.yield %0 : f32
}

// A parameter may be called like a word of the syntax.
// CHECK-LABEL: gaze.pattern @words(keep: i64, i64: i64)
gaze.pattern @words(keep: i64, i64: i64) keep {
  %0 = gaze.parameter @keep : i64
  %1 = gaze.parameter @i64 : i64
  %2 = arith.cmpi eq, %0, %1 : i64
  gaze.yield %2 : i1
}

// CHECK-LABEL: gaze.kernel @lowered() reads_head keep {
// CHECK:       } bounds {
// CHECK-NEXT:  ^bb0(%q_lo: i64, %q_hi: i64, %k_lo: i64, %k_hi: i64, %head_lo: i64, %head_hi: i64, %batch_lo: i64, %batch_hi: i64):
// CHECK:         gaze.verdict %{{.*}}, %{{.*}} : i1, i1
gaze.kernel @lowered() reads_head keep {
  %head = gaze.coordinate head : i64
  %k = gaze.coordinate k : i64
  %0 = arith.cmpi slt, %head, %k : i64
  gaze.yield %0 : i1
} bounds {
^bb0(%0: i64, %1: i64, %2: i64, %3: i64, %4: i64, %5: i64, %6: i64, %7: i64):
  %may = arith.cmpi slt, %4, %3 : i64
  %must = arith.cmpi slt, %5, %2 : i64
  gaze.verdict %may, %must : i1, i1
}

// What patterns read at run time: declarations, elements, sizes and their faults.
// CHECK-LABEL: gaze.pattern @packed(w: i64) sites
// CHECK-SAME:    [#gaze.site<"doc", 0, loc("packed.gaze":3:8)>, #gaze.site<"bias", 1, loc("packed.gaze":4:9)>] inputs {
// CHECK-NEXT:    gaze.input @doc : i64 "[batch, seq_k + w]" {
// CHECK-NEXT:      %batch = gaze.coordinate batch : i64
// CHECK:           gaze.sizes %batch, %{{.*}} : i64, i64
// CHECK:         gaze.input @bias : f64 "[heads]" {
// CHECK:           gaze.sizes %heads : i64
// CHECK:         gaze.input @on : i1 "[seq_q]" {
// CHECK:       } keep {
// CHECK:         gaze.load @doc[%batch, %k] : i64
// CHECK:         gaze.where k = %{{.*}} -> i1 {
// CHECK:           gaze.load @on[%k{{.*}}] : i1
// CHECK:       } scale {
// CHECK:         gaze.load @bias[%head] : f64
// CHECK:       } faults {
// CHECK:         gaze.input_size @doc axis 1 : i64
// CHECK:         gaze.fault %{{.*}}, %{{.*}} : i64, i64
gaze.pattern @packed(w: i64) sites [#gaze.site<"doc", 0, loc("packed.gaze":3:8)>, #gaze.site<"bias", 1, loc("packed.gaze":4:9)>] inputs {
  gaze.input @doc : i64 "[batch, seq_k + w]" {
    %batch = gaze.coordinate batch : i64
    %n = gaze.coordinate seq_k : i64
    %w = gaze.parameter @w : i64
    %0 = arith.addi %n, %w : i64
    gaze.sizes %batch, %0 : i64, i64
  }
  gaze.input @bias : f64 "[heads]" {
    %heads = gaze.coordinate heads : i64
    gaze.sizes %heads : i64
  }
  gaze.input @on : i1 "[seq_q]" {
    %n = gaze.coordinate seq_q : i64
    gaze.sizes %n : i64
  }
} keep {
  %batch = gaze.coordinate batch : i64
  %k = gaze.coordinate k : i64
  %0 = gaze.load @doc[%batch, %k] : i64
  %1 = gaze.where k = %0 -> i1 {
    %k_inside = gaze.coordinate k : i64
    %2 = gaze.load @on[%k_inside] : i1
    gaze.yield %2 : i1
  }
  gaze.yield %1 : i1
} scale {
  %head = gaze.coordinate head : i64
  %0 = gaze.load @bias[%head] : f64
  gaze.yield %0 : f64
} faults {
  %k = gaze.coordinate k : i64
  %n = gaze.input_size @doc axis 1 : i64
  %0 = arith.cmpi sge, %k, %n : i64
  %1 = arith.extui %0 : i1 to i64
  gaze.fault %1, %k : i64, i64
}

// CHECK-LABEL: gaze.kernel @bounded() sites [#gaze.site<"doc", 0, loc("bounded.gaze":1:2)>] reads_batch inputs {
// CHECK:       } bounds {
// CHECK:         gaze.least_load @doc[%k_lo, %k_hi] : i64
// CHECK:         gaze.greatest_load @doc[%k_lo, %k_hi] : i64
// CHECK:         gaze.verdict %{{.*}}, %{{.*}}, %{{.*}} : i1, i1, i1
// CHECK:       } faults {
gaze.kernel @bounded() sites [#gaze.site<"doc", 0, loc("bounded.gaze":1:2)>] reads_batch inputs {
  gaze.input @doc : i64 "[seq_k]" {
    %n = gaze.coordinate seq_k : i64
    gaze.sizes %n : i64
  }
} keep {
  %k = gaze.coordinate k : i64
  %batch = gaze.coordinate batch : i64
  %0 = gaze.load @doc[%k] : i64
  %1 = arith.cmpi eq, %0, %batch : i64
  gaze.yield %1 : i1
} bounds {
^bb0(%0: i64, %1: i64, %2: i64, %3: i64, %4: i64, %5: i64, %6: i64, %7: i64):
  %least = gaze.least_load @doc[%2, %3] : i64
  %greatest = gaze.greatest_load @doc[%2, %3] : i64
  %n = gaze.input_size @doc axis 0 : i64
  %may = arith.cmpi sle, %least, %7 : i64
  %must = arith.cmpi eq, %least, %greatest : i64
  %inside = arith.cmpi slt, %3, %n : i64
  gaze.verdict %may, %must, %inside : i1, i1, i1
} faults {
  %zero = arith.constant 0 : i64
  gaze.fault %zero, %zero : i64, i64
}

// What is selected stands in defs, in `keep`, and under a `where` that leaves the pair alone.
// CHECK-LABEL: gaze.def @picked(%count: i64) -> i1 {
// CHECK:         gaze.top_blocks %count, %{{.*}}, %{{.*}} by minmax : i1
gaze.def @picked(%count: i64) -> i1 {
  %block = arith.constant 64 : i64
  %one = arith.constant 1 : i64
  %0 = gaze.top_blocks %count, %block, %one by minmax : i1
  gaze.yield %0 : i1
}
// CHECK-LABEL: gaze.pattern @selected(n: i64) keep {
// CHECK:         gaze.top_blocks %n, %n, %n by mean : i1
// CHECK:         gaze.top_blocks %{{.*}}, %{{.*}}, %{{.*}} by first : i1
gaze.pattern @selected(n: i64) keep {
  %n = gaze.parameter @n : i64
  %0 = gaze.top_blocks %n, %n, %n by mean : i1
  %1 = gaze.where seq_k = %n given (%m = %n : i64) -> i1 {
    %2 = gaze.top_blocks %m, %m, %m by first : i1
    gaze.yield %2 : i1
  }
  %3 = arith.ori %0, %1 : i1
  gaze.yield %3 : i1
}
