/* encode_bench.h - what one thread works with that turns pictures of one size into codes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture.h"
#include "vqgan.h"

typedef struct
{
  ArraRaster raster; /* the picture: @size pixels a side, RGB */
  float *pixels;     /* the same as the VQGAN takes them */
  guint32 *codes;    /* what it became: [side][side] */
  ArraVqganRun *run;
} ArraEncodeBench;

/* Whether pictures of @size pixels a side can be encoded. */
gboolean arra_encode_check_size (const ArraVqgan *vqgan, guint size, GError **error);

/* Makes what @bench lacks: nothing when it was made before. @bench: zeros at first. @vqgan has an encoder, @size is
 * checked. */
gboolean arra_encode_bench_init (ArraEncodeBench *bench,
                                 const ArraVqgan *vqgan,
                                 const ArraKernels *kernels,
                                 guint size,
                                 GError **error);
void arra_encode_bench_clear (ArraEncodeBench *bench);

/* The codes of what lies in @bench's raster. */
gboolean arra_encode_bench_run (ArraEncodeBench *bench, GCancellable *cancellable, GError **error);
