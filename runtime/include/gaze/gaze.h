/*===- gaze.h - Running compiled sparse-attention kernels: the C interface ----===
 *
 * A kernel (NAME.h and NAME.o, made by `gaze compile`) is a constant table,
 * gaze_kernel. Make a plan for a shape and parameter values once, run it as often
 * as you like:
 *
 *   gaze_value values[2] = {{.integer = 512}, {.integer = 64}};
 *   gaze_shape shape = {.batch = 1, .heads = 8, .kv_heads = 8,
 *                       .seq_q = 1024, .seq_k = 1024, .q_start = 0};
 *   gaze_plan *plan = NULL;
 *   gaze_error error;
 *   if (gaze_plan_create(&longformer, &shape, values, 2, NULL, 0, NULL, &plan, &error) != GAZE_OK)
 *     ...error.message says which argument and why...
 *   gaze_tensor q = {.data = memory, .element = GAZE_ELEMENT_FLOAT32, .rank = 4,
 *                    .extents = {1, 8, 1024, 64}, .strides = {524288, 65536, 64, 1}};
 *   ...and k, v and out likewise...
 *   gaze_run(plan, &q, &k, &v, &out, NULL, NULL, &error);
 *   gaze_plan_destroy(plan);
 *
 * Threads, a thread pool, memory and a workspace of your own: gaze_options.
 *
 * Every function checks its arguments before it writes anything, and returns a status;
 * where that is not GAZE_OK, `error`, which may be NULL, says which argument is wrong
 * and why.
 *
 * Thread-safety: every function may be called from many threads at once. A plan is never
 * changed after it was made, so any number of runs may share it. A workspace serves one run
 * at a time; summaries must not be updated while another thread uses them. Results have the
 * same bits for every number of threads and every pool.
 *
 * Test: test/runtime. C++ users take gaze.hpp.
 *===------------------------------------------------------------------------===*/
#ifndef GAZE_RUNTIME_GAZE_H
#define GAZE_RUNTIME_GAZE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct halide_buffer_t;

/** Changes whenever gaze_kernel or a function changes; a kernel of another version is refused. */
#define GAZE_ABI_VERSION 6

typedef enum gaze_status {
  GAZE_OK = 0,
  GAZE_INVALID_ARGUMENT = 1,   /**< an argument is wrong; the message says which and why */
  GAZE_REQUIREMENT_FAILED = 2, /**< a `require` of the pattern does not hold */
  GAZE_OUT_OF_MEMORY = 3,
  GAZE_INTERNAL_ERROR = 4,     /**< our fault; please report the message */
  GAZE_INDEX_OUT_OF_RANGE = 5, /**< the pattern reads an input outside of its axes */
  GAZE_UNSUPPORTED_CPU = 6,    /**< the kernel was compiled for other CPUs than this one */
  GAZE_DEVICE_ERROR = 7        /**< no such GPU, or what its driver says */
} gaze_status;

/** What went wrong. Filled where a function does not return GAZE_OK. */
typedef struct gaze_error {
  gaze_status status;
  char message[512];
} gaze_error;

typedef enum gaze_type { GAZE_INT = 0, GAZE_FLOAT = 1, GAZE_BOOL = 2 } gaze_type;

/** One of the tasks that a call spreads over threads. */
typedef void (*gaze_task)(void *closure, int64_t index);

/**
 * A thread pool of the caller: calls task(closure, i) once for each i in [0, count), in any
 * threads, and returns after all have returned. Tasks never wait for each other, so one after
 * the other is a right implementation.
 */
typedef void (*gaze_parallel_for)(void *context, int64_t count, gaze_task task, void *closure);

/**
 * Memory of the caller: at least `bytes`, aligned to `alignment`, a power of two; NULL where there
 * is none. Called from all threads of a call, several at once.
 */
typedef void *(*gaze_allocate)(void *context, size_t bytes, size_t alignment);
/** Takes back what gaze_allocate gave, with the same numbers. */
typedef void (*gaze_deallocate)(void *context, void *memory, size_t bytes, size_t alignment);

/** The value of a parameter: `integer` for int and bool (0 or 1), `real` for float. */
typedef union gaze_value {
  int64_t integer;
  double real;
} gaze_value;

typedef struct gaze_parameter {
  const char *name;
  gaze_type type;
  int32_t has_default;
  gaze_value default_value;
} gaze_parameter;

