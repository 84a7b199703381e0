// RUN: %gaze-opt %s -gaze-split-parts -mlir-print-local-scope -split-input-file | FileCheck %s

// A or B, where B has an order: A in tiles, and B without A in its own.
// CHECK-LABEL: gaze.kernel @strided(stride: i64)
// CHECK:       } parts {
// CHECK:         gaze.part tiles because "{{.*}}" keep {
// CHECK:           %[[NEAR:.*]] = arith.cmpi slt, %{{.*}}, %{{.*}} : i64
// CHECK:           %[[TILES:.*]] = arith.andi %{{.*}}, %[[NEAR]] : i1
// CHECK-NEXT:      gaze.yield %[[TILES]] : i1
// CHECK:         gaze.part congruent because "{{.*}}" selects {
// CHECK:           %[[STRIDE:.*]] = gaze.parameter @stride : i64
// CHECK:           %[[SHIFT:.*]] = arith.constant 0 : i64
// CHECK:           %[[REST:.*]] = arith.constant 0 : i64
// CHECK:           %[[DIFFERENCE:.*]] = arith.subi %[[REST]], %[[SHIFT]] : i64
// CHECK-NEXT:      gaze.congruence %[[STRIDE]], %[[DIFFERENCE]] : i64, i64
// CHECK:         } keep {
// CHECK-NOT:       gaze.floormod
// CHECK:           %[[CAUSAL:.*]] = arith.cmpi sle, %{{.*}}, %{{.*}} : i64
// CHECK:           %[[NEAR:.*]] = arith.cmpi slt, %{{.*}}, %{{.*}} : i64
// CHECK:           %[[NOT:.*]] = arith.xori %[[NEAR]], %{{.*}} : i1
// CHECK-NEXT:      %[[KEEP:.*]] = arith.andi %[[CAUSAL]], %[[NOT]] : i1
// CHECK-NEXT:      gaze.yield %[[KEEP]] : i1
gaze.kernel @strided(stride: i64) keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %stride = gaze.parameter @stride : i64
  %zero = arith.constant 0 : i64
  %causal = arith.cmpi sle, %k, %q : i64
  %distance = arith.subi %q, %k : i64
  %near = arith.cmpi slt, %distance, %stride : i64
  %rest = gaze.floormod %distance, %stride : i64
  %far = arith.cmpi eq, %rest, %zero : i64
  %either = arith.ori %near, %far : i1
  %keep = arith.andi %causal, %either : i1
  gaze.yield %keep : i1
}

// -----

// A remainder that is no constant may be none at all: that is still asked.
// CHECK-LABEL: gaze.kernel @rest(step: i64, rest: i64)
// CHECK:         gaze.part congruent
// CHECK:         } keep {
// CHECK-DAG:       %[[STEP:.*]] = gaze.parameter @step : i64
// CHECK-DAG:       %[[REST:.*]] = gaze.parameter @rest : i64
// CHECK:           %[[REDUCED:.*]] = gaze.floormod %[[REST]], %[[STEP]] : i64
// CHECK-NEXT:      %[[POSSIBLE:.*]] = arith.cmpi eq, %[[REDUCED]], %[[REST]] : i64
// CHECK-NEXT:      gaze.yield %[[POSSIBLE]] : i1
gaze.kernel @rest(step: i64, rest: i64) keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %step = gaze.parameter @step : i64
  %wanted = gaze.parameter @rest : i64
  %distance = arith.subi %k, %q : i64
  %rest = gaze.floormod %distance, %step : i64
  %keep = arith.cmpi eq, %rest, %wanted : i64
  gaze.yield %keep : i1
}

// -----

