/* job_decode.c - finished rows of tokens become pixels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"
#include "fail.h"
#include "job.h"
#include "job_mosaic.h"
#include "mem.h"

typedef struct
{
  ArraJob *job;
  guint answer;
} Decoding;

gboolean
arra_job_decode_span (ArraJob *job,
                      const ArraAnswer *answer,
                      const ArraPictureSpan *span,
                      guint8 *pixels,
                      ArraPicture *picture,
                      gboolean preview,
                      ArraVqganProgress progress,
                      gpointer data,
                      GCancellable *cancellable,
                      GError **error)
{
  const guint patch = arra_vqgan_patch (&job->checkpoint->vqgan_config);
  const guint width = span->columns * patch, height = span->rows_finished * patch;
  const double begin = arra_job_clock ();

  arra_answer_codes (answer, job->checkpoint->layout, span, job->codes);
  if (!arra_vqgan_decode (job->decoder, job->codes, span->rows_finished, span->columns, job->planes, progress, data,
                          cancellable, error))
    return FALSE;
  arra_vqgan_to_u8 (&job->checkpoint->vqgan_config, job->planes, height, width, pixels);
  arra_pace_decoded (&job->pace, span->rows_finished * span->columns, arra_job_clock () - begin, preview);
  *picture = (ArraPicture) {
    .width = width, .height = height, .rows_finished = span->rows_finished, .rows_total = span->rows, .pixels = pixels
  };
  return TRUE;
}

static void
report_decoding (double fraction, gpointer data)
{
  const Decoding *decoding = data;

  arra_job_report (decoding->job, ARRA_PHASE_DECODING, decoding->answer, NULL, fraction, FALSE);
}

static gboolean
check_rows (guint rows_finished, GError **error)
{
  return rows_finished > 0 || arra_fail (error, ARRA_ERROR_NOT_FOUND, "No row of the picture is finished");
}

static gboolean
check_decoder (const ArraJob *job, GError **error)
{
  if (job->decoder != NULL)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                    "%s has no VQGAN decoder, which turns tokens into pixels: name its file", job->checkpoint->path);
}

static gboolean
find (const ArraJob *job, guint answer, guint index, ArraPictureSpan *span, GError **error)
{
  if (!arra_answer_picture (&job->answers[answer], job->checkpoint->layout, index, span))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "Answer %u has no picture %u", answer, index);
  if (!check_rows (span->rows_finished, error) || !check_decoder (job, error))
    return FALSE;
  if (span->rows_finished > job->capacities.picture_rows || span->columns > job->capacities.picture_columns)
    return arra_fail (error, ARRA_ERROR_NO_MEMORY,
                      "The model chose a picture of %u x %u codes; memory was planned for %u x %u", span->rows,
                      span->columns, job->capacities.picture_rows, job->capacities.picture_columns);
  return TRUE;
}

static const ArraPicture *
kept_picture (const ArraJob *job, guint answer, guint index)
{
  for (guint i = 0; i < job->kept->len; i++)
    {
      const ArraKeptPicture *kept = g_ptr_array_index (job->kept, i);

      if (kept->answer == answer && kept->index == index)
        return &kept->picture;
    }
  return NULL;
}

static const ArraPicture *
keep (ArraJob *job, guint answer, guint index, guint8 *pixels, const ArraPicture *picture)
{
  ArraKeptPicture *kept = g_new (ArraKeptPicture, 1);

  *kept = (ArraKeptPicture) { answer, index, pixels, *picture };
  kept->picture.pixels = pixels;
  g_ptr_array_add (job->kept, kept);
  return &kept->picture;
}

/* The whole rows of a mosaic. */
static const ArraPicture *
decode_mosaic (ArraJob *job, guint answer, GCancellable *cancellable, GError **error)
{
  Decoding decoding = { job, answer };
  const guint patch = job->tiles.patch, rows = job->decoder != NULL ? arra_job_mosaic_restore (job, answer) : 0;
  const guint height = (guint) MIN ((guint64) rows * patch, job->request.height);
  const ArraPicture picture
      = { .width = job->request.width, .height = height, .rows_finished = rows, .rows_total = job->mosaic.rows };
  g_automem guint8 *pixels = NULL;
  const ArraPicture *kept;

  if (!check_decoder (job, error) || !check_rows (rows, error))
    return NULL;
  pixels = arra_mem_new ((gsize) picture.width * height, 3, "a picture", error);
  if (pixels == NULL)
    return NULL;
  arra_job_report (job, ARRA_PHASE_DECODING, answer, NULL, 0, TRUE);
  if (!arra_job_mosaic_decode (job, answer, height, pixels, report_decoding, &decoding, cancellable, error))
    return NULL;
  kept = keep (job, answer, 0, g_steal_pointer (&pixels), &picture);
  arra_job_report (job, ARRA_PHASE_DECODING, answer, NULL, 0, TRUE);
  return kept;
}

const ArraPicture *
arra_job_decode (ArraJob *job, guint answer, guint picture, GCancellable *cancellable, GError **error)
{
  Decoding decoding = { job, answer };
  g_automem guint8 *pixels = NULL;
  const ArraPicture *kept;
  ArraPictureSpan span;
  ArraPicture made;
  gsize patch;

  g_return_val_if_fail (job != NULL, NULL);
  kept = kept_picture (job, answer, picture);
  if (kept != NULL)
    return kept;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (answer >= job->n_begun)
    {
      arra_fail (error, ARRA_ERROR_NOT_FOUND, "Answer %u has not begun", answer);
      return NULL;
    }
  if (arra_job_is_mosaic (job) && picture == 0)
    return decode_mosaic (job, answer, cancellable, error);
  if (!find (job, answer, picture, &span, error))
    return NULL;
  patch = arra_vqgan_patch (&job->checkpoint->vqgan_config);
  pixels = arra_mem_new (span.rows_finished * patch * span.columns * patch, 3, "a picture", error);
  if (pixels == NULL)
    return NULL;
  arra_job_report (job, ARRA_PHASE_DECODING, answer, NULL, 0, TRUE);
  if (!arra_job_decode_span (job, &job->answers[answer], &span, pixels, &made, FALSE, report_decoding, &decoding,
                             cancellable, error))
    return NULL;
  kept = keep (job, answer, picture, g_steal_pointer (&pixels), &made);
  arra_job_report (job, ARRA_PHASE_DECODING, answer, NULL, 0, TRUE);
  return kept;
}

guint32 *
arra_job_codes (ArraJob *job, guint answer, guint picture, guint *rows, guint *columns)
{
  ArraPictureSpan span;
  guint32 *codes;

  g_return_val_if_fail (job != NULL && answer < job->n_begun && rows != NULL && columns != NULL, NULL);
  if (arra_job_is_mosaic (job))
    {
      *rows = picture == 0 ? arra_job_mosaic_restore (job, answer) : 0;
      *columns = job->mosaic.columns;
      return *rows > 0 ? g_memdup2 (job->mosaic.codes, (gsize) *rows * *columns * sizeof *codes) : NULL;
    }
  if (!arra_answer_picture (&job->answers[answer], job->checkpoint->layout, picture, &span) || span.rows_finished == 0)
    return NULL;
  *rows = span.rows_finished;
  *columns = span.columns;
  codes = g_new (guint32, (gsize) *rows * *columns);
  arra_answer_codes (&job->answers[answer], job->checkpoint->layout, &span, codes);
  return codes;
}
