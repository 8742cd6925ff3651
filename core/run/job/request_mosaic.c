/* request_mosaic.c - requests that are more than one picture of a size of the model's own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "request_mosaic.h"

#include "checkpoint.h"
#include "fail.h"

#define USUAL_TRIES 4
#define ABOVE_KNOWN 4 /* times as many, of a run that touches what is below it */

static guint
codes_for (guint pixels, guint patch)
{
  return (pixels + patch - 1) / patch;
}

gboolean
arra_request_is_mosaic (const ArraRequest *request, const ArraCheckpoint *checkpoint)
{
  return request->width > 0
         && (request->seamless != 0 || request->known != NULL
             || !arra_checkpoint_check_size (checkpoint, request->width, request->height, NULL));
}

guint
arra_request_tries (const ArraRequest *request)
{
  return request->tries > 0 ? request->tries : USUAL_TRIES;
}

guint
arra_request_most_tries (const ArraRequest *request)
{
  const guint n = arra_request_tries (request);

  return n > 1 ? MIN (n * ABOVE_KNOWN, ARRA_MAX_TRIES) : 1;
}

/* A tile has no pixel to crop, and no smaller side than the model's pictures have. */
static gboolean
check_tile (guint pixels, guint smallest, guint patch, GError **error)
{
  const guint near = MAX ((pixels + patch / 2) / patch * patch, smallest);

  if (pixels % patch == 0 && pixels >= smallest)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_ARGUMENT,
                    "A side of %u pixels cannot be without a seam: it must be a multiple of %u and at least "
                    "%u; %u can be made",
                    pixels, patch, smallest, near);
}

static gboolean
check_known (const ArraRequest *request, const ArraCheckpoint *checkpoint, GError **error)
{
  const guint patch = arra_checkpoint_patch (checkpoint);
  const gsize n = (gsize) request->known_rows * request->known_columns;

  if (request->known_rows != codes_for (request->height, patch)
      || request->known_columns != codes_for (request->width, patch))
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "A picture of %u x %u pixels has %u x %u codes, but %u x %u are given", request->width,
                      request->height, codes_for (request->width, patch), codes_for (request->height, patch),
                      request->known_columns, request->known_rows);
  for (gsize i = 0; i < n; i++)
    if (request->known[i] < ARRA_CODE_FREE || request->known[i] >= (gint64) checkpoint->layout->n_codes)
      return arra_fail (error, ARRA_ERROR_ARGUMENT, "Code %d is none of the model's %u", request->known[i],
                        checkpoint->layout->n_codes);
  return TRUE;
}

gboolean
arra_request_check_mosaic (const ArraRequest *request, const ArraCheckpoint *checkpoint, GError **error)
{
  const guint patch = arra_checkpoint_patch (checkpoint);

  if (checkpoint->decoder.writes_only || checkpoint->defaults.width == 0)
    return arra_checkpoint_check_size (checkpoint, request->width, request->height, error)
           && arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                         "%s does not say which size its pictures have, so it can make neither tiles nor parts of "
                         "pictures",
                         checkpoint->path);
  if (MAX (request->width, request->height) > ARRA_MAX_SIDE)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "A picture of %u x %u pixels cannot be made: no side can be longer than %d", request->width,
                      request->height, ARRA_MAX_SIDE);
  if ((request->seamless & ARRA_SEAMLESS_X) != 0
      && !check_tile (request->width, checkpoint->defaults.width, patch, error))
    return FALSE;
  if ((request->seamless & ARRA_SEAMLESS_Y) != 0
      && !check_tile (request->height, checkpoint->defaults.height, patch, error))
    return FALSE;
  return request->known == NULL || check_known (request, checkpoint, error);
}

ArraMosaicShape
arra_request_mosaic (const ArraRequest *request, const ArraCheckpoint *checkpoint)
{
  const guint patch = arra_checkpoint_patch (checkpoint);
  ArraMosaicShape shape = { .window_rows = checkpoint->defaults.height / patch,
                            .window_columns = checkpoint->defaults.width / patch,
                            .wrap_rows = (request->seamless & ARRA_SEAMLESS_Y) != 0,
                            .wrap_columns = (request->seamless & ARRA_SEAMLESS_X) != 0,
                            .known = request->known };

  shape.known_rows = request->known_rows;
  shape.known_columns = request->known_columns;
  shape.rows = MAX (codes_for (request->height, patch), shape.window_rows);
  shape.columns = MAX (codes_for (request->width, patch), shape.window_columns);
  return shape;
}
