/* test-rules.c - the reference's logits processors, step by step, on scripted sequences
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "jsonguard.h"
#include "sampler.h"
#include "source.h"
#include "small_words.h"

#define TOLERANCE 1e-5f

typedef struct
{
  JsonObject *script;
  ArraSource *expected;
  ArraVocabulary vocabulary;
  ArraSampler sampler;
  ArraGrammar grammar;
  ArraSampling sampling;
  float *cond, *uncond;
  guint n_uncond; /* passes so far */
} Case;

static gint64
number (JsonObject *object, const char *key)
{
  return json_object_get_int_member (object, key);
}

/* As the cases' notes define it; every operation is rounded to float. */
static void
synth (float *out, guint32 n, guint32 step, guint32 salt)
{
  for (guint32 i = 0; i < n; i++)
    {
      guint32 u = i * 2654435761u + step * 2246822519u + salt * 3266489917u;

      u ^= u >> 15;
      u *= 2246822519u;
      u ^= u >> 13;
      out[i] = (float) (u >> 8) * (1 / 16777216.0f) * 20.0f - 10.0f;
    }
}

static void
push_all (Case *c, JsonArray *ids)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      arra_grammar_push (&c->grammar, (guint32) json_array_get_int_element (ids, i), &error);
      g_assert_no_error (error);
    }
}

/* What the unconditional pass of this step reads, if there is one. */
static void
check_uncond (const Case *c, JsonObject *step)
{
  const gboolean called = !json_object_get_null_member (step, "unconditional_call");
  const gboolean in_picture = c->grammar.expect == ARRA_EXPECT_CODE || c->grammar.expect == ARRA_EXPECT_FORCED;
  JsonArray *ids;

  g_assert_true (called == (in_picture && c->sampling.guidance_scale != 1));
  if (!called)
    return;
  ids = json_object_get_array_member (json_object_get_object_member (step, "unconditional_call"), "input_ids");
  g_assert_cmpuint (json_array_get_length (ids), ==, c->grammar.uncond_begins ? 3 : 1);
  if (!c->grammar.uncond_begins)
    {
      g_assert_cmpint (json_array_get_int_element (ids, 0), ==, number (step, "last_token"));
      return;
    }
  g_assert_cmpint (json_array_get_int_element (ids, 0), ==, c->vocabulary.image_start);
  g_assert_cmpint (json_array_get_int_element (ids, 1), ==, c->vocabulary.id_of_size[c->grammar.rows / 2]);
  g_assert_cmpint (json_array_get_int_element (ids, 2), ==, c->vocabulary.id_of_size[c->grammar.columns / 2]);
}

static void
check_candidates (const Case *c, guint step)
{
  g_autofree char *ids_name = g_strdup_printf ("out.step%u.ids", step);
  g_autofree char *scores_name = g_strdup_printf ("out.step%u.scores", step);
  const ArraTensor *ids = arra_source_find (c->expected, ids_name),
                   *scores = arra_source_find (c->expected, scores_name);

  g_assert_nonnull (ids);
  g_assert_nonnull (scores);
  g_assert_cmpuint (c->sampler.n_candidates, ==, arra_tensor_count (ids));
  for (gsize i = 0; i < c->sampler.n_candidates; i++)
    {
      g_assert_cmpint (c->sampler.candidates[i].id, ==, ((const gint32 *) ids->data)[i]);
      g_assert_cmpfloat (fabsf (c->sampler.candidates[i].score - ((const float *) scores->data)[i]), <=, TOLERANCE);
    }
}

static void
run_step (Case *c, guint index, JsonObject *step)
{
  const ArraKernels *kernels = arra_kernels_default (NULL);
  g_autoptr (GError) error = NULL;
  const float *uncond = NULL;
  ArraSampling greedy = c->sampling;

  synth (c->cond, c->vocabulary.layout.n_tokens, index, (guint32) number (c->script, "cond_salt"));
  check_uncond (c, step);
  if (!json_object_get_null_member (step, "unconditional_call"))
    {
      synth (c->uncond, c->vocabulary.layout.n_tokens, 1000 + ++c->n_uncond,
             (guint32) number (c->script, "uncond_salt"));
      uncond = c->uncond;
    }
  arra_sampler_filter (&c->sampler, kernels, &c->grammar, &c->sampling, c->cond, uncond, &error);
  g_assert_no_error (error);
  check_candidates (c, index);
  greedy.greedy = TRUE;
  g_assert_cmpint (arra_sampler_pick (&c->sampler, &greedy, 0, index), ==, number (step, "argmax"));
  arra_grammar_push (&c->grammar, (guint32) number (step, "next_token_in_script"), &error);
  g_assert_no_error (error);
}

static void
test_case (gconstpointer data)
{
  g_autofree char *script_name = g_strdup_printf ("%s.json", (const char *) data);
  g_autofree char *tensors_name = g_strdup_printf ("%s.safetensors", (const char *) data);
  g_autofree char *script_path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "rules", script_name, NULL);
  g_autofree char *tensors_path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "rules", tensors_name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (ArraSource) expected = NULL;
  Case c = { 0 };
  Words words;
  JsonArray *steps;

  parser = arra_json_parse_file (script_path, &c.script, &error);
  g_assert_no_error (error);
  expected = c.expected = arra_safetensors_open (tensors_path, &error);
  g_assert_no_error (error);
  words = words_golden ((guint32) number (c.script, "vocab_size"));
  words_vocabulary (&words, &c.vocabulary);
  c.sampling = (ArraSampling) { .guidance_scale = json_object_get_double_member (c.script, "cfg"),
                                .temperature = 1,
                                .top_p = 1,
                                .top_k = (guint) number (c.script, "image_top_k"),
                                .text_top_k = (guint) number (c.script, "text_top_k") };
  arra_sampler_init (&c.sampler, words.n_tokens, &error);
  g_assert_no_error (error);
  c.cond = g_new (float, words.n_tokens);
  c.uncond = g_new (float, words.n_tokens);
  arra_grammar_init (&c.grammar, &c.vocabulary.layout);
  push_all (&c, json_object_get_array_member (c.script, "prompt_ids"));
  steps = json_object_get_array_member (c.script, "steps");
  for (guint i = 0; i < json_array_get_length (steps); i++)
    run_step (&c, i, json_array_get_object_element (steps, i));
  g_free (c.cond);
  g_free (c.uncond);
  arra_sampler_clear (&c.sampler);
  arra_vocabulary_clear (&c.vocabulary);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/rules/one-image-cfg1", "one_image_cfg1", test_case);
  g_test_add_data_func ("/rules/one-image-cfg4", "one_image_cfg4", test_case);
  g_test_add_data_func ("/rules/start-in-prompt", "start_in_prompt", test_case);
  g_test_add_data_func ("/rules/image-in-prompt", "image_in_prompt", test_case);
  g_test_add_data_func ("/rules/text-then-two-images", "text_then_two_images", test_case);
  g_test_add_data_func ("/rules/full-vocab-65536", "full_vocab_65536", test_case);
  return g_test_run ();
}
