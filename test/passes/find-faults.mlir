// Which index is outside, said with operations; that it is what the interpreter says is
// FrontEndTest.cpp's.
// RUN: %gaze-opt %s -gaze-find-faults -cse -mlir-print-local-scope -split-input-file -verify-diagnostics | FileCheck %s

// A load: the site, from 1, where the index is below 0 or not below the size.
// CHECK-LABEL: gaze.pattern @load()
// CHECK-SAME:    sites [#gaze.site<"doc", 0, loc("a.gaze":3:8)>] inputs {
// CHECK:       } faults {
// CHECK-NEXT:    %[[K:.*]] = gaze.coordinate k : i64
// CHECK-NEXT:    %[[N:.*]] = gaze.input_size @doc axis 0 : i64
// CHECK-NEXT:    %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-NEXT:    %[[BEFORE:.*]] = arith.cmpi slt, %[[K]], %[[ZERO]] : i64
// CHECK-NEXT:    %[[BEHIND:.*]] = arith.cmpi sge, %[[K]], %[[N]] : i64
// CHECK-NEXT:    %[[OUT:.*]] = arith.ori %[[BEFORE]], %[[BEHIND]] : i1
// CHECK-NEXT:    %[[ONE:.*]] = arith.constant 1 : i64
// CHECK-NEXT:    %[[SITE:.*]] = arith.select %[[OUT]], %[[ONE]], %[[ZERO]] : i64
// CHECK-NEXT:    gaze.fault %[[SITE]], %[[K]] : i64, i64
gaze.pattern @load() inputs {
  gaze.input @doc : i64 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
} keep {
  %k = gaze.coordinate k : i64
  %0 = gaze.load @doc[%k] : i64 loc("a.gaze":3:8)
  %1 = arith.cmpi eq, %0, %k : i64
  gaze.yield %1 : i1
}

// -----

// Two axes: the second counts where the first is right. An index that is loaded counts
// before what it is an index for.
// CHECK-LABEL: gaze.pattern @nested()
// CHECK-SAME:    sites [#gaze.site<"row", 0, loc("a.gaze":1:1)>, #gaze.site<"grid", 0, loc("a.gaze":2:2)>, #gaze.site<"grid", 1, loc("a.gaze":2:2)>]
// CHECK:       } faults {
// CHECK:         %[[X:.*]] = gaze.load @row[%k] : i64
// CHECK:         %[[ROW:.*]] = arith.select %{{.*}}, %c1_i64, %{{.*}} : i64
// CHECK:         gaze.input_size @grid axis 0 : i64
// CHECK:         %[[FIRST:.*]] = arith.select %{{.*}}, %c2_i64, %{{.*}} : i64
// CHECK:         %[[IS_ROW:.*]] = arith.cmpi ne, %[[ROW]], %{{.*}} : i64
// CHECK:         %[[A:.*]] = arith.select %[[IS_ROW]], %[[ROW]], %[[FIRST]] : i64
// CHECK:         %[[AI:.*]] = arith.select %[[IS_ROW]], %k, %[[X]] : i64
// CHECK:         gaze.input_size @grid axis 1 : i64
// CHECK:         %[[SECOND:.*]] = arith.select %{{.*}}, %c3_i64, %{{.*}} : i64
// CHECK:         %[[IS_A:.*]] = arith.cmpi ne, %[[A]], %{{.*}} : i64
// CHECK:         %[[B:.*]] = arith.select %[[IS_A]], %[[A]], %[[SECOND]] : i64
// CHECK:         %[[BI:.*]] = arith.select %[[IS_A]], %[[AI]], %q : i64
// CHECK:         gaze.fault %[[B]], %[[BI]] : i64, i64
gaze.pattern @nested() inputs {
  gaze.input @row : i64 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
  gaze.input @grid : i1 "[8, 8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0, %0 : i64, i64
  }
} keep {
  %k = gaze.coordinate k : i64
  %q = gaze.coordinate q : i64
  %0 = gaze.load @row[%k] : i64 loc("a.gaze":1:1)
  %1 = gaze.load @grid[%0, %q] : i1 loc("a.gaze":2:2)
  gaze.yield %1 : i1
}

// -----

