/* maps.h - feature maps of random numbers for the tests of picture operations
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "feature_map.h"

float *random_floats (GRand *random, gsize n); /* (transfer full): arra_mem_free(); -1..1 */
ArraFeatureMap random_map (GRand *random, gsize channels, gsize height, gsize width);
double relative_error (double got, double expected); /* against max (1, |expected|) */

/* Calls @check with every table of kernels that this machine has and 1 and 3 threads. */
void with_every_exec (void (*check) (const ArraExec *exec));