/**
 * The type of a tensor's elements; a bool is a byte, 0 or 1. float16 is IEEE 754's
 * binary16, bfloat16 the upper half of a float32.
 */
typedef enum gaze_element {
  GAZE_ELEMENT_INT32 = 0,
  GAZE_ELEMENT_INT64 = 1,
  GAZE_ELEMENT_FLOAT32 = 2,
  GAZE_ELEMENT_BOOL = 3,
  GAZE_ELEMENT_FLOAT16 = 4,
  GAZE_ELEMENT_BFLOAT16 = 5
} gaze_element;

/** A tensor that the pattern reads at run time, as it declares it. */
typedef struct gaze_input {
  const char *name;
  gaze_type type;
  int32_t rank;     /**< number of axes, at most GAZE_MAX_AXES */
  const char *axes; /**< "[batch, seq_k]" */
} gaze_input;

#define GAZE_MAX_AXES 6

/**
 * Such a tensor, as it is given to a plan: dense, in C order, aligned to its elements. An int takes
 * int32 or int64, a float takes float32, a bool takes bool. The plan copies what it needs.
 */
typedef struct gaze_input_tensor {
  const void *data;
  gaze_element element;
  int32_t rank;
  int64_t extents[GAZE_MAX_AXES];
} gaze_input_tensor;

/** A place where the pattern reads input `input` with an index for axis `axis`. */
typedef struct gaze_site {
  int32_t input;
  int32_t axis;
  const char *place; /**< FILE:LINE:COLUMN */
} gaze_site;

typedef struct gaze_requirement {
  const char *message; /**< as the pattern's author wrote it */
  const char *place;   /**< FILE:LINE:COLUMN */
} gaze_requirement;

/** Groups of instructions that kernels for x86-64 may use: bits of gaze_kernel.cpu. */
#define GAZE_CPU_SSE41 (UINT64_C(1) << 0)
#define GAZE_CPU_AVX (UINT64_C(1) << 1)
#define GAZE_CPU_AVX2 (UINT64_C(1) << 2) /**< with BMI, BMI2 and LZCNT */
#define GAZE_CPU_FMA (UINT64_C(1) << 3)
#define GAZE_CPU_F16C (UINT64_C(1) << 4)
#define GAZE_CPU_AVX512 (UINT64_C(1) << 5)      /**< F, CD, VL, DQ and BW */
#define GAZE_CPU_AVX512_VBMI (UINT64_C(1) << 6) /**< with IFMA */
#define GAZE_CPU_AVX512_BF16 (UINT64_C(1) << 7) /**< with VNNI, VBMI2, BITALG and VPOPCNTDQ */
#define GAZE_CPU_AMX (UINT64_C(1) << 8)
#define GAZE_CPU_UNNAMED (UINT64_C(1) << 63) /**< others, which no CPU is known to have */

/** What a `top_blocks` of the pattern scores blocks of keys by. */
typedef enum gaze_select_by {
  GAZE_SELECT_MEAN = 0,   /**< the block's mean key */
  GAZE_SELECT_MINMAX = 1, /**< the bounds of its keys, by channel */
  GAZE_SELECT_FIRST = 2   /**< its first key */
} gaze_select_by;
/** The orders in which a part of a pattern can be computed. */
typedef enum gaze_order {
  GAZE_ORDER_TILES = 0,     /**< queries and keys as they stand */
  GAZE_ORDER_CONGRUENT = 1, /**< q - k = difference modulo modulus: residue by residue */
  GAZE_ORDER_COLUMNS = 2,   /**< the keys that all queries alike may look at */
  GAZE_ORDER_SELECTED = 3   /**< block by block, the queries that top_blocks has selected it for */
} gaze_order;

/**
 * Some of the pairs of a pattern. Its functions are as those of gaze_kernel, for the pairs
 * that the order brings together alone.
 *
 *   selects   of a head and batch entry. Congruent: out int64 [2], modulus (0: there is no
 *             such order) and difference. Columns: out uint8 [seq_k], 1 where a key is
 *             looked at
 *   accumulate_listed  with keys int32 [n], a list of keys: a tile is its first place in
 *             it, divided by edge_k; -1 stands for no key. Query `row` of the tile has the
 *             position q_first + row * q_step
 */
