/* job_mosaic_decode.c - mosaices become pixels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "job_mosaic.h"

#define UNMADE 128 /* grey: what is not there yet in a preview */

guint
arra_job_mosaic_restore (ArraJob *job, guint index)
{
  const ArraAnswer *answer = &job->answers[index];

  arra_mosaic_begin (&job->mosaic, &job->shape);
  arra_mosaic_replay (&job->mosaic, answer->tokens, answer->n_tokens);
  return arra_mosaic_rows_finished (&job->mosaic, answer->n_tokens);
}

static double
n_tiles (const ArraJob *job)
{
  return (double) job->tiles.down.n * job->tiles.across.n;
}

double
arra_job_mosaic_decoded (const ArraJob *job)
{
  return n_tiles (job) * job->shape.window_rows * job->shape.window_columns;
}

gboolean
arra_job_mosaic_decode (ArraJob *job,
                        guint index,
                        guint height,
                        guint8 *pixels,
                        ArraVqganProgress progress,
                        gpointer data,
                        GCancellable *cancellable,
                        GError **error)
{
  const double begin = arra_job_clock ();

  arra_job_mosaic_restore (job, index);
  if (!arra_tiles_decode (&job->tiles, job->mosaic.codes, job->request.width, height, pixels, progress, data,
                          cancellable, error))
    return FALSE;
  arra_pace_decoded (&job->pace, (guint) arra_job_mosaic_decoded (job), arra_job_clock () - begin, FALSE);
  return TRUE;
}

/* The window just decoded into the preview. */
static void
show_window (ArraJob *job, guint row, guint column)
{
  const ArraTiles *tiles = &job->tiles;
  const gsize patch = tiles->patch, width = tiles->across.window * patch, height = tiles->down.window * patch;

  for (gsize y = 0; y < height; y++)
    for (gsize x = 0; x < width; x++)
      {
        const gsize to_y = (row * patch + y) % (tiles->down.extent * patch),
                    to_x = (column * patch + x) % (tiles->across.extent * patch);
        float pixel[3];

        if (to_y >= job->request.height || to_x >= job->request.width)
          continue;
        for (gsize plane = 0; plane < 3; plane++)
          pixel[plane] = tiles->planes[(plane * height + y) * width + x];
        arra_vqgan_to_u8 (tiles->config, pixel, 1, 1, job->preview + 3 * (to_y * job->request.width + to_x));
      }
}

void
arra_job_mosaic_preview (ArraJob *job, guint index, const ArraMosaicStage *stage, GCancellable *cancellable)
{
  const guint n = job->shape.window_rows * job->shape.window_columns;
  const ArraPicture picture = { .width = job->request.width,
                                .height = job->request.height,
                                .rows_finished = arra_mosaic_rows_finished (&job->mosaic, job->answers[index].n_tokens),
                                .rows_total = job->mosaic.rows,
                                .pixels = job->preview };
  const double begin = arra_job_clock ();

  if (job->decoder == NULL || !job->previews || job->progress == NULL)
    return;
  if (stage == NULL)
    {
      memset (job->preview, UNMADE, (gsize) 3 * job->request.width * job->request.height);
      return;
    }
  if (arra_pace_may_preview (&job->pace, n, begin)
      && arra_tiles_decode_window (&job->tiles, job->mosaic.codes, stage->row, stage->column, NULL, NULL, cancellable,
                                   NULL))
    {
      arra_pace_decoded (&job->pace, n, arra_job_clock () - begin, TRUE);
      show_window (job, stage->row, stage->column);
      arra_job_report (job, ARRA_PHASE_TOKENS, index, &picture, 0, TRUE);
    }
  arra_pace_mark (&job->pace, arra_job_clock ());
}
