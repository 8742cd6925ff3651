/* test-job.c - a prompt becomes tokens: always the same ones, however they are computed
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "cpu.h"
#include "job.h"
#include "mem.h"
#include "models.h"
#include "vocabulary.h"

static char *tiny;

static void
test_fixed_size (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  const ArraVocabulary *vocabulary = arra_vocabulary_of (checkpoint->layout);
  const guint grid = arra_checkpoint_grid (checkpoint);
  const ArraRequest request = models_request (checkpoint, 3 * grid, 2 * grid);
  g_autoptr (ArraJob) job = models_run (checkpoint, &request);
  g_autofree char *text = arra_job_text (job, 0);
  gboolean finished;
  gsize n;
  const guint32 *tokens = arra_job_tokens (job, 0, &n, &finished);

  g_assert_true (finished);
  g_assert_cmpuint (n, ==, 3 + 4 * 7 + 1);
  g_assert_cmpuint (tokens[0], ==, vocabulary->image_start);
  g_assert_cmpuint (tokens[1], ==, vocabulary->id_of_size[2]);
  g_assert_cmpuint (tokens[2], ==, vocabulary->id_of_size[3]);
  g_assert_cmpuint (tokens[n - 1], ==, vocabulary->image_end);
  for (guint i = 0; i < 4 * 7; i++)
    if (i % 7 == 6)
      g_assert_cmpuint (tokens[3 + i], ==, vocabulary->new_line);
    else
      g_assert_cmpint (vocabulary->layout.code_of_id[tokens[3 + i]], >=, 0);
  g_assert_cmpuint (arra_job_n_answers (job), ==, 1);
  g_assert_cmpuint (arra_job_n_pictures (job, 0), ==, 1);
  g_assert_cmpstr (text, ==, "<|image|>");
}

/* Another number of codes, and ids in another order than the codes: nothing about the vocabulary is ours. */
static void
test_other_vocabulary (void)
{
  Fixture fixture;
  char *directory;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (GError) error = NULL;
  const ArraPicture *picture;
  ArraRequest request;
  const guint32 *tokens;
  gsize n;
  guint grid, n_rising = 0;

  g_assert_true (fixture_init_named (&fixture, "codes1024"));
  directory = models_write (&fixture);
  checkpoint = models_open (directory, ARRA_QUANT_AS_STORED);
  g_assert_cmpuint (checkpoint->layout->n_codes, ==, 1024);
  for (guint code = 1; code < 1024; code++)
    n_rising += checkpoint->layout->id_of_code[code] == checkpoint->layout->id_of_code[code - 1] + 1;
  g_assert_cmpuint (n_rising, <, 512);
  grid = arra_checkpoint_grid (checkpoint);
  g_assert_cmpuint (grid, ==, 32);
  request = models_request (checkpoint, 2 * grid, grid);
  job = models_run (checkpoint, &request);
  tokens = arra_job_tokens (job, 0, &n, NULL);
  g_assert_cmpuint (n, ==, 3 + 2 * 5 + 1);
  g_assert_cmpuint (tokens[0], ==, arra_vocabulary_of (checkpoint->layout)->image_start);
  g_assert_cmpuint (arra_vocabulary_grids (arra_vocabulary_of (checkpoint->layout), tokens[1]), ==, 1);
  g_assert_cmpuint (arra_vocabulary_grids (arra_vocabulary_of (checkpoint->layout), tokens[2]), ==, 2);
  picture = arra_job_decode (job, 0, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (picture->width, ==, 64);
  g_assert_cmpuint (picture->height, ==, 32);
  models_remove (directory);
}

/* Every ISA and thread count, and stored or quantised weights, keys and values each for themselves, give the same
 * tokens. */
static void
check_determinism (ArraQuant quant, ArraQuant kv)
{
  static const char *const modes[] = { "c", "avx2", "avx512" };
  g_autofree char *before = g_strdup (g_getenv ("ARRA_CPU"));
  g_autoptr (ArraJob) first = NULL;

  for (gsize mode = 0; mode < G_N_ELEMENTS (modes); mode++)
    {
      if (!arra_cpu_supports ((ArraCpu) mode, NULL))
        continue;
      g_setenv ("ARRA_CPU", modes[mode], TRUE);
      for (guint threads = 1; threads <= 3; threads++)
        {
          g_autoptr (ArraCheckpoint) checkpoint = models_open (tiny, quant);
          const guint grid = arra_checkpoint_grid (checkpoint);
          ArraRequest request = models_request (checkpoint, 2 * grid, 2 * grid);
          g_autoptr (ArraJob) job = NULL;

          checkpoint->kv = kv;
          request.threads = threads;
          request.count = 2;
          job = models_run (checkpoint, &request);
          if (first == NULL)
            first = g_steal_pointer (&job);
          else
            models_assert_same_tokens (first, job);
        }
    }
  if (before != NULL)
    g_setenv ("ARRA_CPU", before, TRUE);
  else
    g_unsetenv ("ARRA_CPU");
}

static void
test_determinism (void)
{
  check_determinism (ARRA_QUANT_AS_STORED, ARRA_QUANT_F32);
  check_determinism (ARRA_QUANT_F32, ARRA_QUANT_F32);
  check_determinism (ARRA_QUANT_Q8_0, ARRA_QUANT_F32);
  check_determinism (ARRA_QUANT_AS_STORED, ARRA_QUANT_F16);
}

/* An answer depends on its own number alone, not on the others before it. */
static void
test_answers_are_independent (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  const guint grid = arra_checkpoint_grid (checkpoint);
  ArraRequest request = models_request (checkpoint, grid, 2 * grid);
  g_autoptr (ArraJob) three = NULL, one = NULL;

  request.count = 3;
  three = models_run (checkpoint, &request);
  request.count = 1;
  one = models_run (checkpoint, &request);
  g_assert_cmpuint (arra_job_n_answers (three), ==, 3);
  g_assert_true (models_same_answer (one, 0, three, 0));
  g_assert_false (models_same_answer (one, 0, three, 1));
  g_assert_false (models_same_answer (three, 1, three, 2));
  request.seed++;
  arra_job_free (g_steal_pointer (&one));
  one = models_run (checkpoint, &request);
  g_assert_false (models_same_answer (one, 0, three, 0));
}

/* Settings take effect, and greedy answers do not depend on the seed. */
static void
test_settings (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  const guint grid = arra_checkpoint_grid (checkpoint);
  const ArraRequest plain = models_request (checkpoint, 2 * grid, 2 * grid);
  g_autoptr (ArraJob) job = models_run (checkpoint, &plain);

  for (guint setting = 0; setting < 5; setting++)
    {
      ArraRequest request = plain;
      g_autoptr (ArraJob) other = NULL;

      switch (setting)
        {
        case 0:
          request.guidance_scale = 1;
          break;
        case 1:
          request.top_k = 2;
          break;
        case 2:
          request.temperature = 0.3;
          break;
        case 3:
          request.top_p = 0.05;
          break;
        default:
          request.prompt = "an ox";
          break;
        }
      other = models_run (checkpoint, &request);
      g_assert_false (models_same_answer (job, 0, other, 0));
    }
  for (guint seed = 0; seed < 2; seed++)
    {
      ArraRequest request = plain;
      g_autoptr (ArraJob) other = NULL;

      request.greedy = TRUE;
      request.seed = seed;
      other = models_run (checkpoint, &request);
      request.greedy = FALSE;
      request.top_k = 1;
      arra_job_free (g_steal_pointer (&job));
      job = models_run (checkpoint, &request);
      models_assert_same_tokens (job, other);
    }
}

static void
stop (const ArraProgress *progress, gpointer cancellable)
{
  if (progress->phase == ARRA_PHASE_TOKENS)
    g_cancellable_cancel (cancellable);
}

/* Stopped at every single token, and still the answers become those of a job that was never stopped. */
static void
test_cancel_and_go_on (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  const guint grid = arra_checkpoint_grid (checkpoint);
  ArraRequest request = models_request (checkpoint, grid, 2 * grid);
  g_autoptr (ArraJob) whole = NULL, job = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint n_stops = 0;

  request.count = 2;
  whole = models_run (checkpoint, &request);
  job = models_job (checkpoint, &request);
  job->pace.report_every = 0;
  arra_job_set_progress (job, stop, cancellable, FALSE);
  for (; !arra_job_run (job, cancellable, &error); n_stops++)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      g_cancellable_reset (cancellable);
      g_assert_cmpuint (n_stops, <, 100);
    }
  g_assert_cmpuint (n_stops, >=, 2 * 4 * 3); /* at each code; what is forced comes without work */
  models_assert_same_tokens (whole, job);
}

