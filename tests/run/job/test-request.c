/* test-request.c - what can be asked for, and what is refused before any work
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "mem.h"
#include "models.h"
#include "request.h"

static char *tiny;
static ArraCheckpoint *checkpoint;
static guint grid;

static void
assert_refused (const ArraRequest *request, ArraError code, const char *part)
{
  const gsize held = arra_mem_held ();
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_job_new (checkpoint, request, &error));
  g_assert_error (error, ARRA_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

static void
test_defaults (void)
{
  ArraRequest request;

  arra_request_init (&request, NULL);
  g_assert_null (request.prompt);
  g_assert_cmpuint (request.count, ==, 1);
  g_assert_cmpfloat (request.temperature, ==, 1);
  arra_request_init (&request, checkpoint);
  g_assert_cmpuint (request.width, ==, checkpoint->defaults.width);
  g_assert_cmpfloat (request.guidance_scale, ==, checkpoint->defaults.guidance_scale);
  g_assert_cmpuint (request.top_k, ==, checkpoint->defaults.top_k);
  g_assert_cmpuint (request.seed, ==, 0);
}

static void
test_prompts (void)
{
  ArraRequest request = models_request (checkpoint, grid, grid);
  g_autofree char *longest = g_strnfill (3000, 'x');

  request.prompt = NULL;
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "empty");
  request.prompt = "";
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "empty");
  request.prompt = " \n\t";
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "empty");
  request.prompt = "abc\xff";
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "byte 3");
  request.prompt = longest;
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "3000");
  longest[1020] = '\0'; /* fits the context of 1024, but not with a picture */
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "1022");
  request.prompt = "a fox";
  request.prompt_template = "no place for it";
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "{prompt}");
  request.prompt_template = "{prompt}\xfe";
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "UTF-8");
  request.prompt_template = "{width} {prompt}";
  request.width = request.height = 0;
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "size");
}

static void
test_numbers (void)
{
  static const double bad_temperatures[] = { 0, -1, NAN, INFINITY, 1e-60, 1e60 },
                      bad_top_p[] = { 0, -0.5, 1.0001, NAN }, bad_guidance[] = { -1, NAN, INFINITY, 1e9 };
  const ArraRequest sound = models_request (checkpoint, grid, grid);
  ArraRequest request;

  for (gsize i = 0; i < G_N_ELEMENTS (bad_temperatures); i++)
    {
      request = sound;
      request.temperature = bad_temperatures[i];
      assert_refused (&request, ARRA_ERROR_ARGUMENT, "temperature");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_top_p); i++)
    {
      request = sound;
      request.top_p = bad_top_p[i];
      assert_refused (&request, ARRA_ERROR_ARGUMENT, "top-p");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_guidance); i++)
    {
      request = sound;
      request.guidance_scale = bad_guidance[i];
      assert_refused (&request, ARRA_ERROR_ARGUMENT, "guidance");
    }
  request = sound;
  request.count = 0;
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "between 1 and 1000");
  request.count = 1001;
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "between 1 and 1000");
  request = sound;
  request.threads = 65;
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "threads");
}

static void
test_sizes (void)
{
  ArraRequest request = models_request (checkpoint, grid, 0);

  assert_refused (&request, ARRA_ERROR_ARGUMENT, "together");
  request = models_request (checkpoint, 0, grid);
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "together");
  request = models_request (checkpoint, G_MAXUINT / grid * grid, grid);
  assert_refused (&request, ARRA_ERROR_ARGUMENT, "65536");
}

