// The error is at the call in the pattern, however deep the limit is met.
// RUN: %gaze-opt %s -gaze-inline="max-operations=40 max-depth=3" -split-input-file -verify-diagnostics

gaze.def @d0() -> i64 {
  %q = gaze.coordinate q : i64
  gaze.yield %q : i64
}
gaze.def @d1() -> i64 {
  %0 = gaze.call @d0() : () -> i64
  %1 = gaze.call @d0() : () -> i64
  %2 = gaze.call @d0() : () -> i64
  %3 = gaze.call @d0() : () -> i64
  %4 = arith.addi %0, %1 : i64
  gaze.yield %4 : i64
}
gaze.def @d2() -> i64 {
  %0 = gaze.call @d1() : () -> i64
  %1 = gaze.call @d1() : () -> i64
  %2 = gaze.call @d1() : () -> i64
  %3 = gaze.call @d1() : () -> i64
  %4 = gaze.call @d1() : () -> i64
  gaze.yield %4 : i64
}
gaze.pattern @large() keep {
  %small = gaze.call @d1() : () -> i64
  // expected-error@+1 {{what stands here expands to more than 40 operations}}
  %large = gaze.call @d2() : () -> i64
  %0 = arith.cmpi eq, %small, %large : i64
  gaze.yield %0 : i1
}

// -----

gaze.def @a() -> i64 {
  %q = gaze.coordinate q : i64
  gaze.yield %q : i64
}
gaze.def @b() -> i64 {
  %0 = gaze.call @a() : () -> i64
  gaze.yield %0 : i64
}
gaze.def @c() -> i64 {
  %0 = gaze.call @b() : () -> i64
  gaze.yield %0 : i64
}
gaze.def @d() -> i64 {
  %0 = gaze.call @c() : () -> i64
  gaze.yield %0 : i64
}
gaze.pattern @deep() keep {
  %0 = gaze.call @c() : () -> i64
  // expected-error@+1 {{what stands here nests more than 3 calls}}
  %1 = gaze.call @d() : () -> i64
  %2 = arith.cmpi eq, %0, %1 : i64
  gaze.yield %2 : i1
}
