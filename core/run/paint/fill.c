/* fill.c - a hole in a picture is filled with what goes on around it
 *
 * What is kept is encoded, what is free is made, and outside of the mask the picture stays as it is. Decoded
 * pixels are never quite those they were encoded from: the difference around the hole is known, and its
 * smooth continuation is added within.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "fill_region.h"
#include "mem.h"
#include "memory_plan.h"
#include "mosaic.h"
#include "smooth.h"

struct _ArraFill
{
  ArraCheckpoint *checkpoint;
  ArraJob *job;
  guint8 *pixels, *mask; /* of the whole picture; arra_mem */
  guint width, height, patch;
  ArraFillRegion region;
  float *planes;   /* [3][height][width] of the region */
  float *known;    /* [height][width] of the region: 1 where a pixel is kept */
  guint8 *painted; /* the whole picture; arra_mem */
};

static guint
region_width (const ArraFill *fill)
{
  return fill->region.columns * fill->patch;
}

static guint
region_height (const ArraFill *fill)
{
  return fill->region.rows * fill->patch;
}

/* The place in the picture of a pixel of the region; behind the edge, that of the last one. */
static gsize
place_of (const ArraFill *fill, guint x, guint y)
{
  const guint px = MIN (fill->region.column * fill->patch + x, fill->width - 1);
  const guint py = MIN (fill->region.row * fill->patch + y, fill->height - 1);

  return (gsize) py * fill->width + px;
}

static gboolean
copy (guint8 **to, const guint8 *from, gsize n, GError **error)
{
  *to = arra_mem_new (n, 1, "a picture", error);
  if (*to == NULL)
    return FALSE;
  memcpy (*to, from, n);
  return TRUE;
}

static gboolean
allocate (ArraFill *fill, GError **error)
{
  const gsize n = (gsize) region_width (fill) * region_height (fill);

  fill->planes = arra_mem_new (3 * n, sizeof (float), "a picture", error);
  if (fill->planes == NULL)
    return FALSE;
  fill->known = arra_mem_new (n, sizeof (float), "a picture", error);
  if (fill->known == NULL)
    return FALSE;
  fill->painted = arra_mem_new ((gsize) fill->width * fill->height, 3, "a picture", error);
  return fill->painted != NULL;
}

/* The region's pixels, and a smooth passage where they are not kept: what is in the hole must not show in the
 * codes around it. */
static gboolean
prepare (ArraFill *fill, GError **error)
{
  const guint width = region_width (fill), height = region_height (fill);
  const gsize n = (gsize) width * height;

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        const gsize from = place_of (fill, x, y), at = (gsize) y * width + x;

        fill->known[at] = fill->mask[from] == 0 ? 1 : 0;
        for (guint plane = 0; plane < 3; plane++)
          fill->planes[plane * n + at] = fill->pixels[3 * from + plane];
      }
  return arra_smooth_fill (fill->planes, fill->known, 3, width, height, error);
}

/* Of each code of the region: to be made, or 0. (transfer full): g_free() */
static gint32 *
mark (const ArraFill *fill, GError **error)
{
  const ArraFillRegion *region = &fill->region;
  gint32 *known = g_try_new0 (gint32, (gsize) region->rows * region->columns);

  if (known == NULL)
    arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for %u x %u codes", region->rows, region->columns);
  for (guint row = 0; known != NULL && row < region->rows; row++)
    for (guint column = 0; column < region->columns; column++)
      if (arra_fill_region_is_free (region, fill->mask, fill->width, fill->height, fill->patch, row, column))
        known[row * region->columns + column] = ARRA_CODE_FREE;
  return known;
}

/* All that is taken besides the job, but for what is copied already */
static guint64
own_bytes (const ArraFill *fill)
{
  const guint width = region_width (fill), height = region_height (fill);

  return (guint64) width * height * ((3 + 1) * sizeof (float) + 3) + arra_smooth_bytes (3, width, height)
         + (guint64) fill->width * fill->height * 3;
}

/* Before any of it is taken */
static gboolean
check_memory (const ArraFill *fill, const ArraRequest *request, GError **error)
{
  ArraMemoryPlan plan;

  if (!arra_checkpoint_plan (fill->checkpoint, request, &plan, error))
    return FALSE;
  plan.total += own_bytes (fill);
  return arra_plan_check (&plan, request->memory_limit, error);
}

/* Codes of what is kept, into @known. */
static gboolean
encode (ArraFill *fill, guint threads, gint32 *known, GCancellable *cancellable, GError **error)
{
  const guint width = region_width (fill), height = region_height (fill);
  const gsize n = (gsize) width * height, n_codes = (gsize) fill->region.rows * fill->region.columns;
  g_automem guint8 *rgb = arra_mem_new (n, 3, "a picture", error);
  g_autofree guint32 *codes = NULL;

  if (rgb == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    for (guint plane = 0; plane < 3; plane++)
      rgb[3 * i + plane] = (guint8) (fill->planes[plane * n + i] + 0.5f);
  codes = arra_checkpoint_encode (fill->checkpoint, rgb, width, height, threads, cancellable, error);
  for (gsize i = 0; codes != NULL && i < n_codes; i++)
    if (known[i] != ARRA_CODE_FREE)
      known[i] = (gint32) codes[i];
  return codes != NULL;
}

static gboolean
look (ArraFill *fill, GError **error)
{
  const ArraCheckpoint *checkpoint = fill->checkpoint;
  const guint patch = fill->patch = arra_checkpoint_patch (checkpoint);

  if (checkpoint->defaults.width == 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "%s does not say which size its pictures have, so it cannot fill holes", checkpoint->path);
  if (!arra_fill_region (fill->mask, fill->width, fill->height, patch, checkpoint->defaults.height / patch,
                         checkpoint->defaults.width / patch, &fill->region))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "There is nothing to fill: the mask is black everywhere");
  return TRUE;
}

