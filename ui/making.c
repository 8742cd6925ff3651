/* making.c - from what is asked for to a job, and from the job to pictures
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "making.h"

#include <arra-prompt.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* What is seen in the model's codes: behind its right and bottom edge its last pixels go on, to whole codes and to the
 * size that the model sees at once. */
typedef struct
{
  guint rows, columns, patch;
  guint32 *codes; /* g_free() */
} Codes;

static guint
codes_for (guint pixels, guint own, guint patch)
{
  return (MAX (pixels, own) + patch - 1) / patch;
}

/* (transfer full) (nullable): g_free(): [@height][@width][3] */
static guint8 *
widen (const ArraSeen *seen, guint width, guint height)
{
  guint8 *wide = g_try_malloc_n ((gsize) width * height, 3);

  for (guint y = 0; wide != NULL && y < height; y++)
    {
      const guint8 *from = seen->pixels + (gsize) 3 * MIN (y, seen->height - 1) * seen->width;
      guint8 *to = wide + (gsize) 3 * y * width;

      memcpy (to, from, (gsize) 3 * seen->width);
      for (guint x = seen->width; x < width; x++)
        memcpy (to + (gsize) 3 * x, from + (gsize) 3 * (seen->width - 1), 3);
    }
  return wide;
}

static gboolean
encode (ArraCheckpoint *checkpoint,
        const ArraSeen *seen,
        guint threads,
        Codes *codes,
        GCancellable *cancellable,
        GError **error)
{
  const guint patch = arra_checkpoint_patch (checkpoint);
  g_autofree guint8 *wide = NULL;
  ArraRequest own;

  arra_request_init (&own, checkpoint);
  *codes = (Codes) { .rows = codes_for (seen->height, own.height, patch),
                     .columns = codes_for (seen->width, own.width, patch),
                     .patch = patch };
  wide = widen (seen, codes->columns * patch, codes->rows * patch);
  if (wide == NULL)
    {
      g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY,
                           _ ("There is not enough memory to look at the image."));
      return FALSE;
    }
  codes->codes = arra_checkpoint_encode (checkpoint, wide, codes->columns * patch, codes->rows * patch, threads,
                                         cancellable, error);
  return codes->codes != NULL;
}

void
arra_making_keep_above (const guint32 *codes,
                        guint code_rows,
                        guint code_columns,
                        guint row,
                        gint32 *known,
                        guint rows,
                        guint columns)
{
  for (guint y = 0; y < rows; y++)
    for (guint x = 0; x < columns; x++)
      known[(gsize) y * columns + x]
          = y + 1 < row && y < code_rows && x < code_columns ? (gint32) codes[(gsize) y * code_columns + x] : -1;
}

static gboolean
free_rows (const Codes *codes, guint from_row, gint32 *known, GError **error)
{
  if (from_row > codes->rows)
    {
      g_set_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT, _ ("The picture has %u rows of tokens: there is no row %u"),
                   codes->rows, from_row);
      return FALSE;
    }
  arra_making_keep_above (codes->codes, codes->rows, codes->columns, from_row, known, codes->rows, codes->columns);
  return TRUE;
}

static gboolean
begin_vary (ArraMaking *making,
            ArraCheckpoint *checkpoint,
            const ArraRequest *given,
            const ArraOrder *order,
            ArraProgressFunc func,
            gpointer data,
            GCancellable *cancellable,
            GError **error)
{
  const ArraSeen seen
      = { .pixels = order->scene->pixels, .width = order->scene->width, .height = order->scene->height };
  ArraRequest request = *given;
  Codes codes;
  gboolean ok;

  if (!encode (checkpoint, &seen, given->threads, &codes, cancellable, error))
    return FALSE;
  making->known = g_new (gint32, (gsize) codes.rows * codes.columns);
  ok = order->from_row > 0 ? free_rows (&codes, order->from_row, making->known, error)
                           : arra_checkpoint_vary (checkpoint, &request, codes.codes, codes.rows, codes.columns,
                                                   order->vary, making->known, func, data, cancellable, error);
  g_free (codes.codes);
  request.width = codes.columns * codes.patch;
  request.height = codes.rows * codes.patch;
  request.seamless = 0;
  request.known = making->known;
  request.known_rows = codes.rows;
  request.known_columns = codes.columns;
  if (ok)
    making->job = arra_job_new (checkpoint, &request, error);
  return making->job != NULL;
}

static gboolean
begin_fill (ArraMaking *making,
            ArraCheckpoint *checkpoint,
            const ArraRequest *request,
            const ArraScene *scene,
            GCancellable *cancellable,
            GError **error)
{
  making->fill = arra_fill_new (checkpoint, scene->pixels, scene->unknown, scene->width, scene->height, request,
                                cancellable, error);
  if (making->fill == NULL)
    return FALSE;
  making->job = arra_fill_job (making->fill);
  return TRUE;
}

static gboolean
make_job (ArraMaking *making,
          ArraCheckpoint *checkpoint,
          const ArraRequest *request,
          const ArraOrder *order,
          ArraProgressFunc func,
          gpointer data,
          GCancellable *cancellable,
          GError **error)
{
  switch (order->task)
    {
    case ARRA_TASK_FILL:
      return begin_fill (making, checkpoint, request, order->scene, cancellable, error);
    case ARRA_TASK_VARY:
      return begin_vary (making, checkpoint, request, order, func, data, cancellable, error);
    case ARRA_TASK_GENERATE:
    case ARRA_N_TASKS:
    default:
      making->job = arra_job_new (checkpoint, request, error);
      return making->job != NULL;
    }
}

