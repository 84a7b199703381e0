/* Runs a pattern in parts and one that selects, by their headers. With Q and K zero all weights
 * are equal and all blocks tie, so where V holds positions, an output is the mean position of
 * the keys that a query sees. */
#include "given.h"
#include "moba.h"
#include "strided.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEQ = 4096, DIM = 8 };
static float zeros[SEQ * DIM], positions[SEQ * DIM], out[SEQ * DIM];

static const gaze_shape shape = {1, 1, 1, SEQ, SEQ, 0};

static void check(gaze_status status, const gaze_error *error) {
  if (status == GAZE_OK)
    return;
  fprintf(stderr, "%s\n", error->message);
  exit(1);
}

/* Into `out`; returns in how many parts. */
static int run(const gaze_kernel *kernel, const gaze_value *values, int32_t count) {
  const gaze_tensor zero = {
      zeros, GAZE_ELEMENT_FLOAT32, 4, {1, 1, SEQ, DIM}, {SEQ * DIM, SEQ * DIM, DIM, 1}};
  gaze_tensor v = zero, result = zero;
  gaze_plan *plan = NULL;
  gaze_plan_info info;
  gaze_error error;
  info.struct_size = sizeof info;
  v.data = positions;
  result.data = out;
  check(gaze_plan_create(kernel, &shape, values, count, NULL, 0, NULL, &plan, &error), &error);
  check(gaze_plan_get_info(plan, &info, &error), &error);
  check(gaze_run(plan, &zero, &zero, &v, &result, NULL, NULL, &error), &error);
  gaze_plan_destroy(plan);
  return (int)info.parts;
}

static void expect(int query, double mean) {
  if (fabs(out[query * DIM] - mean) > 1e-5 * mean) {
    fprintf(stderr, "query %d sees keys around %f, not %f\n", query, out[query * DIM], mean);
    exit(1);
  }
}

/* By the structs of the header, and without them. */
static void planByNames(void) {
#ifdef __cplusplus
  const int doc[SEQ] = {1};
  given_parameters parameters = {/*window=*/10};
  parameters.class_ = 2;
  gaze::Plan plan;
  given_try_plan(plan, shape, parameters, {/*doc=*/{doc, {1, SEQ}}}).orThrow();
#else
  static int doc[SEQ];
  given_parameters parameters = given_defaults(/*window=*/10);
  given_inputs inputs;
  gaze_plan *plan = NULL;
  gaze_error error;
  memset(&inputs, 0, sizeof inputs);
  inputs.doc.data = doc;
  inputs.doc.element = GAZE_ELEMENT_INT32;
  inputs.doc.rank = 2;
  inputs.doc.extents[0] = 1;
  inputs.doc.extents[1] = SEQ;
  check(given_plan_create(&shape, &parameters, &inputs, NULL, &plan, &error), &error);
  gaze_plan_destroy(plan);
  if (given_plan_create(&shape, NULL, &inputs, NULL, &plan, &error) == GAZE_OK ||
      strcmp(error.message, "values is null") != 0 ||
      given_plan_create(&shape, &parameters, NULL, NULL, &plan, &error) == GAZE_OK ||
      strcmp(error.message, "inputs is null") != 0) {
    fprintf(stderr, "%s\n", error.message);
    exit(1);
  }
#endif
}

int main(void) {
  const gaze_value stride[] = {{128}}, sizes[] = {{8}, {2}}; /* block, count */
  int i;
  planByNames();
  for (i = 0; i < SEQ * DIM; ++i)
    positions[i] = (float)(i / DIM);

  if (run(&strided, stride, 1) < 2) {
    fprintf(stderr, "strided ran in one part\n");
    return 1;
  }
  expect(100, 50);
  /* 128 keys from 3968 on, and 31 from 127 to 3967 */
  expect(4095, (128 * 4031.5 + 31 * 2047.0) / 159);

  run(&moba, sizes, 2);
  expect(4, 2);                              /* 0 to 4 */
  expect(20, (8 * 3.5 + 5 * 18.0) / 13);     /* 0 to 7, the first of equal blocks; 16 to 20 */
  expect(4095, (8 * 3.5 + 8 * 4091.5) / 16); /* 0 to 7, 4088 to 4095 */
  return 0;
}
