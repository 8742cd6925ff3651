/* test-tokens_file.c - saved tokens are read again, and the answer goes on as if nothing had happened
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include "job.h"
#include "mem.h"
#include "models.h"

static char *tiny, *file;
static ArraCheckpoint *checkpoint;
static guint grid;

/* The job's tokens cut to @n, as a job stopped there would have saved them. */
static void
save_cut (ArraJob *job, guint answer, guint n)
{
  const ArraAnswer kept = job->answers[answer];
  const guint n_begun = job->n_begun;
  g_autoptr (GError) error = NULL;

  job->answers[answer].n_tokens = n;
  job->answers[answer].finished = n == kept.n_tokens;
  job->n_begun = answer + 1;
  arra_job_save_tokens (job, file, &error);
  g_assert_no_error (error);
  job->answers[answer] = kept;
  job->n_begun = n_begun;
}

static ArraJob *
resume (void)
{
  g_autoptr (GError) error = NULL;
  ArraJob *job = arra_job_resume (checkpoint, file, NULL, &error);

  g_assert_no_error (error);
  return job;
}

/* Keys and values of half the size: the answer goes on with them, and not with others. */
static void
test_narrow (void)
{
  const ArraRequest request = models_request (checkpoint, grid, 2 * grid);
  g_autoptr (ArraJob) whole = NULL, job = NULL;
  g_autoptr (GError) error = NULL;

  checkpoint->kv = ARRA_QUANT_F16;
  whole = models_run (checkpoint, &request);
  save_cut (whole, 0, whole->answers[0].n_tokens / 2);
  job = resume ();
  g_assert_true (arra_job_run (job, NULL, NULL));
  models_assert_same_tokens (whole, job);
  checkpoint->kv = ARRA_QUANT_F32;
  g_assert_null (arra_job_resume (checkpoint, file, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "keys and values as \"f16\""));
}

static void
test_resume_at_any_token (void)
{
  ArraRequest request = models_request (checkpoint, grid, 2 * grid);
  g_autoptr (ArraJob) whole = NULL;

  request.count = 2;
  whole = models_run (checkpoint, &request);
  for (guint answer = 0; answer < 2; answer++)
    for (guint n = 0; n <= whole->answers[answer].n_tokens; n++)
      {
        g_autoptr (ArraJob) job = NULL;

        if (n == 1 || n == 2)
          continue; /* the frame comes as one */
        save_cut (whole, answer, n);
        job = resume ();
        g_assert_cmpuint (arra_job_n_answers (job), ==, answer + 1);
        g_assert_true (arra_job_run (job, NULL, NULL));
        models_assert_same_tokens (whole, job);
      }
}

/* A resumed answer longer than one block is read in blocks. */
static void
test_resume_in_blocks (void)
{
  const ArraRequest request = models_request (checkpoint, 6 * grid, 6 * grid);
  g_autoptr (ArraJob) whole = models_run (checkpoint, &request), job = NULL;

  save_cut (whole, 0, 130);
  job = resume ();
  g_assert_cmpuint (job->capacities.rows, <, 130);
  g_assert_true (arra_job_run (job, NULL, NULL));
  models_assert_same_tokens (whole, job);
}

static void
test_settings_are_kept (void)
{
  ArraRequest request = models_request (checkpoint, 2 * grid, grid);
  const ArraRequest machine = { .threads = 2, .memory_limit = (guint64) 4 << 30 };
  g_autoptr (ArraJob) job = NULL, again = NULL;
  g_autoptr (GError) error = NULL;

  request.prompt = "a \"red\" fox\\\n\tin the sn\303\266w \001";
  request.prompt_template = "say {prompt}: {width}x{height}";
  request.seed = G_MAXUINT64 - 1;
  request.guidance_scale = 0.1 + 0.2;
  request.temperature = 1.0 / 3;
  request.top_p = 0.7;
  request.text_top_k = 3;
  request.greedy = TRUE;
  request.max_tokens = 77;
  request.count = 3;
  job = models_job (checkpoint, &request);
  g_assert_true (arra_job_save_tokens (job, file, NULL));
  again = arra_job_resume (checkpoint, file, &machine, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->request.prompt, ==, request.prompt);
  g_assert_cmpstr (again->request.prompt_template, ==, request.prompt_template);
  g_assert_cmpuint (again->request.seed, ==, request.seed);
  g_assert_cmpuint (again->request.width, ==, request.width);
  g_assert_cmpuint (again->request.height, ==, request.height);
  g_assert_cmpuint (again->request.count, ==, 3);
  g_assert_cmpfloat (again->request.guidance_scale, ==, request.guidance_scale);
  g_assert_cmpfloat (again->request.temperature, ==, request.temperature);
  g_assert_cmpfloat (again->request.top_p, ==, request.top_p);
  g_assert_cmpuint (again->request.top_k, ==, request.top_k);
  g_assert_cmpuint (again->request.text_top_k, ==, 3);
  g_assert_cmpuint (again->request.max_tokens, ==, 77);
  g_assert_true (again->request.greedy);
  g_assert_cmpuint (again->request.threads, ==, 2);
  g_assert_cmpuint (again->request.memory_limit, ==, machine.memory_limit);
}

