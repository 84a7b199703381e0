// RUN: %gaze-opt %s -split-input-file -verify-diagnostics

// Parameters.

// expected-error@+1 {{has two parameters 'w'}}
gaze.pattern @twice(w: i64, w: f64)

// -----

// expected-error@+1 {{parameter 'w' must be i64, f64 or i1, not 'f32'}}
gaze.pattern @narrow(w: f32)

// -----

gaze.pattern @unknown(w: i64) keep {
  // expected-error@+1 {{names no parameter: 'v'}}
  %0 = gaze.parameter @v : i1
  gaze.yield %0 : i1
}

// -----

gaze.pattern @mistyped(w: i64) keep {
  // expected-error@+1 {{must have the type of parameter 'w', 'i64'}}
  %0 = gaze.parameter @w : i1
  gaze.yield %0 : i1
}

// -----

gaze.def @reads_parameter() -> i64 {
  // expected-error@+1 {{must be in a pattern or a kernel}}
  %0 = gaze.parameter @w : i64
  gaze.yield %0 : i64
}

// -----

// What regions give and read.

gaze.pattern @keep_gives_int() keep {
  %q = gaze.coordinate q : i64
  // expected-error@+1 {{must give 'i1' in region 'keep'}}
  gaze.yield %q : i64
}

// -----

gaze.pattern @score_gives_f64() score {
  %0 = arith.constant 1.0 : f64
  // expected-error@+1 {{must give 'f32' in region 'score'}}
  gaze.yield %0 : f64
}

// -----

// expected-error@+1 {{region 'keep' must end with gaze.yield}}
gaze.pattern @no_yield() keep {
  %q = gaze.coordinate q : i64
}

// -----

gaze.pattern @score_in_keep() keep {
  // expected-error@+1 {{cannot be read in 'keep'}}
  %0 = gaze.score : f32
  %1 = arith.cmpf olt, %0, %0 : f32
  gaze.yield %1 : i1
}

// -----

gaze.pattern @k_in_scale() scale {
  // expected-error@+1 {{'k' cannot be read in 'scale'}}
  %k = gaze.coordinate k : i64
  %0 = arith.sitofp %k : i64 to f64
  gaze.yield %0 : f64
}

// -----

gaze.pattern @q_in_requirement() requirements {
  gaze.require "no" {
    // expected-error@+1 {{'q' cannot be read in 'requirements'}}
    %q = gaze.coordinate q : i64
    %0 = arith.cmpi eq, %q, %q : i64
    gaze.yield %0 : i1
  }
}

// -----

gaze.pattern @stray() requirements {
  // expected-error@+1 {{cannot stand in 'requirements'}}
  %q = gaze.coordinate seq_q : i64
}

// -----

gaze.pattern @not_an_int() score {
  // expected-error@+1 {{is for ints; use gaze.score}}
  %0 = gaze.coordinate score : i64
  %1 = arith.sitofp %0 : i64 to f32
  gaze.yield %1 : f32
}

// -----

// Defs and calls.

gaze.def @wrong_type() -> i1 {
  %q = gaze.coordinate q : i64
  // expected-error@+1 {{must give the result type of the def, 'i1'}}
  gaze.yield %q : i64
}

// -----

// expected-error@+1 {{calls itself: a def must not recurse}}
gaze.def @ping() -> i1 {
  %0 = gaze.call @pong() : () -> i1
  gaze.yield %0 : i1
}
gaze.def @pong() -> i1 {
  %0 = gaze.call @ping() : () -> i1
  gaze.yield %0 : i1
}

// -----

gaze.pattern @no_def() keep {
  // expected-error@+1 {{names no def: 'missing'}}
  %0 = gaze.call @missing() : () -> i1
  gaze.yield %0 : i1
}

// -----

gaze.def @one(%x: i64) -> i64 {
  gaze.yield %x : i64
}
gaze.pattern @misfit() keep {
  // expected-error@+1 {{does not fit the types of the def 'one'}}
  %0 = gaze.call @one() : () -> i1
  gaze.yield %0 : i1
}

// -----

