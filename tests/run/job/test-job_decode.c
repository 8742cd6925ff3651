/* test-job_decode.c - tokens become pixels: finished rows alone, kept pictures, previews and progress
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "job.h"
#include "mem.h"
#include "models.h"

static char *tiny;
static ArraCheckpoint *checkpoint;
static guint grid;

/* What the decoder itself makes of @rows rows of the answer. */
static guint8 *
expected_pixels (const ArraJob *job, guint index, guint rows)
{
  const ArraAnswer *answer = &job->answers[index];
  const guint patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  g_autoptr (ArraVqganRun) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *codes = NULL;
  g_autofree float *planes = NULL;
  ArraPictureSpan span;
  guint8 *pixels;

  g_assert_true (arra_answer_find_picture (answer, checkpoint->layout, 0, &span));
  codes = g_new (guint32, (gsize) span.rows * span.columns);
  arra_answer_codes (answer, checkpoint->layout, &span, codes);
  planes = g_new (float, (gsize) 3 * rows * patch * span.columns * patch);
  run = arra_vqgan_run_new (checkpoint->vqgan, &job->exec, rows, span.columns, FALSE, &error);
  g_assert_no_error (error);
  arra_vqgan_decode (run, codes, rows, span.columns, planes, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  pixels = g_malloc ((gsize) 3 * rows * patch * span.columns * patch);
  arra_vqgan_to_u8 (&checkpoint->vqgan_config, planes, rows * patch, span.columns * patch, pixels);
  return pixels;
}

static void
assert_rows (ArraJob *job, guint index, const ArraPicture *picture, guint rows, guint columns)
{
  g_autofree guint8 *expected = expected_pixels (job, index, rows);
  const guint patch = grid / 2;

  g_assert_cmpuint (picture->rows_finished, ==, rows);
  g_assert_cmpuint (picture->width, ==, columns * patch);
  g_assert_cmpuint (picture->height, ==, rows * patch);
  g_assert_cmpmem (picture->pixels, (gsize) picture->width * picture->height * 3, expected,
                   (gsize) rows * patch * columns * patch * 3);
}

static void
test_whole_and_partial (void)
{
  const ArraRequest request = models_request (checkpoint, 3 * grid, 2 * grid);
  g_autoptr (ArraJob) job = models_run (checkpoint, &request);
  g_autoptr (GError) error = NULL;
  const ArraPicture *picture = arra_job_decode (job, 0, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (picture->rows_total, ==, 4);
  assert_rows (job, 0, picture, 4, 6);
  g_assert_true (picture == arra_job_decode (job, 0, 0, NULL, NULL)); /* kept */
  g_assert_null (arra_job_decode (job, 0, 1, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (arra_job_decode (job, 1, 0, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  for (guint n = 3; n < 3 + 4 * 7; n++)
    {
      g_ptr_array_set_size (job->kept, 0);
      job->answers[0].n_tokens = n;
      picture = arra_job_decode (job, 0, 0, NULL, &error);
      if (n < 9)
        {
          g_assert_null (picture);
          g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
          g_clear_error (&error);
          continue;
        }
      g_assert_no_error (error);
      assert_rows (job, 0, picture, (n - 2) / 7, 6);
    }
}

static void
test_several_are_kept (void)
{
  ArraRequest request = models_request (checkpoint, grid, grid);
  g_autoptr (ArraJob) job = NULL;
  const ArraPicture *pictures[3];

  request.count = 3;
  job = models_run (checkpoint, &request);
  for (guint i = 0; i < 3; i++)
    pictures[i] = arra_job_decode (job, i, 0, NULL, NULL);
  for (guint i = 0; i < 3; i++)
    g_assert_true (pictures[i] != NULL && pictures[i] == arra_job_decode (job, i, 0, NULL, NULL));
  g_assert_cmpint (memcmp (pictures[0]->pixels, pictures[1]->pixels, (gsize) grid * grid * 3), !=, 0);
}

static void
test_cancelled (void)
{
  const ArraRequest request = models_request (checkpoint, grid, grid);
  g_autoptr (ArraJob) job = models_run (checkpoint, &request);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (arra_job_decode (job, 0, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_nonnull (arra_job_decode (job, 0, 0, NULL, NULL));
}

static void
test_no_vqgan (void)
{
  Fixture fixture;
  char *directory;
  g_autoptr (ArraCheckpoint) bare = NULL;
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (GError) error = NULL;
  ArraRequest request;
  gsize n;

  fixture_init (&fixture);
  fixture.vqgan = FALSE;
  directory = models_write (&fixture);
  bare = arra_checkpoint_open (directory, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_checkpoint_grid (bare), ==, 0);
  request = models_request (bare, 32, 64);
  job = models_run (bare, &request);
  arra_job_tokens (job, 0, &n, NULL);
  g_assert_cmpuint (n, ==, 3 + 4 * 3 + 1);
  g_assert_null (arra_job_decode (job, 0, 0, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "VQGAN"));
  models_remove (directory);
}

typedef struct
{
  ArraJob *job;
  guint n_calls, n_previews[2], n_decoding, rows, last_done, last_answer;
  gboolean prompt_first, speed_known;
  gboolean free; /* previews are made to seem so */
  double fraction;
} Seen;

static void
look (const ArraProgress *progress, gpointer data)
{
  Seen *seen = data;

  if (seen->n_calls++ == 0)
    seen->prompt_first = progress->phase == ARRA_PHASE_PROMPT;
  g_assert_cmpfloat (progress->fraction, >=, seen->fraction);
  g_assert_cmpfloat (progress->fraction, <=, 1);
  seen->fraction = progress->fraction;
  if (progress->answer != seen->last_answer)
    seen->last_done = seen->rows = 0;
  seen->last_answer = progress->answer;
  g_assert_cmpuint (progress->tokens_done, >=, seen->last_done);
  seen->last_done = progress->tokens_done;
  g_assert_cmpuint (progress->tokens_total, ==, 3 + 8 * 9 + 1);
  g_assert_true (progress->tokens_per_second > 0 || progress->seconds_left < 0
                 || progress->phase == ARRA_PHASE_DECODING);
  seen->speed_known = seen->speed_known || progress->tokens_per_second > 0;
  seen->n_decoding += progress->phase == ARRA_PHASE_DECODING;
  if (progress->preview == NULL)
    return;
  if (seen->free)
    seen->job->pace.per_code = seen->job->pace.previews = 0;
  g_assert_cmpuint (progress->preview->rows_finished, >, seen->rows);
  seen->rows = progress->preview->rows_finished;
  seen->n_previews[progress->answer]++;
  assert_rows (seen->job, progress->answer, progress->preview, seen->rows, 8);
}

/* Previews show finished rows, each time more of them; with a decoder that seems free there is one for each
 * row. */
static void
test_previews (void)
{
  ArraRequest request = models_request (checkpoint, 4 * grid, 4 * grid);
  g_autoptr (ArraJob) job = NULL, plain = NULL;
  g_autoptr (GError) error = NULL;
  Seen seen = { .free = TRUE };

  request.count = 2;
  plain = models_run (checkpoint, &request);
  job = seen.job = models_job (checkpoint, &request);
  job->pace.report_every = 0;
  job->pace.per_code = 0;
  arra_job_set_progress (job, look, &seen, TRUE);
  arra_job_run (job, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (seen.prompt_first);
  g_assert_true (seen.speed_known);
  g_assert_cmpuint (seen.n_previews[0], ==, 8);
  g_assert_cmpuint (seen.n_previews[1], ==, 8);
  g_assert_cmpuint (seen.n_calls, >=, 2 * 8 * 9);
  models_assert_same_tokens (plain, job); /* looking changes nothing */
  g_assert_nonnull (arra_job_decode (job, 0, 0, NULL, NULL));
  g_assert_nonnull (arra_job_decode (job, 1, 0, NULL, NULL));
  g_assert_cmpuint (seen.n_decoding, >=, 4);
  g_assert_cmpfloat_with_epsilon (seen.fraction, 1, 1e-9);
}

static void
test_no_previews (void)
{
  ArraRequest request = models_request (checkpoint, 4 * grid, 4 * grid);
  g_autoptr (ArraJob) dear = NULL, unasked = NULL;
  Seen seen;

  request.count = 2;
  dear = models_job (checkpoint, &request);
  seen = (Seen) { .job = dear };
  dear->pace.per_code = 1000; /* a decoder this slow never fits in a tenth of the time */
  arra_job_set_progress (dear, look, &seen, TRUE);
  g_assert_true (arra_job_run (dear, NULL, NULL));
  g_assert_cmpuint (seen.n_previews[0] + seen.n_previews[1], ==, 0);
  unasked = models_job (checkpoint, &request);
  seen = (Seen) { .job = unasked };
  unasked->pace.per_code = 0;
  arra_job_set_progress (unasked, look, &seen, FALSE);
  g_assert_true (arra_job_run (unasked, NULL, NULL));
  g_assert_cmpuint (seen.n_previews[0] + seen.n_previews[1], ==, 0);
  g_assert_cmpuint (seen.n_calls, >=, 4); /* the phases of two answers */
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  grid = arra_checkpoint_grid (checkpoint);
  g_test_add_func ("/job-decode/whole-and-partial", test_whole_and_partial);
  g_test_add_func ("/job-decode/several-are-kept", test_several_are_kept);
  g_test_add_func ("/job-decode/cancelled", test_cancelled);
  g_test_add_func ("/job-decode/no-vqgan", test_no_vqgan);
  g_test_add_func ("/job-decode/previews", test_previews);
  g_test_add_func ("/job-decode/no-previews", test_no_previews);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
