/* A program in C11: a plan, runs with a workspace, an error, and two chunks of keys merged. */
#include "causal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADS = 2, SEQ = 70, HALF = 33, DIM = 16 };

static gaze_tensor tensor(float *data, int64_t seq, int64_t stride) {
  const gaze_tensor made = {.data = data,
                            .element = GAZE_ELEMENT_FLOAT32,
                            .rank = 4,
                            .extents = {1, HEADS, seq, DIM},
                            .strides = {HEADS * stride * DIM, stride * DIM, DIM, 1}};
  return made;
}

static gaze_tensor logSumExp(float *data) {
  const gaze_tensor made = {.data = data,
                            .element = GAZE_ELEMENT_FLOAT32,
                            .rank = 3,
                            .extents = {1, HEADS, SEQ},
                            .strides = {HEADS * SEQ, SEQ, 1}};
  return made;
}

static void hold(gaze_status status, const gaze_error *error) {
  if (status != GAZE_OK) {
    printf("status %d: %s\n", (int)status, error->message);
    exit(1);
  }
}

/* Keys [begin, end) of the cache. */
static gaze_plan *planOf(int64_t begin, int64_t end) {
  const gaze_shape shape = {.batch = 1,
                            .heads = HEADS,
                            .kv_heads = HEADS,
                            .seq_q = SEQ,
                            .seq_k = end - begin,
                            .q_start = -begin};
  const gaze_options options = {.struct_size = sizeof options, .threads = 2};
  gaze_plan *plan = NULL;
  gaze_error error;
  hold(gaze_plan_create(&causal, &shape, NULL, 0, NULL, 0, &options, &plan, &error), &error);
  return plan;
}

static float q[HEADS * SEQ * DIM], k[HEADS * SEQ * DIM], v[HEADS * SEQ * DIM],
    out[HEADS * SEQ * DIM], outA[HEADS * SEQ * DIM], outB[HEADS * SEQ * DIM];
static float lse[HEADS * SEQ], lseA[HEADS * SEQ], lseB[HEADS * SEQ];

/* Into `result`, with a workspace. */
static void attend(int64_t begin, int64_t end, float *result, float *sums) {
  gaze_plan *const plan = planOf(begin, end);
  gaze_options options = {.struct_size = sizeof options, .threads = 2};
  gaze_error error;
  hold(gaze_workspace_create(plan, &options, &options.workspace, &error), &error);
  const gaze_tensor inQ = tensor(q, SEQ, SEQ), inK = tensor(k + begin * DIM, end - begin, SEQ),
                    inV = tensor(v + begin * DIM, end - begin, SEQ), to = tensor(result, SEQ, SEQ),
                    sumsTo = logSumExp(sums);
  hold(gaze_run(plan, &inQ, &inK, &inV, &to, &sumsTo, &options, &error), &error);
  gaze_workspace_destroy(options.workspace);
  gaze_plan_destroy(plan);
}

int main(void) {
  for (int i = 0; i < HEADS * SEQ * DIM; ++i) {
    q[i] = (float)(i * 7 % 19 - 9) / 5;
    k[i] = (float)(i * 11 % 23 - 11) / 7;
    v[i] = (float)(i * 13 % 29 - 14) / 9;
  }
  attend(0, SEQ, out, lse);
  attend(0, HALF, outA, lseA);
  attend(HALF, SEQ, outB, lseB);
  gaze_tensor a = tensor(outA, SEQ, SEQ), b = tensor(outB, SEQ, SEQ), sumsA = logSumExp(lseA),
              sumsB = logSumExp(lseB);
  gaze_error error;
  hold(gaze_merge(&a, &sumsA, &b, &sumsB, &a, &sumsA, NULL, &error), &error);
  float largest = 0;
  for (int i = 0; i < HEADS * SEQ * DIM; ++i)
    largest = fmaxf(largest, fabsf(out[i] - outA[i]));
  for (int i = 0; i < HEADS * SEQ; ++i)
    largest = fmaxf(largest, fabsf(lse[i] - lseA[i]));
  printf("merged: %s\n", largest < 2e-6f ? "equal" : "different");
  /* The first query sees the first key alone. */
  printf("first row: %s\n", memcmp(out, v, DIM * sizeof *v) == 0 ? "the first value" : "another");

  gaze_plan *const plan = planOf(0, SEQ);
  b.extents[2] = 5;
  const gaze_status status = gaze_run(plan, &a, &b, &a, &a, NULL, NULL, &error);
  printf("%d %d %s\n", (int)status, (int)error.status, error.message);
  gaze_plan_info info = {.struct_size = sizeof info};
  hold(gaze_plan_get_info(plan, &info, &error), &error);
  printf("cost %s\n", info.cost >= HEADS * SEQ * (SEQ + 1) / 2 ? "known" : "missing");
  gaze_plan_destroy(plan);
  return 0;
}