gaze.def @positive() -> i1 {
  %score = gaze.score : f32
  %zero = arith.constant 0.0 : f32
  %0 = arith.cmpf ogt, %score, %zero : f32
  gaze.yield %0 : i1
}
gaze.def @through() -> i1 {
  %0 = gaze.call @positive() : () -> i1
  gaze.yield %0 : i1
}
gaze.pattern @score_through_defs() keep {
  // expected-error@+1 {{calls the def 'through', which reads the score, where there is none}}
  %0 = gaze.call @through() : () -> i1
  %1 = arith.constant 0.0 : f32
  // With a score there it is allowed.
  %2 = gaze.where score = %1 -> i1 {
    %3 = gaze.call @through() : () -> i1
    gaze.yield %3 : i1
  }
  gaze.yield %2 : i1
}

// -----

// where.

gaze.pattern @same_twice() keep {
  %q = gaze.coordinate q : i64
  // expected-error@+1 {{gives 'q' two values}}
  %0 = gaze.where q = %q, q = %q -> i1 {
    %1 = arith.constant true
    gaze.yield %1 : i1
  }
  gaze.yield %0 : i1
}

// -----

gaze.pattern @no_coordinate() keep {
  %q = gaze.coordinate q : i64
  // expected-error@+1 {{'window' is no coordinate}}
  %0 = gaze.where window = %q -> i1 {
  }
}

// -----

gaze.pattern @isolated() keep {
  // expected-note@+2 {{required by region isolation constraints}}
  %q = gaze.coordinate q : i64
  %0 = gaze.where q = %q -> i64 {
    // expected-error@+1 {{using value defined outside the region}}
    gaze.yield %q : i64
  }
  %1 = arith.cmpi eq, %0, %q : i64
  gaze.yield %1 : i1
}

// -----

// Kernels.

// expected-error@+1 {{region 'bounds' takes the low and the high end of q, k, head and batch}}
gaze.kernel @few_ends() keep {
  %0 = arith.constant true
  gaze.yield %0 : i1
} bounds {
^bb0(%0: i64, %1: i64):
  %2 = arith.constant true
  gaze.verdict %2, %2 : i1, i1
}

// -----

// Inputs.

gaze.pattern @same_input() inputs {
  gaze.input @doc : i64 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
  // expected-error@+1 {{is the second input 'doc'}}
  gaze.input @doc : f64 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
}

// -----

gaze.pattern @stray_in_inputs() inputs {
  // expected-error@+1 {{cannot stand in 'inputs'; gaze.input can}}
  %0 = gaze.coordinate seq_q : i64
}

// -----

gaze.pattern @input_of_f32() inputs {
  // expected-error@+1 {{failed to satisfy constraint: type attribute of}}
  gaze.input @doc : f32 "[8]" {
    %0 = arith.constant 8 : i64
    gaze.sizes %0 : i64
  }
}

// -----

gaze.pattern @no_axis() inputs {
  // expected-error@+1 {{must have an axis}}
  gaze.input @doc : i64 "[]" {
    "gaze.sizes"() : () -> ()
  }
}

// -----

gaze.pattern @size_as_argument() inputs {
  // expected-error@+1 {{has a region without arguments that ends with gaze.sizes}}
  gaze.input @doc : i64 "[8]" {
  ^bb0(%0: i64):
    gaze.sizes %0 : i64
  }
}

// -----

gaze.pattern @q_in_a_size() inputs {
  gaze.input @doc : i64 "[q]" {
    // expected-error@+1 {{'q' cannot be read in a size}}
    %0 = gaze.coordinate q : i64
    gaze.sizes %0 : i64
  }
}

// -----

gaze.pattern @k_in_a_size() inputs {
  gaze.input @doc : i64 "[k]" {
    // expected-error@+1 {{'k' cannot be read in a size}}
    %0 = gaze.coordinate k : i64
    gaze.sizes %0 : i64
  }
}

// -----

gaze.pattern @head_in_a_size() inputs {
  gaze.input @doc : i64 "[head]" {
    // expected-error@+1 {{'head' cannot be read in a size}}
    %0 = gaze.coordinate head : i64
    gaze.sizes %0 : i64
  }
}