typedef struct gaze_part {
  gaze_order order;
  int (*selects)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                 struct halide_buffer_t *floats, struct halide_buffer_t *bools, int64_t head,
                 int64_t batch, struct halide_buffer_t *selected); /**< of lists of keys alone */
  int (*classify)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                  struct halide_buffer_t *floats, struct halide_buffer_t *bools,
                  struct halide_buffer_t *zones, struct halide_buffer_t *rectangles,
                  struct halide_buffer_t *verdicts);
  int (*accumulate)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                    struct halide_buffer_t *floats, struct halide_buffer_t *bools,
                    struct halide_buffer_t *q, struct halide_buffer_t *k, struct halide_buffer_t *v,
                    struct halide_buffer_t *tiles, int32_t full, int32_t count, int64_t q_first,
                    int64_t head, int64_t batch, struct halide_buffer_t *state_in,
                    struct halide_buffer_t *state_out); /**< NULL with lists of keys */
  int (*accumulate_listed)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                           struct halide_buffer_t *floats, struct halide_buffer_t *bools,
                           struct halide_buffer_t *q, struct halide_buffer_t *k,
                           struct halide_buffer_t *v, struct halide_buffer_t *tiles, int32_t full,
                           int32_t count, int64_t q_first, int64_t head, int64_t batch,
                           struct halide_buffer_t *state_in, struct halide_buffer_t *keys,
                           int64_t q_step, struct halide_buffer_t *state_out); /**< NULL without */
} gaze_part;

/** What computes attention: the CPU, or a GPU through its driver. */
typedef enum gaze_api { GAZE_API_CPU = 0, GAZE_API_CUDA = 1, GAZE_API_OPENCL = 2 } gaze_api;

/**
 * The functions of a kernel that run on a GPU; those of gaze_kernel itself, which plan, run
 * on the CPU as ever. A block of threads takes a piece of a row of tiles: a query tile and
 * some of its key tiles. Buffers are on the device; all but q, k, v and out are dense.
 *
 *   attend    writes the states of pieces [first_piece, first_piece + n), n being the last
 *             extent of `states`. q [head_dim, seq_q, heads, batch], k and v likewise with
 *             kv_heads, elements of a row neighbours. The query in row i of Q has the
 *             position q_start + i
 *   tiles     int32: key tiles of all rows; a tile is its first key divided by tile_k
 *   pieces    int32 [8, pieces]: query tile, head, batch entry; where its tiles begin in
 *             `tiles`, how many are full and, behind those, how many are masked; 0, 0. No piece
 *             has more than most_full and most_masked of them
 *   states    float [state_floats, n]
 *   finish    merges the states of the pieces of each row, and writes out [value_dim, seq_q, heads,
 *             batch], or a part of it with other minima. `rows` int32 [2, query tiles, heads,
 *             batch]: the first piece of a row, and how many it has; both 0 for a row without
 *   log_sum_exp  likewise, lse float [seq_q, heads, batch]
 */
typedef struct gaze_gpu_code {
  gaze_api api;
  int32_t threads;      /**< of a block */
  int32_t shared_bytes; /**< memory that the threads of a block share */
  int32_t state_floats; /**< of a piece */
  int (*attend)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                struct halide_buffer_t *floats, struct halide_buffer_t *bools,
                struct halide_buffer_t *q, struct halide_buffer_t *k, struct halide_buffer_t *v,
                struct halide_buffer_t *tiles, struct halide_buffer_t *pieces, int32_t first_piece,
                int32_t most_full, int32_t most_masked, int64_t q_start,
                struct halide_buffer_t *states);
  int (*finish)(struct halide_buffer_t *states, struct halide_buffer_t *rows, int32_t first_piece,
                struct halide_buffer_t *out);
  int (*log_sum_exp)(struct halide_buffer_t *states, struct halide_buffer_t *rows,
                     int32_t first_piece, struct halide_buffer_t *lse);
} gaze_gpu_code;