static void
test_cancelled_before (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  const guint grid = arra_checkpoint_grid (checkpoint);
  const ArraRequest request = models_request (checkpoint, grid, grid);
  g_autoptr (ArraJob) job = models_job (checkpoint, &request);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gsize n;
  gboolean finished;

  g_cancellable_cancel (cancellable);
  g_assert_false (arra_job_run (job, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  arra_job_tokens (job, 0, &n, &finished);
  g_assert_cmpuint (n, ==, 3);
  g_assert_false (finished);
  g_assert_null (arra_job_decode (job, 0, 0, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (arra_job_run (job, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (arra_job_run (job, NULL, &error)); /* nothing is left to do */
}

/* What is planned is what is taken, and generation itself takes nothing. Keys and values are kept as @kv. */
static void
check_memory (ArraQuant kv)
{
  g_autoptr (ArraCheckpoint) checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  const guint grid = arra_checkpoint_grid (checkpoint);
  const ArraRequest request = models_request (checkpoint, 4 * grid, 4 * grid);
  const gsize before = arra_mem_held ();
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (GError) error = NULL;
  gsize made, planned;

  checkpoint->kv = kv;
  job = models_job (checkpoint, &request);
  made = arra_mem_held ();
  arra_mem_reset_peak ();
  arra_mem_fail_nth (0); /* any allocation would fail */
  arra_job_run (job, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (arra_mem_failed ());
  arra_mem_fail_nth (-1);
  g_assert_cmpuint (arra_mem_held (), ==, made);
  g_assert_cmpuint (arra_mem_peak (), ==, made);
  g_assert_nonnull (arra_job_decode (job, 0, 0, NULL, NULL));
  planned = arra_job_bytes (checkpoint, &request, &job->capacities)
            + arra_decoder_kv_cache_bytes (&checkpoint->decoder, job->capacities.context, arra_quant_dtype (kv))
            + arra_decoder_kv_cache_bytes (&checkpoint->decoder, job->capacities.uncond_context, arra_quant_dtype (kv));
  g_assert_cmpuint (arra_mem_held () - before, <=, planned + 8192); /* the prompt and small structures */
  g_assert_cmpuint (arra_mem_held () - before, >=, planned - 8192);
  arra_job_free (g_steal_pointer (&job));
  g_assert_cmpuint (arra_mem_held (), ==, before);
}

static void
test_memory (void)
{
  check_memory (ARRA_QUANT_F32);
  check_memory (ARRA_QUANT_F16);
}

static void
test_memory_limit (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  const guint grid = arra_checkpoint_grid (checkpoint);
  ArraRequest request = models_request (checkpoint, grid, grid);
  const gsize before = arra_mem_held ();
  g_autoptr (GError) error = NULL;

  request.memory_limit = 12345;
  g_assert_null (arra_job_new (checkpoint, &request, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  g_assert_nonnull (strstr (error->message, "12345"));
  g_assert_cmpuint (arra_mem_held (), ==, before);
}

/* Weights that overflow: the message names the checkpoint. */
static void
test_not_finite (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (GError) error = NULL;
  char *directory = models_write_tiny ();
  ArraRequest request;
  guint grid;

  models_poison (directory, "model.norm.weight", 3e38f);
  models_poison (directory, "lm_head.weight", 3e38f);
  checkpoint = models_open (directory, ARRA_QUANT_AS_STORED);
  grid = arra_checkpoint_grid (checkpoint);
  request = models_request (checkpoint, grid, grid);
  job = models_job (checkpoint, &request);
  g_assert_false (arra_job_run (job, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, directory));
  models_remove (directory);
}

/* A weight file that somebody cuts while it is mapped is reported, and nothing is made of what could not be
 * read. */
static void
test_cut_weights (void)
{
  char *directory = models_write_tiny ();
  g_autofree char *path = g_build_filename (directory, "model.safetensors", NULL);
  g_autoptr (ArraCheckpoint) checkpoint = models_open (directory, ARRA_QUANT_AS_STORED);
  const guint grid = arra_checkpoint_grid (checkpoint);
  const ArraRequest request = models_request (checkpoint, grid, grid);
  g_autoptr (ArraJob) job = models_job (checkpoint, &request);
  g_autoptr (GError) error = NULL;
  gsize n;

  g_assert_cmpint (truncate (path, 4096), ==, 0);
  g_assert_false (arra_job_run (job, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, path));
  arra_job_tokens (job, 0, &n, NULL);
  g_assert_cmpuint (n, ==, 3);
  models_remove (directory);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  g_test_add_func ("/job/fixed-size", test_fixed_size);
  g_test_add_func ("/job/other-vocabulary", test_other_vocabulary);
  g_test_add_func ("/job/determinism", test_determinism);
  g_test_add_func ("/job/answers-are-independent", test_answers_are_independent);
  g_test_add_func ("/job/settings", test_settings);
  g_test_add_func ("/job/cancel-and-go-on", test_cancel_and_go_on);
  g_test_add_func ("/job/cancelled-before", test_cancelled_before);
  g_test_add_func ("/job/memory", test_memory);
  g_test_add_func ("/job/memory-limit", test_memory_limit);
  g_test_add_func ("/job/not-finite", test_not_finite);
  g_test_add_func ("/job/cut-weights", test_cut_weights);
  result = g_test_run ();
  models_remove (tiny);
  return result;
}
