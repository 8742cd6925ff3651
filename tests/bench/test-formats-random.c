/* test-formats-random.c - what number formats lose in layers of 7B models with random weights: the scores of tokens
 * beside those of 32-bit floats. Prints a table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"
#include "format_loss.h"
#include "random_model.h"

#define LAYERS 2 /* of 32 */
#define TOKENS 192
#define VOCABULARY 8192
#define SPREAD 0.0156f /* 1 / sqrt (4096): what comes out of a matrix is as large as what goes in */

typedef struct
{
  ArraChameleonConfig config;
  ArraSource *source;
  ArraExec exec;
  guint32 *ids;
} Fixture;

static void
fixture_init (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->exec = (ArraExec) { .kernels = arra_kernels_default (&error), .pool = arra_pool_new (0, &error) };
  g_assert_no_error (error);
  random_model_config (&f->config);
  f->config.vocab_size = VOCABULARY;
  f->config.hidden_size = 4096;
  f->config.intermediate_size = 11008;
  f->config.n_layers = LAYERS;
  f->config.n_heads = f->config.n_kv_heads = 32;
  f->config.head_dim = 128;
  f->source = random_model_source (&f->config, SPREAD, 0.1f, FALSE, NULL, f->exec.pool);
  f->ids = random_ids (TOKENS, VOCABULARY, 1);
}

static void
fixture_clear (Fixture *f)
{
  arra_source_unref (f->source);
  arra_pool_free ((ArraPool *) f->exec.pool);
  g_free (f->ids);
}

/* The scores after each token; (transfer full) */
static float *
scores_of (Fixture *f, const Format *format)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraChameleon) model
      = arra_chameleon_new (&f->config, f->source, arra_quant_dtype (format->quant), NULL, f->exec.pool, NULL, &error);
  const ArraKvShape shape
      = { f->config.n_layers, f->config.n_kv_heads, f->config.head_dim, arra_quant_dtype (format->kv) };
  g_autoptr (ArraKvCache) cache = arra_kv_cache_new (&shape, TOKENS, &error);
  g_autoptr (ArraTransformerRun) run = NULL;
  g_autofree float *scores = g_new (float, TOKENS *VOCABULARY);
  ArraTransformerInput input = { .cache = cache, .ids = f->ids, .n_ids = TOKENS, .logits = scores, .all_logits = TRUE };

  g_assert_no_error (error);
  run = arra_transformer_run_new (arra_chameleon_transformer (model), &f->exec, 32, TOKENS, &error);
  g_assert_no_error (error);
  arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&scores);
}

static void
test_random (void)
{
  Fixture f;
  g_autofree float *right = NULL;

  fixture_init (&f);
  right = scores_of (&f, &formats[0]);
  g_test_message ("| %d layers of 7B, random weights, %d tokens | KL, nats | same most likely token |", LAYERS, TOKENS);
  for (guint i = 0; i < N_FORMATS; i++)
    {
      g_autofree float *scores = scores_of (&f, &formats[i]);
      Loss loss = { 0 };

      for (gsize row = 0; row < TOKENS; row++)
        loss_add (&loss, right + row * VOCABULARY, scores + row * VOCABULARY, VOCABULARY);
      g_test_message ("| %s | %.6f | %.4f |", formats[i].name, loss_divergence (&loss),
                      (double) loss.same_top / (double) loss.n);
      if (i == 0)
        g_assert_cmpuint (loss.same_top, ==, loss.n);
      g_assert_cmpfloat (loss_divergence (&loss), <, 0.5);
    }
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/formats/random", test_random);
  return g_test_run ();
}
