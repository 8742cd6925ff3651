/* feature_map.h - what the picture operations work on, and with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"

/* Activations of a picture: [height][width][channels], dense. */
typedef struct
{
  float *data;
  gsize channels, height, width;
} ArraFeatureMap;

/* What a picture operation runs with. Work is cut into tiles whose borders depend on shapes only, so results are the
 * same for any number of threads; a cancelled @cancellable is noticed between tiles. */
typedef struct
{
  const ArraExec *exec;
  GCancellable *cancellable; /* (nullable) */
  float *scratch;            /* one part for each thread of the pool */
  /* floats in a part: at least what the operation's _scratch() says */
  gsize scratch_stride;
  /* (nullable): room for as many floats as arra_conv2d_transformed() says; convolutions that it says some for are
   * computed by Winograd's products */
  float *transformed;
  /* (nullable): share of the operation that is done, from the calling thread */
  void (*advanced) (double fraction, gpointer user);
  gpointer user;
} ArraMapWork;
