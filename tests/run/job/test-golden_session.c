/* test-golden_session.c - sessions of models whose prompts stand in front of the sequence give the
 * reference's tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "conditioner.h"
#include "janus.h"
#include "llamagen.h"
#include "mem.h"
#include "session.h"

#define N_STEPS 16
#define PAD 7 /* of Janus' cases */

static char *
golden (const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", name, NULL);
}

static ArraCheckpoint *
open_golden (const char *name)
{
  g_autofree char *path = golden (name);
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open (path, NULL, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

static ArraSource *
open_case (const char *folder)
{
  g_autofree char *name = g_build_filename (folder, "case.safetensors", NULL), *path = golden (name);
  g_autoptr (GError) error = NULL;
  ArraSource *source = arra_safetensors_open (path, &error);

  g_assert_no_error (error);
  return source;
}

/* Number @index of a tensor of whole ones. */
static guint32
number (const ArraSource *source, const char *name, gsize index)
{
  const ArraTensor *tensor = arra_source_find (source, name);
  const gsize size = tensor->n_bytes / arra_tensor_count (tensor);

  g_assert_cmpuint (index, <, arra_tensor_count (tensor));
  return size == sizeof (gint64) ? (guint32) ((const gint64 *) tensor->data)[index]
                                 : (guint32) ((const gint32 *) tensor->data)[index];
}

typedef struct
{
  double guidance;
  gint interval;
  const float *features; /* (nullable) */
} How;

/* The session's most likely tokens are those of @name from @first on. */
static void
assert_tokens (const ArraCheckpoint *checkpoint,
               const ArraCondition *condition,
               How how,
               const ArraSource *source,
               const char *name,
               gsize first)
{
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  const ArraExec exec = { arra_kernels_default (NULL), pool };
  const ArraSampling sampling = { .guidance_scale = how.guidance, .temperature = 1, .top_p = 1, .greedy = TRUE };
  const guint n = condition->front[ARRA_CONDITIONAL].n, none = condition->front[ARRA_UNCONDITIONAL].n;
  const ArraCapacities capacities = { .prompt_tokens = n,
                                      .uncond_tokens = none,
                                      .answer_tokens = N_STEPS,
                                      .context = n + N_STEPS,
                                      .uncond_context = none + N_STEPS,
                                      .rows = 64,
                                      .threads = 2 };
  g_autoptr (GError) error = NULL;
  ArraSession session;

  arra_session_init (&session, checkpoint, &exec, &capacities, condition, how.guidance != 1, &error);
  g_assert_no_error (error);
  session.cfg_interval = how.interval;
  if (how.features != NULL)
    {
      const ArraLlamagenConfig *config = checkpoint->decoder.config;

      arra_session_take_features (&session, checkpoint->decoder.conditioner, how.features, config->caption_size);
    }
  for (guint i = 0; i < N_STEPS; i++)
    {
      guint32 id;

      arra_session_next (&session, &sampling, 0, i, &id, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (id, ==, number (source, name, first + i));
      g_assert_true (arra_session_push (&session, id, NULL));
    }
  arra_session_clear (&session);
}

static void
test_janus (gconstpointer data)
{
  ArraCheckpoint *checkpoint = open_golden (data);
  g_autoptr (ArraSource) source = open_case (data);

  for (guint run = 0; run < 2; run++)
    {
      g_autofree char *prompt = g_strdup_printf ("in.run%u.prompt_ids", run);
      g_autofree char *tokens = g_strdup_printf ("out.run%u.tokens", run);
      const guint n = (guint) arra_tensor_count (arra_source_find (source, prompt));
      g_auto (ArraCondition) condition = { 0 };
      ArraPrefix *front = condition.front;

      for (guint i = 0; i < ARRA_N_BRANCHES; i++)
        g_assert_true (arra_prefix_init (&front[i], n, NULL));
      for (guint i = 0; i < n; i++)
        front[ARRA_CONDITIONAL].ids[i] = number (source, prompt, i);
      arra_janus_unconditional (front[ARRA_CONDITIONAL].ids, n, PAD, front[ARRA_UNCONDITIONAL].ids);
      assert_tokens (checkpoint, &condition, (How) { 5, -1, NULL }, source, tokens, 0);
    }
  arra_checkpoint_unref (checkpoint);
}

static void
test_classes (void)
{
  static const struct
  {
    const char *tokens;
    double guidance;
    gint interval;
  } runs[] = {
    { "out.greedy.tokens", 1, -1 },
    { "out.cfg4.tokens", 4, -1 },
    { "out.cfg4_interval5.tokens", 4, 5 },
  };
  ArraCheckpoint *checkpoint = open_golden ("llamagen/c2i");
  const ArraPromptReader reader = { checkpoint->layout, NULL, NULL };
  g_autoptr (ArraSource) source = open_case ("llamagen/c2i");

  for (gsize run = 0; run < G_N_ELEMENTS (runs); run++)
    for (guint i = 0; i < 2; i++)
      {
        g_autofree char *class = g_strdup_printf ("%u", number (source, "in.class_ids", i));
        g_auto (ArraCondition) condition = { 0 };

        g_assert_true (
            checkpoint->decoder.conditioner->condition (&checkpoint->decoder, &reader, class, &condition, NULL));
        assert_tokens (checkpoint, &condition, (How) { runs[run].guidance, runs[run].interval, NULL }, source,
                       runs[run].tokens, i * N_STEPS);
      }
  arra_checkpoint_unref (checkpoint);
}

/* Features as the reference's text encoder gave them, in front of either branch at their places. */
static void
test_features (void)
{
  ArraCheckpoint *checkpoint = open_golden ("llamagen/t2i/t2i_bf16.pt");
  const ArraLlamagenConfig *config = checkpoint->decoder.config;
  g_autoptr (ArraSource) source = open_case ("llamagen/t2i");
  const float *features = arra_source_find (source, "in.t5_embeddings")->data;

  for (guint text = 0; text < 2; text++)
    {
      g_auto (ArraCondition) condition = { 0 };
      ArraPrefix *front = condition.front;
      const float *first = features + (gsize) text * config->n_prefix * config->caption_size;
      guint n = 0;

      while (n < config->n_prefix && number (source, "in.t5_mask", text * config->n_prefix + n) != 0)
        n++;
      for (guint i = 0; i < ARRA_N_BRANCHES; i++)
        {
          g_assert_true (arra_prefix_init (&front[i], n, NULL));
          front[i].left_out = config->n_prefix - n;
        }
      front[ARRA_CONDITIONAL].features = TRUE;
      for (guint i = 0; i < n; i++)
        front[ARRA_UNCONDITIONAL].ids[i] = config->n_codes + front[ARRA_UNCONDITIONAL].left_out + i;
      assert_tokens (checkpoint, &condition, (How) { 1, -1, first }, source, "out.greedy_masked.tokens",
                     text * N_STEPS);
      assert_tokens (checkpoint, &condition, (How) { 7.5, -1, first }, source, "out.cfg75_masked.tokens",
                     text * N_STEPS);
    }
  arra_checkpoint_unref (checkpoint);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/golden_session/janus", "janus/original", test_janus);
  g_test_add_data_func ("/golden_session/janus-transformers", "janus/hf", test_janus);
  g_test_add_func ("/golden_session/classes", test_classes);
  g_test_add_func ("/golden_session/features", test_features);
  return g_test_run ();
}