/* A recipe of a later answer alone makes that answer again: its noise is its own. */
static void
test_recipe_of_one (void)
{
  ArraRequest request = models_request (checkpoint, grid, grid);
  g_autoptr (ArraJob) whole = NULL, job = NULL;
  g_autofree char *recipe = NULL;

  request.count = 3;
  whole = models_run (checkpoint, &request);
  save_cut (whole, 2, 5);
  recipe = arra_job_recipe (whole, 2, TRUE);
  {
    char *tokens = strstr (recipe, "\"tokens\": [");

    g_assert_nonnull (tokens);
    strcpy (tokens, "\"tokens\": []}]}");
    memcpy (strstr (recipe, "true, \"tokens\""), "null", 4);
  }
  g_assert_true (g_file_set_contents (file, recipe, -1, NULL));
  job = resume ();
  g_assert_true (arra_job_run (job, NULL, NULL));
  g_assert_cmpuint (arra_job_n_answers (job), ==, 1);
  g_assert_true (models_same_answer (job, 0, whole, 2));
}

/* Without its prompt a recipe can be shown, but not gone on with. */
static void
test_without_prompt (void)
{
  const ArraRequest request = models_request (checkpoint, grid, grid);
  g_autoptr (ArraJob) whole = models_run (checkpoint, &request), shown = NULL, unfinished = NULL;
  g_autofree char *recipe = arra_job_recipe (whole, G_MAXUINT, FALSE);
  g_autoptr (GError) error = NULL;
  const ArraPicture *a, *b;

  g_assert_null (strstr (recipe, "red fox"));
  g_assert_true (g_file_set_contents (file, recipe, -1, NULL));
  shown = resume ();
  g_assert_true (arra_job_run (shown, NULL, NULL));
  models_assert_same_tokens (whole, shown);
  a = arra_job_decode (whole, 0, 0, NULL, &error);
  g_assert_no_error (error);
  b = arra_job_decode (shown, 0, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (a->pixels, a->width * a->height * 3, b->pixels, b->width * b->height * 3);
  whole->answers[0].n_tokens = 6;
  whole->answers[0].finished = FALSE;
  g_free (recipe);
  recipe = arra_job_recipe (whole, G_MAXUINT, FALSE);
  g_assert_true (g_file_set_contents (file, recipe, -1, NULL));
  unfinished = resume ();
  g_assert_false (arra_job_run (unfinished, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

/* Faults are made by replacing @old in a sound file. */
static const struct
{
  const char *name, *old, *replacement;
  int code;
  const char *part; /* of the message */
} faults[] = {
  { "version", "\"arra_tokens\": 1", "\"arra_tokens\": 2", ARRA_ERROR_INVALID_DATA, "arra_tokens" },
  { "no-version", "\"arra_tokens\"", "\"something\"", ARRA_ERROR_NOT_FOUND, "arra_tokens" },
  { "fingerprint", "\"fingerprint\": \"", "\"fingerprint\": \"0", ARRA_ERROR_ARGUMENT, "another checkpoint" },
  { "fingerprint-type", "\"fingerprint\": \"", "\"fingerprint\": 7, \"x\": \"", ARRA_ERROR_INVALID_DATA,
    "fingerprint" },
  { "quant", "\"quant\": \"auto\"", "\"quant\": \"q8_0\"", ARRA_ERROR_ARGUMENT, "q8_0" },
  { "seed", "\"seed\": \"42\"", "\"seed\": \"-1\"", ARRA_ERROR_INVALID_DATA, "seed" },
  { "seed-size", "\"seed\": \"42\"", "\"seed\": \"18446744073709551616\"", ARRA_ERROR_INVALID_DATA, "seed" },
  { "width", "\"width\": ", "\"width\": -", ARRA_ERROR_INVALID_DATA, "width" },
  { "no-width", "\"width\": ", "\"width\": 0, \"w\": ", ARRA_ERROR_INVALID_DATA, "together" },
  { "other-width", "\"width\": ", "\"width\": 1", ARRA_ERROR_INVALID_DATA, "vocabulary" },
  { "count", "\"count\": 1", "\"count\": 100000", ARRA_ERROR_INVALID_DATA, "1000" },
  { "no-count", "\"count\": 1,", "", ARRA_ERROR_NOT_FOUND, "count" },
  { "first", "\"first\": 0", "\"first\": 4000000000", ARRA_ERROR_INVALID_DATA, "first" },
  { "temperature", "\"temperature\": 1.2", "\"temperature\": 0", ARRA_ERROR_INVALID_DATA, "temperature" },
  { "temperature-type", "\"temperature\": 1.2", "\"temperature\": \"warm\"", ARRA_ERROR_INVALID_DATA, "temperature" },
  { "top-p", "\"top_p\": 0.95", "\"top_p\": 1.5", ARRA_ERROR_INVALID_DATA, "top-p" },
  { "prompt-type", "\"prompt\": ", "\"prompt\": 5, \"y\": ", ARRA_ERROR_INVALID_DATA, "prompt" },
  { "empty-prompt", "\"prompt\": \"the red fox\"", "\"prompt\": \"\"", ARRA_ERROR_ARGUMENT, "empty" },
  { "answers", "\"answers\": [", "\"answers\": {}, \"z\": [", ARRA_ERROR_INVALID_DATA, "answers" },
  { "answer-type", "{\"finished\"", "5, {\"finished\"", ARRA_ERROR_INVALID_DATA, "answers" },
  { "no-tokens", "\"tokens\"", "\"token\"", ARRA_ERROR_NOT_FOUND, "tokens" },
  { "finished", "\"finished\": true", "\"finished\": false", ARRA_ERROR_INVALID_DATA, "finished" },
  { "token-type", "\"tokens\": [69,", "\"tokens\": [\"x\",", ARRA_ERROR_INVALID_DATA, "whole number" },
  { "token-fraction", "\"tokens\": [69,", "\"tokens\": [69.5,", ARRA_ERROR_INVALID_DATA, "whole number" },
  { "token-negative", "\"tokens\": [", "\"tokens\": [-", ARRA_ERROR_INVALID_DATA, "vocabulary" },
  { "token-large", "\"tokens\": [69,", "\"tokens\": [96900,", ARRA_ERROR_INVALID_DATA, "vocabulary" },
  { "token-twice", "\"tokens\": [69,", "\"tokens\": [69,69,", ARRA_ERROR_INVALID_DATA, "more than" },
  { "no-frame", "\"tokens\": [69,", "\"tokens\": [300,", ARRA_ERROR_INVALID_DATA, "not one picture" },
  { "no-size", "\"tokens\": [69,73,", "\"tokens\": [69,69,", ARRA_ERROR_INVALID_DATA, "size" },
  { "other-size", "\"tokens\": [69,73,", "\"tokens\": [69,74,", ARRA_ERROR_INVALID_DATA, "" },
  { "cut", "\"answers\"", "", ARRA_ERROR_INVALID_DATA, "" },
};

static char *
replace (const char *text, const char *old, const char *replacement)
{
  const char *at = strstr (text, old);

  g_assert_nonnull (at);
  return g_strdup_printf ("%.*s%s%s", (int) (at - text), text, replacement, at + strlen (old));
}

static void
test_faults (void)
{
  const ArraRequest request = models_request (checkpoint, grid, grid);
  g_autoptr (ArraJob) whole = models_run (checkpoint, &request), sound = NULL;
  g_autofree char *recipe = arra_job_recipe (whole, G_MAXUINT, TRUE);
  const gsize held = arra_mem_held ();

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *broken = replace (recipe, faults[i].old, faults[i].replacement);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", faults[i].name);
      g_assert_true (g_file_set_contents (file, broken, -1, NULL));
      g_assert_null (arra_job_resume (checkpoint, file, NULL, &error));
      g_assert_error (error, ARRA_ERROR, faults[i].code);
      g_assert_nonnull (strstr (error->message, faults[i].part));
      g_assert_cmpuint (arra_mem_held (), ==, held);
    }
  g_assert_true (g_file_set_contents (file, recipe, -1, NULL));
  sound = resume ();
  models_assert_same_tokens (whole, sound);
}

static void
test_cut_anywhere (void)
{
  const ArraRequest request = models_request (checkpoint, grid, grid);
  g_autoptr (ArraJob) whole = models_run (checkpoint, &request);
  g_autofree char *recipe = arra_job_recipe (whole, G_MAXUINT, TRUE);

  for (gsize length = strlen (recipe) - 2; length-- > 0;)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (file, recipe, (gssize) length, NULL));
      g_assert_null (arra_job_resume (checkpoint, file, NULL, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, file));
    }
}

static void
assert_same_picture (ArraCheckpoint *without, ArraJob *whole)
{
  g_autoptr (GError) error = NULL;
  const ArraPicture *wanted = arra_job_decode (whole, 0, 0, NULL, &error), *picture;
  g_autoptr (ArraJob) job = NULL;

  g_assert_no_error (error);
  g_assert_true (arra_job_save_tokens (whole, file, NULL));
  job = arra_job_resume (without, file, NULL, &error);
  g_assert_no_error (error);
  picture = arra_job_decode (job, 0, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (picture->width, ==, wanted->width);
  g_assert_cmpmem (picture->pixels, (gsize) 3 * picture->width * picture->height, wanted->pixels,
                   (gsize) 3 * wanted->width * wanted->height);
  job->answers[0].finished = FALSE;
  g_assert_false (arra_job_run (job, NULL, &error));
  g_assert_nonnull (error);
}

/* The image tokenizer alone is enough for pictures that were made before: of the model's own size, and of any. */
static void
test_without_weights (void)
{
  const ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (ArraCheckpoint) without = arra_checkpoint_open (tiny, &options, NULL, NULL);
  const ArraRequest own = models_request (checkpoint, 2 * grid, grid);
  ArraRequest any = models_request (checkpoint, 0, 0);
  g_autoptr (ArraJob) first = models_run (checkpoint, &own), second = NULL;

  arra_request_init (&any, checkpoint);
  any.prompt = "a word";
  any.width += grid;
  any.height += 5;
  any.seamless = ARRA_SEAMLESS_X;
  second = models_run (checkpoint, &any);
  assert_same_picture (without, first);
  assert_same_picture (without, second);
}

/* Decimal points stay points. */
static void
test_locale (void)
{
  const ArraRequest request = models_request (checkpoint, grid, grid);
  g_autofree char *before = g_strdup (setlocale (LC_ALL, NULL));
  g_autoptr (ArraJob) job = models_job (checkpoint, &request), again = NULL;
  g_autofree char *plain = arra_job_recipe (job, G_MAXUINT, TRUE), *german = NULL;

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("the locale de_DE.UTF-8 is not installed");
      return;
    }
  german = arra_job_recipe (job, G_MAXUINT, TRUE);
  g_assert_true (arra_job_save_tokens (job, file, NULL));
  again = resume ();
  setlocale (LC_ALL, before);
  g_assert_cmpstr (plain, ==, german);
  g_assert_cmpfloat (again->request.temperature, ==, request.temperature);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  file = g_build_filename (tiny, "saved.json", NULL);
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  grid = arra_checkpoint_grid (checkpoint);
  g_test_add_func ("/tokens-file/resume-at-any-token", test_resume_at_any_token);
  g_test_add_func ("/tokens-file/narrow", test_narrow);
  g_test_add_func ("/tokens-file/resume-in-blocks", test_resume_in_blocks);
  g_test_add_func ("/tokens-file/settings-are-kept", test_settings_are_kept);
  g_test_add_func ("/tokens-file/recipe-of-one", test_recipe_of_one);
  g_test_add_func ("/tokens-file/without-prompt", test_without_prompt);
  g_test_add_func ("/tokens-file/without-weights", test_without_weights);
  g_test_add_func ("/tokens-file/faults", test_faults);
  g_test_add_func ("/tokens-file/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/tokens-file/locale", test_locale);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  g_free (file);
  models_remove (tiny);
  return result;
}