static void
test_metadata_only (void)
{
  const ArraOpenOptions options = { .vqgan = tiny, .metadata_only = TRUE };
  g_autoptr (ArraCheckpoint) bare = arra_checkpoint_open (tiny, &options, NULL, NULL);
  const ArraRequest request = models_request (checkpoint, grid, grid);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (bare);
  g_assert_null (arra_job_new (bare, &request, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

/* What a refusal advises is accepted. */
static void
test_advice (void)
{
  static const guint sides[][2]
      = { { 1, 1 }, { 33, 7 }, { 5000, 9 }, { 100000, 100000 }, { 0, 64 }, { 64, 0 }, { 47, 63 }, { G_MAXUINT, 1 } };
  g_autoptr (GRegex) regex = g_regex_new ("; (\\d+) x (\\d+) can be made$", 0, 0, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GMatchInfo) match = NULL;
      g_autofree char *width = NULL, *height = NULL;
      ArraRequest request;
      ArraMemoryPlan plan;

      g_assert_false (arra_checkpoint_check_size (checkpoint, sides[i][0], sides[i][1], &error));
      g_test_message ("%s", error->message);
      g_assert_true (g_regex_match (regex, error->message, 0, &match));
      width = g_match_info_fetch (match, 1);
      height = g_match_info_fetch (match, 2);
      request = models_request (checkpoint, (guint) g_ascii_strtoull (width, NULL, 10),
                                (guint) g_ascii_strtoull (height, NULL, 10));
      g_assert_true (arra_checkpoint_plan (checkpoint, &request, &plan, NULL));
    }
}

/* A program that was compiled when the structures were shorter: what lies behind them is not its word. */
static void
test_older_program (void)
{
  const gsize request_size = G_STRUCT_OFFSET (ArraRequest, max_tokens),
              plan_size = G_STRUCT_OFFSET (ArraMemoryPlan, total),
              options_size = G_STRUCT_OFFSET (ArraOpenOptions, metadata_only);
  ArraRequest request = models_request (checkpoint, grid, grid);
  ArraOpenOptions options = { .vqgan = tiny, .metadata_only = 7 };
  g_autoptr (ArraCheckpoint) opened = arra_checkpoint_open_sized (tiny, &options, options_size, NULL, NULL);
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (GError) error = NULL;
  ArraMemoryPlan plan = { .total = 1234 };

  g_assert_nonnull (opened);
  g_assert_nonnull (opened->model);
  request.memory_limit = 1;
  arra_request_init_sized (&request, request_size, checkpoint);
  g_assert_cmpuint (request.memory_limit, ==, 1);
  request.prompt = "a fox";
  request.width = request.height = grid;
  g_assert_true (arra_checkpoint_plan_sized (checkpoint, &request, request_size, &plan, plan_size, &error));
  g_assert_cmpuint (plan.work, >, 0);
  g_assert_cmpuint (plan.total, ==, 1234);
  job = arra_job_new_sized (checkpoint, &request, request_size, &error);
  g_assert_no_error (error);
  g_assert_nonnull (job);
}

/* A program that was compiled with a later header has its further members set to nothing. */
static void
test_newer_program (void)
{
  struct
  {
    ArraRequest known;
    guint64 later;
  } request = { .later = 5 };
  struct
  {
    ArraMemoryPlan known;
    guint64 later;
  } plan = { .later = 5 };

  arra_request_init_sized (&request.known, sizeof request, checkpoint);
  g_assert_cmpuint (request.known.width, ==, checkpoint->defaults.width);
  g_assert_cmpuint (request.later, ==, 0);
  g_assert_true (
      arra_checkpoint_plan_sized (checkpoint, &request.known, sizeof request, &plan.known, sizeof plan, NULL));
  g_assert_cmpuint (plan.known.total, >, 0);
  g_assert_cmpuint (plan.later, ==, 0);
}

static void
test_guided (void)
{
  ArraRequest request = models_request (checkpoint, grid, grid);

  g_assert_true (arra_request_is_guided (&request));
  request.guidance_scale = 1;
  g_assert_false (arra_request_is_guided (&request));
  request.guidance_scale = 0;
  g_assert_true (arra_request_is_guided (&request));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  grid = arra_checkpoint_grid (checkpoint);
  g_test_add_func ("/request/defaults", test_defaults);
  g_test_add_func ("/request/prompts", test_prompts);
  g_test_add_func ("/request/numbers", test_numbers);
  g_test_add_func ("/request/sizes", test_sizes);
  g_test_add_func ("/request/metadata-only", test_metadata_only);
  g_test_add_func ("/request/guided", test_guided);
  g_test_add_func ("/request/advice", test_advice);
  g_test_add_func ("/request/older-program", test_older_program);
  g_test_add_func ("/request/newer-program", test_newer_program);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