// -----

gaze.pattern @no_input() inputs {
  gaze.input @doc : i64 "[seq_k, 2]" {
    %n = gaze.coordinate seq_k : i64
    %two = arith.constant 2 : i64
    gaze.sizes %n, %two : i64, i64
  }
} keep {
  %k = gaze.coordinate k : i64
  // expected-error@+1 {{names no input: 'docs'}}
  %0 = gaze.load @docs[%k, %k] : i1
  gaze.yield %0 : i1
}

// -----

gaze.def @reads_input() -> i64 {
  %k = gaze.coordinate k : i64
  // expected-error@+1 {{names no input: 'doc'}}
  %0 = gaze.load @doc[%k] : i64
  gaze.yield %0 : i64
}

// -----

gaze.pattern @few_indices() inputs {
  gaze.input @doc : i64 "[seq_k, 2]" {
    %n = gaze.coordinate seq_k : i64
    %two = arith.constant 2 : i64
    gaze.sizes %n, %two : i64, i64
  }
} keep {
  %k = gaze.coordinate k : i64
  // expected-error@+1 {{must have 2 operands, for the axes of 'doc'}}
  %0 = gaze.load @doc[%k] : i64
  %1 = arith.cmpi eq, %0, %k : i64
  gaze.yield %1 : i1
}

// -----

gaze.pattern @mistyped_load() inputs {
  gaze.input @doc : i64 "[seq_k, 2]" {
    %n = gaze.coordinate seq_k : i64
    %two = arith.constant 2 : i64
    gaze.sizes %n, %two : i64, i64
  }
} keep {
  %k = gaze.coordinate k : i64
  // expected-error@+1 {{must have the type of 'doc', 'i64'}}
  %0 = gaze.load @doc[%k, %k] : i1
  gaze.yield %0 : i1
}

// -----

gaze.pattern @few_ends_of_least_load() inputs {
  gaze.input @doc : i64 "[seq_k, 2]" {
    %n = gaze.coordinate seq_k : i64
    %two = arith.constant 2 : i64
    gaze.sizes %n, %two : i64, i64
  }
} keep {
  %k = gaze.coordinate k : i64
  // expected-error@+1 {{must have 4 operands, for the axes of 'doc'}}
  %0 = gaze.least_load @doc[%k, %k] : i64
  %1 = arith.cmpi eq, %0, %k : i64
  gaze.yield %1 : i1
}

// -----

gaze.pattern @mistyped_least_load() inputs {
  gaze.input @doc : i64 "[seq_k, 2]" {
    %n = gaze.coordinate seq_k : i64
    %two = arith.constant 2 : i64
    gaze.sizes %n, %two : i64, i64
  }
} keep {
  %k = gaze.coordinate k : i64
  // expected-error@+1 {{must have the type of 'doc', 'i64'}}
  %0 = gaze.least_load @doc[%k, %k, %k, %k] : f64
  %1 = arith.cmpf oeq, %0, %0 : f64
  gaze.yield %1 : i1
}

// -----

gaze.pattern @few_ends_of_greatest_load() inputs {
  gaze.input @doc : i64 "[seq_k, 2]" {
    %n = gaze.coordinate seq_k : i64
    %two = arith.constant 2 : i64
    gaze.sizes %n, %two : i64, i64
  }
} keep {
  %k = gaze.coordinate k : i64
  // expected-error@+1 {{must have 4 operands, for the axes of 'doc'}}
  %0 = gaze.greatest_load @doc[%k, %k] : i64
  %1 = arith.cmpi eq, %0, %k : i64
  gaze.yield %1 : i1
}

// -----

gaze.pattern @mistyped_greatest_load() inputs {
  gaze.input @doc : i64 "[seq_k, 2]" {
    %n = gaze.coordinate seq_k : i64
    %two = arith.constant 2 : i64
    gaze.sizes %n, %two : i64, i64
  }
} keep {
  %k = gaze.coordinate k : i64
  // expected-error@+1 {{must have the type of 'doc', 'i64'}}
  %0 = gaze.greatest_load @doc[%k, %k, %k, %k] : f64
  %1 = arith.cmpf oeq, %0, %0 : f64
  gaze.yield %1 : i1
}

