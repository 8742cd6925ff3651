/* bad.h - kernels that are wrong on purpose, to see the checks find them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernels.h"

typedef struct
{
  const char *entry; /* the check that must object */
  const char *flaw;
  void (*spoil) (ArraKernels *table);
} BadKernel;

extern const BadKernel bad_kernels[];
extern const gsize n_bad_kernels;
