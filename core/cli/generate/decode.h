/* decode.h - the parts of `arra decode`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  char *model, *vqgan, *out, *threads, *data, *size, *limit, **rest;
  gboolean no_metadata, quiet, skip_bad;
} DecodeOptions;

/* decode_set.c: --data: a data set to codes and back. */
gboolean decode_set (const DecodeOptions *options, GError **error);
