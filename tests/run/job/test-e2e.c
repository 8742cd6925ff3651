/* test-e2e.c - the reference's tiny model: its tokens and its pictures, on every ISA, with one thread and two
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "job.h"
#include "jsonguard.h"
#include "models.h"

#define LOGIT_TOLERANCE 2e-5f

typedef struct
{
  JsonObject *object;
  ArraSource *expected;
  ArraCheckpoint *checkpoint;
  guint threads;
} Case;

static char *
golden (const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", name, NULL);
}

static ArraRequest
request_of (const Case *c, JsonObject *run)
{
  ArraRequest request;

  arra_request_init (&request, c->checkpoint);
  request.prompt = json_object_get_string_member (run, "prompt");
  request.prompt_template = "{prompt}";
  request.width = request.height = 0;
  request.guidance_scale = json_object_get_double_member (run, "cfg");
  request.top_k = (guint) json_object_get_int_member (run, "image_top_k");
  request.text_top_k = (guint) json_object_get_int_member (run, "text_top_k");
  request.max_tokens = 40;
  request.threads = c->threads;
  return request;
}

static void
check_tokens (const ArraJob *job, JsonObject *run)
{
  JsonArray *expected = json_object_get_array_member (run, "generated_ids_without_final_8710");
  g_autofree char *text = arra_job_text (job, 0);
  const guint32 *tokens;
  gboolean finished;
  gsize n;

  tokens = arra_job_tokens (job, 0, &n, &finished);
  g_assert_true (finished);
  g_assert_cmpuint (n, ==, json_array_get_length (expected));
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (tokens[i], ==, json_array_get_int_element (expected, i));
  g_assert_cmpstr (text, ==, json_object_get_string_member (run, "answer_text"));
}

static void
check_picture (const Case *c, ArraJob *job, guint index)
{
  g_autofree char *name = g_strdup_printf ("out.run%u.image0_u8", index);
  const ArraTensor *expected = arra_source_find (c->expected, name);
  g_autoptr (GError) error = NULL;
  const ArraPicture *picture = arra_job_decode (job, 0, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (expected);
  g_assert_true (arra_tensor_has_shape (expected, 3, (gint64) picture->height, (gint64) picture->width, (gint64) 3));
  for (gsize i = 0; i < arra_tensor_count (expected); i++)
    g_assert_cmpint (abs (picture->pixels[i] - ((const guint8 *) expected->data)[i]), <=, 1);
}

/* The size given instead of chosen: start, height and width are then part of what is read, and the same codes
 * follow. */
static void
check_fixed (const Case *c, JsonObject *run, const ArraJob *chosen)
{
  ArraRequest request = request_of (c, run);
  g_autoptr (ArraJob) fixed = NULL;

  request.width = 64;
  request.height = 32;
  fixed = models_run (c->checkpoint, &request);
  models_assert_same_tokens (chosen, fixed);
}

/* The prompt's tokens, and the model's scores after them before any rule. */
static void
check_prompt (const Case *c, JsonObject *run, guint index)
{
  g_autofree char *name = g_strdup_printf ("out.run%u.raw_logits_after_prompt", index);
  const ArraTensor *expected = arra_source_find (c->expected, name);
  JsonArray *expected_ids = json_object_get_array_member (run, "prompt_ids");
  const ArraRequest request = request_of (c, run);
  g_autoptr (ArraJob) job = models_job (c->checkpoint, &request);
  g_autoptr (GError) error = NULL;
  guint32 id;

  g_assert_cmpuint (job->prompt_length, ==, json_array_get_length (expected_ids));
  for (guint i = 0; i < job->prompt_length; i++)
    g_assert_cmpint (job->session.ids[i], ==, json_array_get_int_element (expected_ids, i));
  arra_session_next (&job->session, &job->sampling, 0, 0, &id, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (expected);
  g_assert_cmpuint (arra_tensor_count (expected), ==, c->checkpoint->decoder.shape.n_logits);
  for (gsize i = 0; i < arra_tensor_count (expected); i++)
    g_assert_cmpfloat (fabsf (job->session.logits[0][i] - ((const float *) expected->data)[i]), <=, LOGIT_TOLERANCE);
}

static void
check_runs (const Case *c)
{
  JsonArray *runs = json_object_get_array_member (c->object, "runs");

  g_assert_cmpuint (json_array_get_length (runs), ==, 3);
  for (guint i = 0; i < json_array_get_length (runs); i++)
    {
      JsonObject *run = json_array_get_object_element (runs, i);
      const ArraRequest request = request_of (c, run);
      g_autoptr (ArraJob) job = models_run (c->checkpoint, &request);

      check_prompt (c, run, i);
      check_tokens (job, run);
      check_picture (c, job, i);
      check_fixed (c, run, job);
    }
}

static void
test_runs (gconstpointer mode)
{
  g_autofree char *json_path = golden ("e2e/case.json"), *case_path = golden ("e2e/case.safetensors"),
                  *model = golden ("e2e/model"), *vqgan = golden ("vqgan/f16");
  g_autofree char *before = g_strdup (g_getenv ("ARRA_CPU"));
  const ArraCpu cpu = strcmp (mode, "c") == 0      ? ARRA_CPU_C
                      : strcmp (mode, "avx2") == 0 ? ARRA_CPU_AVX2
                                                   : ARRA_CPU_AVX512;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (ArraSource) expected = NULL;
  Case c = { 0 };

  if (!arra_cpu_supports (cpu, NULL))
    {
      g_test_skip ("this machine lacks the instructions");
      return;
    }
  g_setenv ("ARRA_CPU", mode, TRUE);
  parser = arra_json_parse_file (json_path, &c.object, &error);
  g_assert_no_error (error);
  expected = c.expected = arra_safetensors_open (case_path, &error);
  g_assert_no_error (error);
  for (c.threads = 1; c.threads <= 2; c.threads++)
    {
      const ArraOpenOptions options = { .vqgan = vqgan, .threads = c.threads };

      c.checkpoint = arra_checkpoint_open (model, &options, NULL, &error);
      g_assert_no_error (error);
      check_runs (&c);
      arra_checkpoint_unref (c.checkpoint);
    }
  if (before != NULL)
    g_setenv ("ARRA_CPU", before, TRUE);
  else
    g_unsetenv ("ARRA_CPU");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/e2e/c", "c", test_runs);
  g_test_add_data_func ("/e2e/avx2", "avx2", test_runs);
  g_test_add_data_func ("/e2e/avx512", "avx512", test_runs);
  return g_test_run ();
}