static gboolean
begin (ArraFill *fill, const ArraRequest *given, GCancellable *cancellable, GError **error)
{
  ArraRequest request = *given;
  g_autofree gint32 *known = NULL;

  if (!look (fill, error) || (known = mark (fill, error)) == NULL)
    return FALSE;
  request.width = region_width (fill);
  request.height = region_height (fill);
  request.seamless = 0;
  request.known = known;
  request.known_rows = fill->region.rows;
  request.known_columns = fill->region.columns;
  if (!check_memory (fill, &request, error) || !allocate (fill, error) || !prepare (fill, error)
      || !encode (fill, request.threads, known, cancellable, error))
    return FALSE;
  fill->job = arra_job_new (fill->checkpoint, &request, error);
  return fill->job != NULL;
}

ArraFill *
arra_fill_new_sized (ArraCheckpoint *checkpoint,
                     const guint8 *pixels,
                     const guint8 *mask,
                     guint width,
                     guint height,
                     const ArraRequest *request,
                     gsize request_size,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (ArraFill) fill = g_new0 (ArraFill, 1);
  const gsize n = (gsize) width * height;
  ArraRequest taken;

  g_return_val_if_fail (
      checkpoint != NULL && pixels != NULL && mask != NULL && width > 0 && height > 0 && request != NULL, NULL);
  fill->checkpoint = arra_checkpoint_ref (checkpoint);
  fill->width = width;
  fill->height = height;
  arra_request_init (&taken, checkpoint);
  memcpy (&taken, request, MIN (request_size, sizeof taken));
  if (copy (&fill->pixels, pixels, 3 * n, error) && copy (&fill->mask, mask, n, error)
      && begin (fill, &taken, cancellable, error))
    return g_steal_pointer (&fill);
  return NULL;
}

void
arra_fill_free (ArraFill *fill)
{
  if (fill == NULL)
    return;
  arra_job_free (fill->job);
  arra_mem_free (fill->pixels);
  arra_mem_free (fill->mask);
  arra_mem_free (fill->planes);
  arra_mem_free (fill->known);
  arra_mem_free (fill->painted);
  arra_checkpoint_unref (fill->checkpoint);
  g_free (fill);
}

ArraJob *
arra_fill_job (ArraFill *fill)
{
  g_return_val_if_fail (fill != NULL, NULL);
  return fill->job;
}

/* What the picture has more than the decoded one, where it is kept, and what follows from that where it is
 * not. */
static gboolean
correct (ArraFill *fill, const ArraPicture *made, GError **error)
{
  const guint width = region_width (fill), height = region_height (fill);
  const gsize n = (gsize) width * height;

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        const gsize at = (gsize) y * width + x, from = place_of (fill, x, y);

        for (guint plane = 0; plane < 3; plane++)
          fill->planes[plane * n + at] = (float) fill->pixels[3 * from + plane] - made->pixels[3 * at + plane];
      }
  return arra_smooth_fill (fill->planes, fill->known, 3, width, height, error);
}

/* A pixel of the hole, as much as the mask says. */
static void
blend (ArraFill *fill, const ArraPicture *made, guint x, guint y)
{
  const gsize at = (gsize) y * made->width + x, to = place_of (fill, x, y), n = (gsize) made->width * made->height;
  const float share = fill->mask[to] / 255.0f;

  for (guint plane = 0; plane < 3; plane++)
    {
      const float value = CLAMP (made->pixels[3 * at + plane] + fill->planes[plane * n + at], 0, 255);

      fill->painted[3 * to + plane] = (guint8) (fill->pixels[3 * to + plane] * (1 - share) + value * share + 0.5f);
    }
}

static void
paint (ArraFill *fill, const ArraPicture *made)
{
  const guint top = fill->region.row * fill->patch, left = fill->region.column * fill->patch;

  memcpy (fill->painted, fill->pixels, (gsize) 3 * fill->width * fill->height);
  for (guint y = 0; y < MIN (made->height, fill->height - top); y++)
    for (guint x = 0; x < MIN (made->width, fill->width - left); x++)
      if (fill->mask[place_of (fill, x, y)] != 0)
        blend (fill, made, x, y);
}

gboolean
arra_fill_paint (ArraFill *fill, guint answer, ArraPicture *picture, GCancellable *cancellable, GError **error)
{
  const ArraPicture *made;

  g_return_val_if_fail (fill != NULL && picture != NULL, FALSE);
  made = arra_job_decode (fill->job, answer, 0, cancellable, error);
  if (made == NULL)
    return FALSE;
  if (made->rows_finished < made->rows_total)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "The hole is not filled yet");
  if (!correct (fill, made, error))
    return FALSE;
  paint (fill, made);
  *picture = (ArraPicture) { .width = fill->width,
                             .height = fill->height,
                             .rows_finished = made->rows_finished,
                             .rows_total = made->rows_total,
                             .pixels = fill->painted };
  return TRUE;
}
