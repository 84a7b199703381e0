// RUN: gaze-opt --gaze-lower-selections %s | FileCheck %s
// Equal selections share a table; candidates take each of them as true.

// CHECK-LABEL: gaze.pattern @two
// CHECK: gaze.selection @top_blocks.0 by mean {
// CHECK: %[[BLOCK:.*]] = gaze.parameter @block
// CHECK: gaze.sizes %{{.*}}, %[[BLOCK]], %[[BLOCK]]
// CHECK: gaze.selection @top_blocks.1 by first {
// CHECK-NOT: gaze.selection
// CHECK: keep {
// CHECK: %[[GROUP:.*]] = gaze.floordiv %q
// CHECK: %[[OF:.*]] = gaze.floordiv %k
// CHECK: gaze.load @top_blocks.0[%batch, %head, %[[GROUP]], %[[OF]]] : i1
// CHECK: gaze.load @top_blocks.0
// CHECK: gaze.load @top_blocks.1
// CHECK-NOT: gaze.top_blocks
// CHECK: candidates {
// CHECK-NOT: gaze.top_blocks
// CHECK-NOT: gaze.load
// CHECK: gaze.yield
gaze.pattern @two(block: i64 = 8) keep {
  %count = arith.constant 3 : i64
  %block = gaze.parameter @block : i64
  %0 = gaze.top_blocks %count, %block, %block by mean : i1
  %1 = gaze.top_blocks %count, %block, %block by mean : i1
  %2 = gaze.top_blocks %count, %block, %block by first : i1
  %3 = arith.ori %0, %1 : i1
  %4 = arith.ori %3, %2 : i1
  gaze.yield %4 : i1
}
