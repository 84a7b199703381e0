/* Links all of the runtime, which is C++, into a program in C. */
#include "window.h"

#include <stdio.h>

int main(void) {
  const int linked = gaze_plan_create != NULL && gaze_run != NULL;
  printf("gaze %s, %d, %s\n", gaze_version(), linked, window.name);
  return 0;
}