// Keys that are selected by their own remainder.
// CHECK-LABEL: gaze.kernel @columns()
// CHECK:         gaze.part columns because "{{.*}}" selects {
// CHECK-NEXT:      %{{.*}} = gaze.coordinate k : i64
// CHECK:           gaze.yield %{{.*}} : i1
// CHECK:         } keep {
// CHECK:           %[[CAUSAL:.*]] = arith.cmpi sle, %{{.*}}, %{{.*}} : i64
// CHECK-NEXT:      gaze.yield %[[CAUSAL]] : i1
gaze.kernel @columns() keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %step = arith.constant 64 : i64
  %last = arith.constant 63 : i64
  %causal = arith.cmpi sle, %k, %q : i64
  %rest = gaze.floormod %k, %step : i64
  %summary = arith.cmpi eq, %rest, %last : i64
  %keep = arith.andi %causal, %summary : i1
  gaze.yield %keep : i1
}

// -----

// No term has an order of its own: a multiple of q, a divisor that differs by key.
// CHECK-LABEL: gaze.kernel @whole(
// CHECK-NOT:   parts
gaze.kernel @whole(step: i64) keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %step = gaze.parameter @step : i64
  %zero = arith.constant 0 : i64
  %twice = arith.addi %q, %q : i64
  %distance = arith.subi %twice, %k : i64
  %rest = gaze.floormod %distance, %step : i64
  %one = arith.cmpi eq, %rest, %zero : i64
  %difference = arith.subi %q, %k : i64
  %byKey = gaze.floormod %difference, %k : i64
  %other = arith.cmpi eq, %byKey, %zero : i64
  %keep = arith.ori %one, %other : i1
  gaze.yield %keep : i1
}

// -----

// Selected blocks are kept whole; in tiles is what is kept without any selection, outside of them.
// CHECK-LABEL: gaze.kernel @selecting()
// CHECK:         gaze.part selected because "{{.*}}" keep {
// CHECK-NEXT:      %[[YES:.*]] = arith.constant true
// CHECK-NEXT:      gaze.yield %[[YES]] : i1
// CHECK-NEXT:    }
// CHECK-NEXT:    gaze.part tiles because "{{.*}}" keep {
// CHECK-DAG:       %[[NO:.*]] = arith.constant false
// CHECK-DAG:       %[[CAUSAL:.*]] = arith.cmpi sle, %{{.*}}, %{{.*}} : i64
// CHECK-DAG:       %[[SELECTED:.*]] = gaze.load @top_blocks.0
// CHECK-DAG:       %[[KEPT:.*]] = arith.andi %[[CAUSAL]], %[[NO]] : i1
// CHECK:           %[[OUTSIDE:.*]] = arith.xori %[[SELECTED]], %{{.*}} : i1
// CHECK:           arith.andi %[[KEPT]], %[[OUTSIDE]] : i1
gaze.kernel @selecting() inputs {
  gaze.selection @top_blocks.0 by mean {
    %size = arith.constant 8 : i64
    gaze.sizes %size, %size, %size : i64, i64, i64
  }
} keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %head = gaze.coordinate head : i64
  %batch = gaze.coordinate batch : i64
  %causal = arith.cmpi sle, %k, %q : i64
  %size = arith.constant 8 : i64
  %group = gaze.floordiv %q, %size : i64
  %block = gaze.floordiv %k, %size : i64
  %selected = gaze.load @top_blocks.0[%batch, %head, %group, %block] : i1
  %keep = arith.andi %causal, %selected : i1
  gaze.yield %keep : i1
}

// -----

// A score that knows the query keeps it whole.
// CHECK-LABEL: gaze.kernel @aware()
// CHECK-NOT:   gaze.part
gaze.kernel @aware() inputs {
  gaze.selection @top_blocks.0 by mean {
    %size = arith.constant 8 : i64
    gaze.sizes %size, %size, %size : i64, i64, i64
  }
} keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %head = gaze.coordinate head : i64
  %batch = gaze.coordinate batch : i64
  %selected = gaze.load @top_blocks.0[%batch, %head, %q, %k] : i1
  gaze.yield %selected : i1
} score {
  %score = gaze.score : f32
  %q = gaze.coordinate q : i64
  %bias = arith.sitofp %q : i64 to f32
  %sum = arith.addf %score, %bias : f32
  gaze.yield %sum : f32
}