guint
arra_making_guided (gint cfg_interval)
{
  return (guint) (cfg_interval + 1);
}

gboolean
arra_making_begin (ArraMaking *making,
                   ArraCheckpoint *checkpoint,
                   const ArraRequest *request,
                   const ArraOrder *order,
                   ArraProgressFunc func,
                   gpointer data,
                   GCancellable *cancellable,
                   GError **error)
{
  *making = (ArraMaking) { .scene = order->scene != NULL ? arra_scene_ref (order->scene) : NULL };
  if (!make_job (making, checkpoint, request, order, func, data, cancellable, error))
    return FALSE;
  arra_job_set_cfg_interval (making->job, (gint) order->guided - 1);
  return TRUE;
}

/* Without what lies behind the scene's edges. */
static gboolean
cut (ArraMaking *making, ArraPicture *picture, GError **error)
{
  const guint width = making->scene->width, height = MIN (making->scene->height, picture->height);

  g_free (making->cut);
  making->cut = g_try_malloc_n ((gsize) width * height, 3);
  if (making->cut == NULL)
    {
      g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY,
                           _ ("There is not enough memory to keep the picture."));
      return FALSE;
    }
  for (guint y = 0; y < height; y++)
    memcpy (making->cut + (gsize) 3 * y * width, picture->pixels + (gsize) 3 * y * picture->width, (gsize) 3 * width);
  picture->width = width;
  picture->height = height;
  picture->pixels = making->cut;
  return TRUE;
}

gboolean
arra_making_picture (ArraMaking *making,
                     guint answer,
                     guint index,
                     ArraPicture *picture,
                     GCancellable *cancellable,
                     GError **error)
{
  const ArraPicture *made;

  if (making->fill != NULL)
    return arra_fill_paint (making->fill, answer, picture, cancellable, error);
  made = arra_job_decode (making->job, answer, index, cancellable, error);
  if (made == NULL)
    return FALSE;
  *picture = *made;
  return making->scene == NULL || cut (making, picture, error);
}

void
arra_making_clear (ArraMaking *making)
{
  if (making->fill != NULL)
    arra_fill_free (making->fill);
  else if (making->job != NULL)
    arra_job_free (making->job);
  g_free (making->known);
  g_free (making->cut);
  g_clear_pointer (&making->scene, arra_scene_unref);
  *making = (ArraMaking) { 0 };
}

/* ---- how likely it is */

/* Those that are known, unless they are fewer than the model sees at once: then what goes on behind the edges counts.
 */
static gboolean
take_codes (ArraCheckpoint *checkpoint,
            const ArraSeen *seen,
            guint threads,
            Codes *codes,
            GCancellable *cancellable,
            GError **error)
{
  const guint patch = arra_checkpoint_patch (checkpoint);
  ArraRequest own;

  arra_request_init (&own, checkpoint);
  if (seen->codes == NULL || seen->code_rows < codes_for (0, own.height, patch)
      || seen->code_columns < codes_for (0, own.width, patch))
    return encode (checkpoint, seen, threads, codes, cancellable, error);
  *codes = (Codes) { .rows = seen->code_rows, .columns = seen->code_columns, .patch = patch };
  codes->codes = g_memdup2 (seen->codes, (gsize) codes->rows * codes->columns * sizeof *codes->codes);
  return TRUE;
}

/* A square for each code, without what lies behind the edges. */
static guint8 *
draw_map (const ArraCheckpoint *checkpoint,
          const double *map,
          const Codes *codes,
          gboolean of_phrase,
          const ArraSeen *seen,
          GError **error)
{
  const gsize wide = (gsize) codes->columns * codes->patch;
  guint8 *grey = g_try_malloc_n (wide, (gsize) codes->rows * codes->patch);

  if (grey == NULL)
    {
      g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY,
                           _ ("There is not enough memory to look at the image."));
      return NULL;
    }
  arra_checkpoint_map_grey (checkpoint, map, codes->rows, codes->columns, of_phrase, grey);
  for (gsize y = 1; y < seen->height; y++)
    memmove (grey + y * seen->width, grey + y * wide, seen->width);
  return grey;
}

static double
mean (const double *map, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += map[i];
  return sum / (double) n;
}

gboolean
arra_making_map (ArraCheckpoint *checkpoint,
                 const ArraRequest *request,
                 const char *phrase,
                 const ArraSeen *seen,
                 ArraLikeliness *likeliness,
                 ArraProgressFunc func,
                 gpointer data,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autofree guint32 *owned = NULL;
  g_autofree double *map = NULL;
  Codes codes;

  if (!take_codes (checkpoint, seen, request->threads, &codes, cancellable, error))
    return FALSE;
  owned = codes.codes;
  map = arra_checkpoint_map (checkpoint, request, phrase, codes.codes, codes.rows, codes.columns, func, data,
                             cancellable, error);
  if (map == NULL)
    return FALSE;
  likeliness->each = mean (map, (gsize) codes.rows * codes.columns);
  likeliness->grey = draw_map (checkpoint, map, &codes, phrase != NULL, seen, error);
  return likeliness->grey != NULL;
}