/**
 * A compiled pattern: its description and its functions, generated by Halide, that
 * only the runtime calls. The buffers are dense unless said otherwise; the first
 * extent is the innermost.
 *
 *   uniforms  int64 [parameters..., seq_q, seq_k, heads, head_dim, batch, inputs...];
 *             floats as bit patterns; of an input, what runtime/Inputs.h says
 *   ints, floats, bools  int64, float32, uint8: the elements of all inputs of a type,
 *             one input behind the other, each in C order, and one element more
 *   zones     int64 [2, n]: least and greatest elements of boxes (runtime/Inputs.h)
 *   require   out uint8 [requirements]: 1 where it holds
 *   sizes     out int64 [axes of all inputs]
 *   classify  rectangles int64 [8, n]: lowest and highest q, k, head, batch;
 *             out verdicts uint8 [n]: bit 0, some pair may be kept; bit 1, all are;
 *             bit 2, no index is outside of its input; behind both there is memory for
 *             16 more
 *   mask      out uint8 [keys, rows]: 1 where the pair of query q_first + row and key
 *             k_first + key is kept
 *   selection_sizes  out int64 [3, selections]: count, block and share of each top_blocks
 *   classify_candidates, mask_candidates  as classify and mask, with each top_blocks taken
 *             as true
 *   block_means  of rows [head_dim, n] of Q or K, in blocks of `keys` rows that begin
 *             `block` rows apart: out float [blocks, head_dim], channels with any stride
 *   block_extremes  likewise, out float [blocks, 2 * head_dim]: greatest, then least
 *   mean_scores, extreme_scores  of queries float [groups, head_dim] and summaries float
 *             [blocks, head_dim or twice that]: out float [blocks, groups], whose extents
 *             are multiples of 32 and of 4
 *   faults    out int64 [2, keys, rows]: for these pairs, 0 or the number, from 1, of
 *             the site whose index is outside of its input, and that index
 *   accumulate adds the pairs of one query tile and `tiles` [count] to a state. A
 *             tile is its first key, divided by edge_k. The first `full` have tile_k
 *             keys each, all kept; the others have edge_k keys, masked.
 *             q [head_dim, rows] of this query tile, k [head_dim, seq_k] and
 *             v [value_dim, seq_k] of this head, of the kernel's element type, rows
 *             with any stride
 *   finish    state to out [value_dim, rows], of that type, and lse [rows]
 *   accumulate_rows, finish_rows  the same for few rows, the queries of all heads from
 *             `head` on that share K and V: q [head_dim, queries, heads], row r of a
 *             state is query r % queries of head r / queries
 *
 *   save_rows a state to float [value_dim + 8, rows]: of each query the output times its
 *             weight, the highest score, the weight
 *   merge_rows  such rows and a state over other keys to one state
 *
 * A state is float [tile_q, value_dim + 2]: by query of the tile, the output times
 * its weight; the largest score, in units of log 2; the weight. Empty: 0, -inf, 0.
 * For few rows it is float [value_dim + 2, rows].
 */
