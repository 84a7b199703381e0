/*===- gpu.h - GPUs for kernels that were compiled for CUDA or OpenCL ----------===
 *
 * A device goes into the options of the calls that are to use it:
 *
 *   gaze_device *device = NULL;
 *   if (gaze_device_open(GAZE_API_CUDA, 0, &device, &error) != GAZE_OK)
 *     ...error.message says what was looked for, or what the driver said...
 *   gaze_options options = {.struct_size = sizeof options, .device = device};
 *   gaze_plan_create(&longformer, &shape, NULL, 0, NULL, 0, &options, &plan, &error);
 *   gaze_run(plan, &q, &k, &v, &out, NULL, NULL, &error);             tensors of the host
 *   options.memory = GAZE_MEMORY_DEVICE;
 *   options.stream = stream;
 *   gaze_run(plan, &q, &k, &v, &out, NULL, &options, &error);         of the device, asynchronous
 *
 * gaze_plan_create moves the plan and its inputs to the device, where they stay. A run over
 * tensors of the host copies them there and back and returns when that is done. A run over tensors
 * of the device is put into the stream and returns at once; the plan, the tensors and the stream
 * stay until it is done. There a log-sum-exp has the stride 1 in seq, no stride is
 * 2^31 or more, and rows of Q begin at multiples of four elements.
 * Data that is a device's without GAZE_MEMORY_DEVICE, or a host's with it, cannot be told apart and
 * is an access to memory that is not there.
 * A plan with top_blocks selects on the CPU, and so takes tensors of the host alone; the plan that
 * gaze_plan_select makes of it takes both.
 *
 * The first run of a kernel on a device waits for the driver to compile it.
 *
 * The driver's library (libcuda.so.1, libOpenCL.so.1) is loaded when the first device is opened, so
 * programs need none to be built or to start. Link gaze::gpu.
 *
 * Thread-safety: as gaze.h says; a device may be used by many threads at once.
 *
 * Test: test/runtime/gpu
 *===------------------------------------------------------------------------===*/
#ifndef GAZE_RUNTIME_GPU_H
#define GAZE_RUNTIME_GPU_H

#include "gaze/gaze.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How many devices there are; 0, and no error, where there is no driver. */
gaze_status gaze_device_count(gaze_api api, int32_t *count, gaze_error *error);

/**
 * Opens device `index`, counted from 0. For CUDA in the driver's numbering, with the primary
 * context, which the CUDA runtime and libraries over it use as well. For OpenCL over the devices of
 * all platforms in their order, with an in-order queue of its own and a context of all that are
 * opened by this index. Contexts, and kernels that were loaded into them, stay until the process
 * ends: cudaDeviceReset takes them away, and no device of that number runs afterwards.
 * GAZE_DEVICE_ERROR where there is none, with what was looked for.
 */
gaze_status gaze_device_open(gaze_api api, int32_t index, gaze_device **device, gaze_error *error);

/**
 * A device in a context of the caller's (CUcontext or cl_context), which must outlive it. `queue`
 * is the stream or in-order queue of runs that name none: a cl_command_queue of that context, or a
 * CUstream, of which NULL is the default one.
 *
 * Adopt a context once, keep the device as long as the context, and do not make contexts by the
 * dozen: kernels are unloaded when the last device of a context is closed, but where that
 * happens twice to a context, Halide 21's runtime may miss some, and take them for those of a later
 * context at the same address.
 */
gaze_status gaze_device_adopt(gaze_api api, void *context, void *queue, gaze_device **device,
                              gaze_error *error);

/** Frees a device; where plans still use it, the last of them does. NULL is fine. */
void gaze_device_close(gaze_device *device);

/** As the driver calls it; valid as long as the device. */
const char *gaze_device_name(const gaze_device *device);

/** Waits for all that was put into the stream, or for NULL into the device's own, and tells the
 * first error of the driver. */
gaze_status gaze_device_synchronize(gaze_device *device, void *stream, gaze_error *error);

#ifdef __cplusplus
}
#endif

#endif /* GAZE_RUNTIME_GPU_H */
