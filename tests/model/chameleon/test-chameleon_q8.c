/* test-chameleon_q8.c - what Q8_0 costs in accuracy: a random model of 100 million weights against its f32
 * form
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cpu.h"
#include "random_model.h"

#define N 8 /* tokens */

static float *
logits_of (const ArraChameleonConfig *config,
           ArraSource *source,
           ArraDType dtype,
           const ArraExec *exec,
           const guint32 *ids)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraChameleon) model = arra_chameleon_new (config, source, dtype, NULL, exec->pool, NULL, &error);
  g_autoptr (ArraKvCache) cache = arra_chameleon_kv_cache_new (config, N, &error);
  g_autoptr (ArraTransformerRun) run = NULL;
  float *logits = g_new (float, N * config->vocab_size);
  ArraTransformerInput input = { .cache = cache, .ids = ids, .n_ids = N, .logits = logits, .all_logits = TRUE };

  g_assert_no_error (error);
  run = arra_transformer_run_new (arra_chameleon_transformer (model), exec, N, N, &error);
  g_assert_true (arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return logits;
}

static double
cosine (const float *a, const float *b, gsize n)
{
  double ab = 0, aa = 0, bb = 0;

  for (gsize i = 0; i < n; i++)
    {
      ab += (double) a[i] * (double) b[i];
      aa += (double) a[i] * (double) a[i];
      bb += (double) b[i] * (double) b[i];
    }
  return ab / sqrt (aa * bb);
}

static void
test_cosine (void)
{
  ArraChameleonConfig config = {
    .vocab_size = 12288,
    .hidden_size = 768,
    .intermediate_size = 2048,
    .n_layers = 12,
    .n_heads = 12,
    .n_kv_heads = 12,
    .head_dim = 64,
    .context = 1024,
    .model_parallel = 1,
    .norm_eps = 1e-5f,
    .rope_theta = 10000.0,
    .rope_factor = 1.0,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraPool) pool = arra_pool_new (0, &error);
  ArraExec exec = { arra_kernels_default (&error), pool };
  g_autoptr (ArraSource) source = random_model_source (&config, 0.02f, 0, FALSE, NULL, pool);
  g_autofree guint32 *ids = random_ids (N, config.vocab_size, 11);
  g_autofree float *exact = NULL, *quantized = NULL;
  double worst = 1, sum = 0;
  guint64 n_weights = 0;

  g_assert_no_error (error);
  for (gsize i = 0; i < arra_source_count (source); i++)
    n_weights += arra_tensor_count (arra_source_tensor (source, i));
  g_assert_cmpuint (n_weights, >=, 100 * 1000 * 1000);
  exact = logits_of (&config, source, ARRA_F32, &exec, ids);
  quantized = logits_of (&config, source, ARRA_Q8_0, &exec, ids);
  for (guint row = 0; row < N; row++)
    {
      double c = cosine (exact + row * config.vocab_size, quantized + row * config.vocab_size, config.vocab_size);

      worst = MIN (worst, c);
      sum += c;
    }
  g_test_message ("%.1f million weights, %s kernels: cosine of Q8_0 and f32 logits, lowest of %d rows %.6f, mean %.6f",
                  (double) n_weights / 1e6, exec.kernels->name, N, worst, sum / N);
  g_assert_cmpfloat (worst, >, 0.9995);
  g_assert_cmpfloat (worst, <, 1.0); /* the two did take different ways */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chameleon/q8/cosine", test_cosine);
  return g_test_run ();
}