typedef struct gaze_kernel {
  uint32_t abi_version;          /**< GAZE_ABI_VERSION when it was compiled */
  uint32_t struct_size;          /**< sizeof(gaze_kernel) when it was compiled */
  const char *name;              /**< the pattern's name */
  const char *target;            /**< what it was compiled for, as Halide names it */
  uint64_t cpu;                  /**< instructions that it needs: GAZE_CPU_* */
  gaze_element element;          /**< of Q, K, V and the output: float32, float16 or bfloat16 */
  int32_t head_dim;              /**< elements of a row of Q and K */
  int32_t value_dim;             /**< elements of a row of V and of the output */
  int32_t tile_q;                /**< queries of a tile */
  int32_t tile_k;                /**< keys of a full tile */
  int32_t edge_k;                /**< keys of a partial tile; divides tile_k */
  int32_t chunk_tiles;           /**< key tiles that one call of accumulate takes at most */
  int32_t max_rows;              /**< rows that one call of accumulate_rows takes at most */
  int32_t reads_head;            /**< 1 where the mask differs by head */
  int32_t reads_batch;           /**< 1 where the mask differs by batch entry */
  int32_t faults_read_head;      /**< 1 where indices of inputs differ by head */
  int32_t faults_read_batch;     /**< 1 where they differ by batch entry */
  int32_t candidates_read_head;  /**< 1 where candidates of selections differ by head */
  int32_t candidates_read_batch; /**< 1 where they differ by batch entry */
  int64_t scratch_bytes;         /**< memory that one call of a function takes at most */
  int32_t parameter_count;
  int32_t requirement_count;
  int32_t input_count;
  int32_t site_count;
  int32_t part_count; /**< 0: computed in tiles alone */
  int32_t selection_count;
  int32_t variant_count;
  const gaze_parameter *parameters;
  const gaze_requirement *requirements; /**< NULL without any, as require is */
  const gaze_input *inputs;             /**< NULL without any, as sizes is */
  const gaze_site *sites;               /**< NULL without any, as faults is */
  const gaze_part *parts;               /**< NULL without any, as save_rows and merge_rows are;
                                             disjoint, and together the pattern */
  const gaze_select_by *selections;     /**< NULL without any, as the functions at the end are */
  /** The same kernel for better CPUs, the best first, where it was compiled for several. */
  const struct gaze_kernel *const *variants;

  int (*require)(struct halide_buffer_t *uniforms, struct halide_buffer_t *holds);
  int (*sizes)(struct halide_buffer_t *uniforms, struct halide_buffer_t *sizes);
  int (*classify)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                  struct halide_buffer_t *floats, struct halide_buffer_t *bools,
                  struct halide_buffer_t *zones, struct halide_buffer_t *rectangles,
                  struct halide_buffer_t *verdicts);
  int (*mask)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
              struct halide_buffer_t *floats, struct halide_buffer_t *bools, int64_t q_first,
              int64_t k_first, int64_t head, int64_t batch, struct halide_buffer_t *kept);
  int (*faults)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                struct halide_buffer_t *floats, struct halide_buffer_t *bools, int64_t q_first,
                int64_t k_first, int64_t head, int64_t batch, struct halide_buffer_t *faults);
  int (*accumulate)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                    struct halide_buffer_t *floats, struct halide_buffer_t *bools,
                    struct halide_buffer_t *q, struct halide_buffer_t *k, struct halide_buffer_t *v,
                    struct halide_buffer_t *tiles, int32_t full, int32_t count, int64_t q_first,
                    int64_t head, int64_t batch, struct halide_buffer_t *state_in,
                    struct halide_buffer_t *state_out);
  int (*finish)(struct halide_buffer_t *state, struct halide_buffer_t *out,
                struct halide_buffer_t *lse);
  int (*accumulate_rows)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                         struct halide_buffer_t *floats, struct halide_buffer_t *bools,
                         struct halide_buffer_t *q, struct halide_buffer_t *k,
                         struct halide_buffer_t *v, struct halide_buffer_t *tiles, int32_t full,
                         int32_t count, int64_t q_first, int64_t head, int64_t batch,
                         struct halide_buffer_t *state_in, struct halide_buffer_t *state_out);
  int (*finish_rows)(struct halide_buffer_t *state, struct halide_buffer_t *out,
                     struct halide_buffer_t *lse);
  int (*save_rows)(struct halide_buffer_t *state, struct halide_buffer_t *rows);
  int (*merge_rows)(struct halide_buffer_t *rows, struct halide_buffer_t *state_in,
                    struct halide_buffer_t *state_out);

  int (*selection_sizes)(struct halide_buffer_t *uniforms, struct halide_buffer_t *sizes);
  int (*classify_candidates)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                             struct halide_buffer_t *floats, struct halide_buffer_t *bools,
                             struct halide_buffer_t *zones, struct halide_buffer_t *rectangles,
                             struct halide_buffer_t *verdicts);
  int (*mask_candidates)(struct halide_buffer_t *uniforms, struct halide_buffer_t *ints,
                         struct halide_buffer_t *floats, struct halide_buffer_t *bools,
                         int64_t q_first, int64_t k_first, int64_t head, int64_t batch,
                         struct halide_buffer_t *kept);
  int (*block_means)(struct halide_buffer_t *rows, int32_t keys, int32_t block,
                     struct halide_buffer_t *means);
  int (*block_extremes)(struct halide_buffer_t *rows, int32_t keys, int32_t block,
                        struct halide_buffer_t *extremes);
  int (*mean_scores)(struct halide_buffer_t *queries, struct halide_buffer_t *summaries,
                     struct halide_buffer_t *scores);
  int (*extreme_scores)(struct halide_buffer_t *queries, struct halide_buffer_t *summaries,
                        struct halide_buffer_t *scores);
  const gaze_gpu_code *gpu; /**< NULL where the CPU computes; accumulate, finish and their
                                 siblings are NULL where it does not */
} gaze_kernel;

/**
 * The kernel itself or, of its variants, the best that this CPU can run: what a plan takes.
 * GAZE_UNSUPPORTED_CPU where it can run none.
 */
gaze_status gaze_kernel_here(const gaze_kernel *kernel, const gaze_kernel **here,
                             gaze_error *error);

