/* test-job_score.c - how much of a picture its prompt explains: the difference of two likelihoods, for pictures of
 * the model's own size and of others, guided or not, and nothing of what is made changes by it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "checkpoint.h"
#include "job.h"
#include "models.h"
#include "request.h"

#define WINDOW 4

static char *tiny, *file;
static ArraCheckpoint *checkpoint;
static guint patch;

static ArraRequest
request_of (guint columns, guint rows)
{
  ArraRequest request = models_request (checkpoint, columns * patch, rows * patch);

  request.count = 3;
  request.scored = TRUE;
  return request;
}

static double
score_of (ArraJob *job, guint answer)
{
  g_autoptr (GError) error = NULL;
  double score;

  arra_job_score (job, answer, &score, NULL, &error);
  g_assert_no_error (error);
  return score;
}

/* The sum that arra_checkpoint_likelihood() gives for the same codes. */
static double
sum_of (ArraJob *job, guint answer, const char *prompt)
{
  ArraRequest request = models_request (checkpoint, 0, 0);
  guint rows, columns;
  g_autofree guint32 *codes = arra_job_codes (job, answer, 0, &rows, &columns);
  g_autofree double *with = g_new (double, rows *columns), *without = g_new (double, rows *columns);
  g_autoptr (GError) error = NULL;
  double sum = 0;

  request.prompt = prompt;
  arra_checkpoint_likelihood (checkpoint, &request, codes, rows, columns, with, without, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < rows * columns; i++)
    sum += with[i] - without[i];
  return sum;
}

static void
check_scores (guint columns, guint rows, double guidance_scale)
{
  ArraRequest request = request_of (columns, rows), plain;
  g_autoptr (ArraJob) job = NULL, unscored = NULL;
  double first;

  request.guidance_scale = guidance_scale;
  plain = request;
  plain.scored = FALSE;
  job = models_run (checkpoint, &request);
  unscored = models_run (checkpoint, &plain);
  models_assert_same_tokens (unscored, job);
  first = score_of (job, 0);
  for (guint i = 0; i < request.count; i++)
    g_assert_cmpfloat_with_epsilon (score_of (job, i), sum_of (job, i, request.prompt), 1e-9);
  g_assert_cmpfloat (score_of (job, 0), ==, first);
  g_assert_true (fabs (first - score_of (job, 1)) > 1e-6);
  models_assert_same_tokens (unscored, job);
}

static void
test_own_size (void)
{
  check_scores (WINDOW, WINDOW, 3);
}

/* Then there is no branch without the prompt but for this. */
static void
test_unguided (void)
{
  check_scores (WINDOW, WINDOW, 1);
  check_scores (7, 5, 1);
}

static void
test_any_size (void)
{
  check_scores (7, 5, 3);
}

static gboolean
score_each (ArraJob *job, guint answer, gpointer data, GError **error)
{
  double *scores = data;

  return arra_job_score (job, answer, &scores[answer], NULL, error);
}

/* While the job runs, and in one that goes on from saved tokens: the same scores, the same tokens. */
static void
test_between (void)
{
  ArraRequest request = request_of (WINDOW, WINDOW);
  g_autoptr (ArraJob) plain = models_run (checkpoint, &request), job = models_job (checkpoint, &request);
  g_autoptr (ArraJob) again = NULL;
  g_autoptr (GError) error = NULL;
  double scores[3];

  arra_job_set_finished (job, score_each, scores);
  g_assert_true (arra_job_run (job, NULL, NULL));
  models_assert_same_tokens (plain, job);
  g_assert_true (arra_job_save_tokens (job, file, NULL));
  again = arra_job_resume (checkpoint, file, &request, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < request.count; i++)
    {
      g_assert_cmpfloat (score_of (plain, i), ==, scores[i]);
      g_assert_cmpfloat (score_of (again, i), ==, scores[i]);
    }
}

/* What it takes is in the plan. */
static void
test_planned (void)
{
  ArraRequest request = request_of (WINDOW, WINDOW);
  ArraMemoryPlan scored, plain;

  request.guidance_scale = 1;
  g_assert_true (arra_checkpoint_plan (checkpoint, &request, &scored, NULL));
  request.scored = FALSE;
  g_assert_true (arra_checkpoint_plan (checkpoint, &request, &plain, NULL));
  g_assert_cmpuint (scored.cache, >, plain.cache);
  g_assert_cmpuint (scored.work, >, plain.work);
}

static void
test_refused (void)
{
  ArraRequest request = request_of (WINDOW, WINDOW);
  g_autoptr (ArraJob) plain = NULL, cut = NULL;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  double score;

  request.scored = FALSE;
  plain = models_run (checkpoint, &request);
  g_assert_false (arra_job_score (plain, 0, &score, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  request.scored = TRUE;
  cut = models_job (checkpoint, &request);
  g_cancellable_cancel (cancelled);
  g_assert_false (arra_job_run (cut, cancelled, NULL));
  g_assert_false (arra_job_score (cut, 0, &score, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  request.width = request.height = 0;
  g_assert_null (arra_job_new (checkpoint, &request, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  file = g_build_filename (tiny, "saved.json", NULL);
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  checkpoint->defaults.width = checkpoint->defaults.height = WINDOW * patch;
  g_test_add_func ("/job_score/own-size", test_own_size);
  g_test_add_func ("/job_score/unguided", test_unguided);
  g_test_add_func ("/job_score/any-size", test_any_size);
  g_test_add_func ("/job_score/between", test_between);
  g_test_add_func ("/job_score/planned", test_planned);
  g_test_add_func ("/job_score/refused", test_refused);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  g_free (file);
  return result;
}
