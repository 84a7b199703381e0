#include "sinks.h"

const gaze_kernel &attentionKernel() { return sinks; }