/**
 * Sizes of one problem. Query head h reads key head h / (heads / kv_heads).
 * Row i of Q has the position q = i + q_start in the key sequence; a decode step
 * behind a cache has q_start = seq_k - seq_q.
 */
typedef struct gaze_shape {
  int64_t batch;
  int64_t heads;
  int64_t kv_heads; /**< divides heads */
  int64_t seq_q;
  int64_t seq_k;
  int64_t q_start;
} gaze_shape;

#define GAZE_MAX_RANK 4

/**
 * A tensor over the memory of the caller. Q, K, V and the output have rank 4, [batch, heads,
 * seq, dim]; a log-sum-exp has rank 3, [batch, heads, seq], and is float32.
 *
 * Strides count elements, not bytes, and may be any that are not negative: memory in the order
 * [batch, seq, heads, dim], or one buffer for Q, K and V, needs no copy. The elements of a row
 * are neighbours: the stride of `dim` is 1. A stride of 0 repeats a tensor that is only read. The
 * data are aligned to an element. What is written overlaps nothing else: from its first to
 * its last element there is no element of another tensor.
 */
typedef struct gaze_tensor {
  void *data;
  gaze_element element;
  int32_t rank;                   /**< so many extents and strides count */
  int64_t extents[GAZE_MAX_RANK]; /**< each at least 1 */
  int64_t strides[GAZE_MAX_RANK];
} gaze_tensor;

typedef struct gaze_plan gaze_plan;
typedef struct gaze_workspace gaze_workspace;
typedef struct gaze_summaries gaze_summaries;
typedef struct gaze_device gaze_device; /**< gaze/gpu.h */

/** Where the data of Q, K, V, the output and the log-sum-exp are. */
typedef enum gaze_memory {
  GAZE_MEMORY_HOST = 0,
  /** Of the plan's device: CUDA device pointers, or a cl_mem as `data`. */
  GAZE_MEMORY_DEVICE = 1
} gaze_memory;

/**
 * How a call is to do its work. Each function that takes options says which members it uses;
 * the others are ignored, so that one struct serves all calls. NULL stands for zeros, the
 * defaults:
 *
 *   gaze_options options = {.struct_size = sizeof options, .threads = 4};
 *
 * Programs that were compiled with an older header, whose struct is shorter, go on working.
 */
typedef struct gaze_options {
  uint32_t struct_size;           /**< sizeof(gaze_options); 0, and more, is refused */
  int32_t threads;                /**< tasks that the work is cut into; 0: one for each core */
  gaze_parallel_for parallel_for; /**< NULL: a thread pool of Gaze's, as large as the machine */
  void *parallel_for_context;
  gaze_allocate allocate; /**< both or neither; NULL: the C library's */
  gaze_deallocate deallocate;
  void *allocator_context;
  gaze_workspace *workspace;       /**< gaze_workspace_create */
  const gaze_summaries *summaries; /**< gaze_summaries_create */
  gaze_device *device; /**< of kernels that run on a GPU: gaze_device_open (gaze/gpu.h) */
  void *stream;        /**< CUstream or cl_command_queue; NULL: the device's own */
  gaze_memory memory;  /**< of a run's tensors; other functions that take tensors refuse those of
                            a device, which they would read on the CPU */
  int32_t reserved;    /**< 0 */
} gaze_options;

/**
 * What a plan holds; sums over all heads and batch entries. A plan that selects blocks
 * (top_blocks) has no tiles before Q and K are known: items, tiles, cost and parts are 0, and
 * those of one input are in the plan that gaze_plan_select makes.
 */
typedef struct gaze_plan_info {
  uint32_t struct_size;  /**< set it to sizeof(gaze_plan_info): no more is filled */
  int64_t items;         /**< rows of tiles: one per (part, batch, head, query tile) with any key */
  int64_t full_tiles;    /**< of tile_q x tile_k pairs, all kept */
  int64_t partial_tiles; /**< of tile_q x edge_k pairs, masked */
  double cost;           /**< pairs that these tiles compute, kept or not, of up to
                              batch * heads * seq_q * seq_k and what fills the last tiles;
                              each takes 2 * (head_dim + value_dim) operations */
  int64_t bytes;         /**< memory of the plan itself, with its copies of the inputs */
  int64_t parts;         /**< in which it is computed: those of the kernel, or 1 */
} gaze_plan_info;

