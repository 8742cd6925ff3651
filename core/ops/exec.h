/* exec.h - what every operation runs on: a table of kernels and a pool
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "kernels.h"
#include "pool.h"

typedef struct
{
  const ArraKernels *kernels;
  ArraPool *pool; /* nullable: the caller alone */
} ArraExec;
