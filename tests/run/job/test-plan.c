/* test-plan.c - what is announced against what is taken
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include "checkpoint.h"
#include "fixture.h"
#include "job.h"
#include "mem.h"

static ArraCheckpoint *
open_at (const char *path, ArraQuant quant, gboolean metadata_only)
{
  ArraOpenOptions options = { .quant = quant, .metadata_only = metadata_only };
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open (path, &options, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

static void
test_capacities (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  g_autoptr (ArraCheckpoint) checkpoint = open_at (path, ARRA_QUANT_AS_STORED, TRUE);
  g_autoptr (GError) error = NULL;
  ArraCapacities capacities;
  ArraRequest request;

  arra_request_init (&request, checkpoint);
  request.width = 16;
  request.height = 8;
  request.threads = 3;
  g_assert_true (arra_plan_capacities (checkpoint, &request, 10, 0, &capacities, &error));
  g_assert_cmpuint (capacities.picture_rows, ==, 4);
  g_assert_cmpuint (capacities.picture_columns, ==, 8);
  g_assert_cmpuint (capacities.answer_tokens, ==, 3 + 4 * 9 + 1);
  g_assert_cmpuint (capacities.context, ==, 10 + capacities.answer_tokens);
  g_assert_cmpuint (capacities.uncond_context, ==, capacities.answer_tokens);
  g_assert_cmpuint (capacities.threads, ==, 3);
  request.guidance_scale = 1;
  g_assert_true (arra_plan_capacities (checkpoint, &request, 10, 0, &capacities, &error));
  g_assert_cmpuint (capacities.uncond_context, ==, 0);
  g_assert_false (arra_plan_capacities (checkpoint, &request, 1000, 0, &capacities, &error));
  fixture_assert_error (error, ARRA_ERROR_ARGUMENT, FIXTURE_WORDS ("1000 tokens", "1024"));
  g_clear_error (&error);
  request.width = request.height = 0;
  request.max_tokens = 50;
  g_assert_true (arra_plan_capacities (checkpoint, &request, 10, 0, &capacities, &error));
  g_assert_cmpuint (capacities.answer_tokens, ==, 50);
  g_assert_cmpuint (capacities.picture_rows, ==, 6);
  request.max_tokens = 0;
  g_assert_true (arra_plan_capacities (checkpoint, &request, 10, 0, &capacities, &error));
  g_assert_cmpuint (capacities.answer_tokens, ==, 1014);
  g_assert_cmpuint (capacities.picture_rows, ==, 16); /* 8 size tokens */
  g_assert_cmpuint (capacities.picture_columns, ==, 16);
  g_assert_false (arra_plan_capacities (checkpoint, &request, 1024, 0, &capacities, &error));
  fixture_remove (path);
}

/* Everything that goes through the allocator while a checkpoint is opened and a picture made and decoded,
 * against the plan without its allowance for the program itself. */
static void
expect_peak (const char *name, ArraQuant quant, guint grids, double guidance_scale)
{
  g_autofree char *path = fixture_make_named (name);
  gsize before = arra_mem_held (), peak;
  g_autoptr (ArraCheckpoint) checkpoint = open_at (path, quant, FALSE);
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (GError) error = NULL;
  ArraMemoryPlan plan;
  ArraRequest request;
  guint64 planned;

  arra_request_init (&request, checkpoint);
  request.prompt = "the red fox";
  request.width = request.height = grids * arra_checkpoint_grid (checkpoint);
  request.guidance_scale = guidance_scale;
  request.threads = 2;
  g_assert_true (arra_checkpoint_plan (checkpoint, &request, &plan, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (plan.total, ==, plan.weights_mapped + plan.weights_private + plan.cache + plan.work);
  arra_mem_reset_peak ();
  job = arra_job_new (checkpoint, &request, &error);
  g_assert_no_error (error);
  g_assert_true (arra_job_run (job, NULL, &error));
  g_assert_nonnull (arra_job_decode (job, 0, 0, NULL, &error));
  peak = arra_mem_peak () - before;
  planned = plan.total - plan.weights_mapped - (((guint64) 32 << 20) + 2 * ((guint64) 256 << 10));
  g_test_message ("%s: peak %" G_GSIZE_FORMAT ", planned %" G_GUINT64_FORMAT, name, peak, planned);
  g_assert_cmpuint (peak, <=, planned + planned / 20);
  g_assert_cmpuint (peak, >=, planned - planned / 20);
  fixture_remove (path);
}

static void
test_peak (void)
{
  expect_peak ("tiny", ARRA_QUANT_AS_STORED, 8, 4);
  expect_peak ("tiny", ARRA_QUANT_Q8_0, 8, 1);
  expect_peak ("codes1024", ARRA_QUANT_F32, 4, 4);
  expect_peak ("codes1024", ARRA_QUANT_AS_STORED, 8, 4);
}

static void
test_limit (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  g_autoptr (ArraCheckpoint) checkpoint = open_at (path, ARRA_QUANT_AS_STORED, FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *needed = NULL;
  ArraMemoryPlan plan;
  ArraRequest request;

  arra_request_init (&request, checkpoint);
  request.prompt = "the red fox";
  request.memory_limit = 1000000;
  g_assert_false (arra_checkpoint_plan (checkpoint, &request, &plan, &error));
  g_assert_cmpuint (plan.total, >, 1000000);
  needed = g_strdup_printf ("%" G_GUINT64_FORMAT " bytes) are needed", plan.total);
  fixture_assert_error (error, ARRA_ERROR_NO_MEMORY, FIXTURE_WORDS (needed, "1000000 bytes) are allowed"));
  g_clear_error (&error);
  g_assert_null (arra_job_new (checkpoint, &request, &error));
  fixture_assert_error (error, ARRA_ERROR_NO_MEMORY, FIXTURE_WORDS ("needed", "1000000 bytes"));
  g_clear_error (&error);
  request.memory_limit = plan.total;
  g_assert_true (arra_checkpoint_plan (checkpoint, &request, &plan, &error));
  g_setenv ("ARRA_MEMORY_LIMIT", "2000000", TRUE);
  request.memory_limit = 0;
  g_assert_false (arra_checkpoint_plan (checkpoint, &request, &plan, &error));
  fixture_assert_error (error, ARRA_ERROR_NO_MEMORY, FIXTURE_WORDS ("2000000 bytes) are available"));
  g_assert_cmpuint (plan.available, ==, 2000000);
  g_unsetenv ("ARRA_MEMORY_LIMIT");
  fixture_remove (path);
}

/* The plan of a checkpoint whose weights are not loaded is that of a loaded one. */
static void
test_metadata_only (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  g_autoptr (ArraCheckpoint) loaded = open_at (path, ARRA_QUANT_Q8_0, FALSE),
                             described = open_at (path, ARRA_QUANT_Q8_0, TRUE);
  ArraMemoryPlan one, other;
  ArraRequest request;

  arra_request_init (&request, loaded);
  g_assert_true (arra_checkpoint_plan (loaded, &request, &one, NULL));
  g_assert_true (arra_checkpoint_plan (described, &request, &other, NULL));
  g_assert_cmpuint (one.total, ==, other.total);
  g_assert_cmpuint (one.weights_private, ==, other.weights_private);
  fixture_remove (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/capacities", test_capacities);
  g_test_add_func ("/plan/peak", test_peak);
  g_test_add_func ("/plan/limit", test_limit);
  g_test_add_func ("/plan/metadata-only", test_metadata_only);
  return g_test_run ();
}