/**
 * Decides which tiles exist, coarse to fine, from the pattern's tile bounds: its
 * cost goes with the tiles listed, not with seq_q * seq_k.
 *
 * `values` are the parameters in the kernel's order; with value_count = 0 every
 * parameter takes its default. `inputs` are the tensors that the pattern reads, in
 * the kernel's order: their sizes must be those that the pattern declares, and an
 * index outside of one is an error here (GAZE_INDEX_OUT_OF_RANGE), where its element
 * counts for any pair; what they hold is copied. On GAZE_OK *plan is the caller's, to be
 * freed by gaze_plan_destroy. The kernel must outlive the plan, and so must what
 * allocator_context points to.
 *
 * Options: threads, parallel_for, allocate and deallocate; device.
 */
gaze_status gaze_plan_create(const gaze_kernel *kernel, const gaze_shape *shape,
                             const gaze_value *values, int32_t value_count,
                             const gaze_input_tensor *inputs, int32_t input_count,
                             const gaze_options *options, gaze_plan **plan, gaze_error *error);

/** Frees a plan; NULL is fine. */
void gaze_plan_destroy(gaze_plan *plan);

/** Fills `info`, whose struct_size the caller has set. */
gaze_status gaze_plan_get_info(const gaze_plan *plan, gaze_plan_info *info, gaze_error *error);

/**
 * out = softmax(score(scale * Q K^T)) V over the kept pairs, and, where `lse` is
 * not NULL, the natural logarithm of the softmax's sum of exponentials. A row that keeps no
 * key is zeros and -inf.
 *
 *   q    [batch, heads, seq_q, head_dim]      k  [batch, kv_heads, seq_k, head_dim]
 *   out  [batch, heads, seq_q, value_dim]     v  [batch, kv_heads, seq_k, value_dim]
 *   lse  [batch, heads, seq_q], float32
 *
 * Whatever the element type, the softmax and all sums are float32, and the output is
 * rounded once, to nearest even: NaN stays NaN, and what float16 cannot hold becomes
 * infinity.
 *
 * Options: threads, parallel_for; the workspace, which must not serve another run meanwhile,
 * or else allocate and deallocate: a run takes one block of memory and gives it back. A plan
 * with top_blocks selects and plans anew in each run, which takes memory in many blocks
 * (allocate and deallocate as well), and no workspace; it uses `summaries`. A plan of a GPU
 * takes memory and stream (gaze/gpu.h), and no workspace.
 */
gaze_status gaze_run(const gaze_plan *plan, const gaze_tensor *q, const gaze_tensor *k,
                     const gaze_tensor *v, const gaze_tensor *out, const gaze_tensor *lse,
                     const gaze_options *options, gaze_error *error);

/**
 * All the memory that a run of the plan with options->threads takes: such a run allocates
 * nothing. It also serves other plans, and other numbers of threads, for which it is
 * large enough; gaze_run says where it is not. One run at a time: gaze_run returns an error
 * where another one is using it. Not for a plan with top_blocks, which has no tiles before
 * Q and K are known: make one of what gaze_plan_select makes.
 *
 * On GAZE_OK *workspace is the caller's; it may outlive the plan.
 *
 * Options: threads, allocate and deallocate.
 */
gaze_status gaze_workspace_create(const gaze_plan *plan, const gaze_options *options,
                                  gaze_workspace **workspace, gaze_error *error);

/** Frees a workspace that no run uses; NULL is fine. */
void gaze_workspace_destroy(gaze_workspace *workspace);

/**
 * Attention over two disjoint sets of keys, a and b, makes attention over both: chunks of
 * a long prefill, a prefix that many requests share and the rest of each, keys that are
 * spread over machines. Any number of results merge, in any order, two at a time:
 *
 *   lse = log(exp(lse_a) + exp(lse_b))
 *   out = exp(lse_a - lse) out_a + exp(lse_b - lse) out_b
 *
 * All outputs have the shape [batch, heads, seq, dim] and one element type: float32,
 * float16 or bfloat16; the log-sum-exps are float32 [batch, heads, seq]. `out` may be out_a or
 * out_b itself, the same data with the same strides, and `lse` may be lse_a or lse_b; otherwise
 * what is written overlaps nothing. lse may be NULL.
 *
 * A row whose log-sum-exp is -inf has kept no key, and the other one is copied; where both
 * are, the result is zeros and -inf. NaN in a log-sum-exp makes the row NaN. +inf has all
 * the weight; two of them make NaN.
 *
 * Options: threads, parallel_for. Allocates nothing.
 */
