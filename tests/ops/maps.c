/* maps.c - feature maps of random numbers for the tests of picture operations
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "maps.h"

#include <math.h>

#include "mem.h"

float *
random_floats (GRand *random, gsize n)
{
  float *x = arra_mem_new (n, sizeof *x, "a test", NULL);

  for (gsize i = 0; i < n; i++)
    x[i] = (float) g_rand_double_range (random, -1.0, 1.0);
  return x;
}

ArraFeatureMap
random_map (GRand *random, gsize channels, gsize height, gsize width)
{
  return (ArraFeatureMap) { random_floats (random, channels * height * width), channels, height, width };
}

double
relative_error (double got, double expected)
{
  return fabs (got - expected) / MAX (1.0, fabs (expected));
}

void
with_every_exec (void (*check) (const ArraExec *exec))
{
  for (int cpu = 0; cpu < ARRA_N_CPU; cpu++)
    for (guint threads = 1; threads <= 3; threads += 2)
      {
        g_autoptr (ArraPool) pool = arra_pool_new (threads, NULL);
        ArraExec exec = { .pool = pool };

        if (!arra_cpu_supports ((ArraCpu) cpu, NULL))
          continue;
        exec.kernels = arra_kernels_get ((ArraCpu) cpu);
        check (&exec);
      }
}