// -----

gaze.pattern @no_such_axis() inputs {
  gaze.input @doc : i64 "[seq_k, 2]" {
    %n = gaze.coordinate seq_k : i64
    %two = arith.constant 2 : i64
    gaze.sizes %n, %two : i64, i64
  }
} keep {
  // expected-error@+1 {{names no axis of 'doc'}}
  %0 = gaze.input_size @doc axis 2 : i64
  %1 = arith.cmpi eq, %0, %0 : i64
  gaze.yield %1 : i1
}

// -----

gaze.pattern @no_such_axis() inputs {
  gaze.input @doc : i64 "[seq_k, 2]" {
    %n = gaze.coordinate seq_k : i64
    %two = arith.constant 2 : i64
    gaze.sizes %n, %two : i64, i64
  }
} keep {
  // expected-error@+1 {{names no axis of 'doc'}}
  %0 = gaze.input_size @doc axis -1 : i64
  %1 = arith.cmpi eq, %0, %0 : i64
  gaze.yield %1 : i1
}

// -----

gaze.pattern @size_of_no_input() inputs {
  gaze.input @doc : i64 "[seq_k, 2]" {
    %n = gaze.coordinate seq_k : i64
    %two = arith.constant 2 : i64
    gaze.sizes %n, %two : i64, i64
  }
} keep {
  // expected-error@+1 {{names no input: 'docs'}}
  %0 = gaze.input_size @docs axis 0 : i64
  %1 = arith.cmpi eq, %0, %0 : i64
  gaze.yield %1 : i1
}

// -----

// Faults.

// expected-error@+1 {{region 'faults' takes no arguments and must end with gaze.fault}}
gaze.pattern @no_fault() faults {
  %0 = arith.constant true
  gaze.yield %0 : i1
}

// -----

gaze.pattern @score_in_faults() faults {
  // expected-error@+1 {{cannot be read in 'faults'}}
  %score = gaze.score : f32
  %0 = gaze.float_to_int %score : f32 to i64
  gaze.fault %0, %0 : i64, i64
}

// -----

gaze.kernel @inside_of_nothing() keep {
  %0 = arith.constant true
  gaze.yield %0 : i1
} bounds {
^bb0(%0: i64, %1: i64, %2: i64, %3: i64, %4: i64, %5: i64, %6: i64, %7: i64):
  %8 = arith.constant true
  // expected-error@+1 {{says whether indices are inside where there are 'faults'}}
  gaze.verdict %8, %8, %8 : i1, i1, i1
}

// -----

gaze.kernel @inside_is_not_said() keep {
  %0 = arith.constant true
  gaze.yield %0 : i1
} bounds {
^bb0(%0: i64, %1: i64, %2: i64, %3: i64, %4: i64, %5: i64, %6: i64, %7: i64):
  %8 = arith.constant true
  // expected-error@+1 {{says whether indices are inside where there are 'faults'}}
  gaze.verdict %8, %8 : i1, i1
} faults {
  %0 = arith.constant 0 : i64
  gaze.fault %0, %0 : i64, i64
}

// -----

gaze.pattern @selected_for_another_pair() keep {
  %n = arith.constant 4 : i64
  %0 = gaze.where q = %n given (%m = %n : i64) -> i1 {
    // expected-error@+1 {{cannot be read with another 'q'}}
    %1 = gaze.top_blocks %m, %m, %m by mean : i1
    gaze.yield %1 : i1
  }
  gaze.yield %0 : i1
}

// -----

gaze.pattern @selected_for_a_scale() scale {
  %n = arith.constant 4 : i64
  // expected-error@+1 {{can stand in 'keep' alone}}
  %0 = gaze.top_blocks %n, %n, %n by mean : i1
  %1 = arith.uitofp %0 : i1 to f64
  gaze.yield %1 : f64
}