gaze_status gaze_merge(const gaze_tensor *out_a, const gaze_tensor *lse_a, const gaze_tensor *out_b,
                       const gaze_tensor *lse_b, const gaze_tensor *out, const gaze_tensor *lse,
                       const gaze_options *options, gaze_error *error);

/**
 * Calls visit(context, q_begin, q_end, k_begin, k_end, full) for every run of key
 * tiles of one head and batch entry, in query rows and keys [begin, end): full = 1
 * where all pairs are kept, 0 where the mask is computed, in tiles of edge_k keys.
 * In the order of queries; for each, full runs before the others. An error where the plan
 * takes keys in other orders than their own: they are no ranges.
 * Stops early when visit returns non-zero. An error where the plan selects blocks: it has
 * no tiles yet.
 */
gaze_status gaze_plan_visit(const gaze_plan *plan, int64_t head, int64_t batch,
                            int (*visit)(void *context, int64_t q_begin, int64_t q_end,
                                         int64_t k_begin, int64_t k_end, int32_t full),
                            void *context, gaze_error *error);

/**
 * What a plan with top_blocks becomes for these Q and K: *selected, the caller's, holds the
 * blocks that they select and the tiles that follow. gaze_plan_get_info and gaze_plan_visit
 * tell of them, and gaze_run takes it for any Q, K and V of the shape: the selection
 * stays. It shares the inputs of the first plan, whose allocator must outlive it. gaze_run on the
 * first plan selects anew each time, in slices of the queries where the tables would take much
 * memory; this one holds them whole. A plan without top_blocks has nothing to select: an error.
 *
 * Options: threads, parallel_for, allocate and deallocate, summaries.
 */
gaze_status gaze_plan_select(const gaze_plan *plan, const gaze_tensor *q, const gaze_tensor *k,
                             const gaze_options *options, gaze_plan **selected, gaze_error *error);

/**
 * What top_blocks needs of the blocks of a KV cache: their means, bounds or first keys. They
 * belong to the cache and grow with it, so that a decode step reads no more of K than
 * what is selected:
 *
 *   gaze_summaries_create(&kernel, batch, kv_heads, NULL, &summaries, &error);
 *   gaze_options options = {.struct_size = sizeof options, .summaries = summaries};
 *   for each step:
 *     ...append the step's keys and values, make the plan of the new shape...
 *     gaze_summaries_update(summaries, plan, &k, NULL, &error);
 *     gaze_run(plan, &q, &k, &v, &out, NULL, &options, &error);
 *
 * Bits are those of a run without them. Memory: a float for each channel of a block (two for by =
 * minmax), batch entry and kv head, and as much again in reserve. gaze_run takes summaries that
 * were updated with a plan of as many keys and the same blocks, and only where its plan has
 * top_blocks. Not to be updated while another thread uses them.
 *
 * gaze_summaries_create makes them of no keys yet. On GAZE_OK *summaries is the caller's; the
 * kernel must outlive them. Options: allocate and deallocate, for all that they will ever hold.
 */
gaze_status gaze_summaries_create(const gaze_kernel *kernel, int64_t batch, int64_t kv_heads,
                                  const gaze_options *options, gaze_summaries **summaries,
                                  gaze_error *error);

/**
 * Brings them up to the plan's seq_k keys of `k`. Rows that they hold already must be as they
 * were: of those only the block that was incomplete is read again. Where the plan's blocks
 * have other sizes, because parameters or the shape decide them, all are read again.
 * Options: threads, parallel_for.
 */
gaze_status gaze_summaries_update(gaze_summaries *summaries, const gaze_plan *plan,
                                  const gaze_tensor *k, const gaze_options *options,
                                  gaze_error *error);

/** Forgets all keys behind the first `keys`, as when a cache is cut back. Update them before
 * the next run: a block that is cut is read again. */
gaze_status gaze_summaries_truncate(gaze_summaries *summaries, int64_t keys, gaze_error *error);

/** Frees summaries; NULL is fine. */
void gaze_summaries_destroy(gaze_summaries *summaries);

/** "0.1.0", of the runtime that is linked. */
const char *gaze_version(void);

#ifdef __cplusplus
}
#endif

#endif /* GAZE_RUNTIME_GAZE_H */