// To the right of `and` only where the left side is true, of `or` where it is false.
// CHECK-LABEL: gaze.pattern @logic()
// CHECK:       } faults {
// CHECK:         %[[LESS:.*]] = arith.cmpi slt, %k, %q : i64
// CHECK:         %[[SITE:.*]] = arith.select %{{.*}}, %c1_i64, %[[ZERO:.*]] : i64
// CHECK:         %[[AND:.*]] = arith.select %[[LESS]], %[[SITE]], %[[ZERO]] : i64
// CHECK:         %[[EQUAL:.*]] = arith.cmpi eq, %k, %q : i64
// CHECK:         %[[OR:.*]] = arith.select %[[EQUAL]], %[[ZERO]], %[[AND]] : i64
// CHECK:         gaze.fault %[[OR]], %{{.*}} : i64, i64
gaze.pattern @logic() inputs {
  gaze.input @on : i1 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
} keep {
  %k = gaze.coordinate k : i64
  %q = gaze.coordinate q : i64
  %0 = arith.cmpi slt, %k, %q : i64
  %1 = gaze.load @on[%k] : i1
  %2 = arith.andi %0, %1 : i1
  %3 = arith.cmpi eq, %k, %q : i64
  %4 = arith.ori %3, %2 : i1
  gaze.yield %4 : i1
}

// -----

// Of a select the branch that is taken. `xori` needs both sides.
// CHECK-LABEL: gaze.pattern @branches()
// CHECK:       } faults {
// CHECK:         %[[C:.*]] = arith.cmpi slt, %k, %q : i64
// CHECK:         %[[A:.*]] = arith.select %{{.*}}, %c1_i64, %[[ZERO:.*]] : i64
// CHECK:         %[[B:.*]] = arith.select %{{.*}}, %c2_i64, %[[ZERO]] : i64
// CHECK:         %[[S:.*]] = arith.select %[[C]], %[[A]], %[[B]] : i64
// CHECK:         %[[SI:.*]] = arith.select %[[C]], %k, %q : i64
// CHECK:         %[[THERE:.*]] = arith.cmpi ne, %[[S]], %[[ZERO]] : i64
// CHECK:         %[[R:.*]] = arith.select %[[THERE]], %[[S]], %[[A]] : i64
// CHECK:         %[[RI:.*]] = arith.select %[[THERE]], %[[SI]], %k : i64
// CHECK:         gaze.fault %[[R]], %[[RI]] : i64, i64
gaze.pattern @branches() inputs {
  gaze.input @on : i1 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
} keep {
  %k = gaze.coordinate k : i64
  %q = gaze.coordinate q : i64
  %0 = arith.cmpi slt, %k, %q : i64
  %1 = gaze.load @on[%k] : i1
  %2 = gaze.load @on[%q] : i1
  %3 = arith.select %0, %1, %2 : i1
  %4 = arith.xori %3, %1 : i1
  gaze.yield %4 : i1
}

// -----

// The scale counts always and first, the score where the pair is kept.
// CHECK-LABEL: gaze.pattern @regions()
// CHECK-SAME:    sites [#gaze.site<"bias", 0, loc("a.gaze":9:1)>, #gaze.site<"bias", 0, loc("a.gaze":8:1)>]
// CHECK:       } faults {
// CHECK:         %[[SCALE:.*]] = arith.select %{{.*}}, %c1_i64, %[[ZERO:.*]] : i64
// CHECK:         %[[KEEP:.*]] = arith.cmpi slt, %k, %head : i64
// CHECK:         %[[SCORE:.*]] = arith.select %{{.*}}, %c2_i64, %[[ZERO]] : i64
// CHECK:         %[[KEPT:.*]] = arith.select %[[KEEP]], %[[SCORE]], %[[ZERO]] : i64
// CHECK:         %[[THERE:.*]] = arith.cmpi ne, %[[SCALE]], %[[ZERO]] : i64
// CHECK:         %[[R:.*]] = arith.select %[[THERE]], %[[SCALE]], %[[KEPT]] : i64
// CHECK:         gaze.fault %[[R]], %{{.*}} : i64, i64
gaze.pattern @regions() inputs {
  gaze.input @bias : f64 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
} keep {
  %k = gaze.coordinate k : i64
  %head = gaze.coordinate head : i64
  %0 = arith.cmpi slt, %k, %head : i64
  gaze.yield %0 : i1
} scale {
  %head = gaze.coordinate head : i64
  %0 = gaze.load @bias[%head] : f64 loc("a.gaze":9:1)
  gaze.yield %0 : f64
} score {
  %k = gaze.coordinate k : i64
  %score = gaze.score : f32
  %0 = gaze.load @bias[%k] : f64 loc("a.gaze":8:1)
  %1 = arith.truncf %0 : f64 to f32
  %2 = arith.addf %score, %1 : f32
  gaze.yield %2 : f32
}

// -----

// Nor is what is selected: a side counts where the rest of the condition leaves it open. Of an
// `if`, where one of its branches is true; of a `!=`, where the other side makes it so.
// CHECK-LABEL: gaze.pattern @guarded_by_selections()
// CHECK:       } faults {
// CHECK:         %[[FEW:.*]] = arith.cmpi slt, %k, %c4_i64 : i64
// CHECK:         %[[MORE:.*]] = arith.cmpi slt, %k, %c9_i64 : i64
// CHECK:         %[[SITE:.*]] = arith.select %{{.*}}, %c1_i64, %{{.*}} : i64
// CHECK:         %[[NOT_FEW:.*]] = arith.xori %[[FEW]], %true{{.*}} : i1
// CHECK:         %[[EITHER:.*]] = arith.ori %[[FEW]], %[[MORE]] : i1
// CHECK-NEXT:    arith.select %[[EITHER]], %[[SITE]], %{{.*}} : i64
// CHECK-NEXT:    arith.select %[[EITHER]], %k, %{{.*}} : i64
// CHECK:         %[[SITE:.*]] = arith.select %{{.*}}, %c2_i64, %{{.*}} : i64
// CHECK-NEXT:    %[[ONLY:.*]] = arith.andi %[[MORE]], %[[NOT_FEW]] : i1
// CHECK-NEXT:    %[[DIFFER:.*]] = arith.ori %[[ONLY]], %[[FEW]] : i1
// CHECK-NEXT:    arith.select %[[DIFFER]], %[[SITE]], %{{.*}} : i64
gaze.pattern @guarded_by_selections() inputs {
  gaze.input @on : i1 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
  gaze.input @off : i1 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
} keep {
  %k = gaze.coordinate k : i64
  %one = arith.constant 1 : i64
  %eight = arith.constant 8 : i64
  %four = arith.constant 4 : i64
  %nine = arith.constant 9 : i64
  %selected = gaze.top_blocks %one, %eight, %eight by mean : i1
  %few = arith.cmpi slt, %k, %four : i64
  %more = arith.cmpi slt, %k, %nine : i64
  %either = arith.select %selected, %few, %more : i1
  %on = gaze.load @on[%k] : i1 loc("a.gaze":1:1)
  %0 = arith.andi %either, %on : i1
  %both = arith.andi %selected, %more : i1
  %differ = arith.xori %both, %few : i1
  %off = gaze.load @off[%k] : i1 loc("a.gaze":2:2)
  %1 = arith.andi %differ, %off : i1
  %2 = arith.ori %0, %1 : i1
  gaze.yield %2 : i1
}

// -----

// A condition that depends on the score is not known yet: both branches count, and no
// score is left.
// CHECK-LABEL: gaze.pattern @guarded_by_score()
// CHECK:       } faults {
// CHECK-NOT:     gaze.score
// CHECK:         %[[SITE:.*]] = arith.select %{{.*}}, %c1_i64, %{{.*}} : i64
// CHECK-NEXT:    gaze.fault %[[SITE]], %k : i64, i64
gaze.pattern @guarded_by_score() inputs {
  gaze.input @bias : f64 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
} score {
  %k = gaze.coordinate k : i64
  %score = gaze.score : f32
  %zero = arith.constant 0.0 : f32
  %0 = arith.cmpf ogt, %score, %zero : f32
  %1 = gaze.load @bias[%k] : f64
  %2 = arith.truncf %1 : f64 to f32
  %3 = arith.select %0, %2, %score : f32
  gaze.yield %3 : f32
}

// -----

// What is loaded and does not count has no fault; nor has what loads nothing.
// CHECK-LABEL: gaze.pattern @unused()
// CHECK-NOT:   faults
// CHECK-LABEL: gaze.pattern @nothing()
// CHECK-NOT:   faults
gaze.pattern @unused() inputs {
  gaze.input @on : i1 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
} keep {
  %k = gaze.coordinate k : i64
  %0 = gaze.load @on[%k] : i1
  %1 = arith.cmpi eq, %k, %k : i64
  gaze.yield %1 : i1
}
gaze.pattern @nothing()

// -----

gaze.pattern @index_of_score() inputs {
  gaze.input @bias : f64 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
} score {
  %score = gaze.score : f32
  %0 = gaze.float_to_int %score : f32 to i64
  // expected-error@+1 {{an index of the input 'bias' depends on the score; indices are checked before there are scores}}
  %1 = gaze.load @bias[%0] : f64
  %2 = arith.truncf %1 : f64 to f32
  gaze.yield %2 : f32
}
