/* test-janus_graph.c - Janus on a tape agrees with the one that generates, and its gradients with differences
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "golden_vqgan.h"
#include "janus_graph.h"
#include "jsonguard.h"
#include "jsonpython.h"

#define N 2
#define LENGTH 9
#define N_TEXT 420
#define N_CODES 128

static const guint32 ids[N * LENGTH] = {
  0, 33, 401,        12,         5,  N_TEXT + 3,  N_TEXT + 127, N_TEXT,     N_TEXT + 64, /* a prompt and codes */
  0, 5,  N_TEXT + 1, N_TEXT + 2, 17, N_TEXT + 99, N_TEXT + 3,   N_TEXT + 3, 9,           /* mixed */
};

typedef struct
{
  ArraSource *source;
  ArraJanusConfig config;
  ArraTrainable model;
  ArraParameters *parameters;
  ArraExec exec;
  ArraSequences sequences;
  float *expected; /* [N * LENGTH][N_CODES] */
  double loss;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *weights = golden_path ("janus/original/pytorch_model.bin");
  g_autofree char *config = golden_path ("janus/original/config.json");
  JsonObject *object;
  ArraWeights table;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse_config (config, &object, &error);

  g_assert_nonnull (parser);
  f->source = arra_torch_open (weights, NULL, &error);
  g_assert_no_error (error);
  arra_janus_config_read (&f->config, object, f->source, "", ARRA_JANUS_ORIGINAL, config, &error);
  g_assert_no_error (error);
  f->exec = (ArraExec) { arra_kernels_get (ARRA_CPU_C), NULL };
  f->sequences = (ArraSequences) { N, LENGTH, ids, NULL };
  f->model = arra_janus_trainable (&f->config);
  f->expected = g_new (float, N *LENGTH *N_CODES);
  f->parameters = arra_parameters_new (NULL);
  table = arra_janus_weights (&f->config, NULL, "", ARRA_JANUS_ORIGINAL);
  if (!arra_weights_describe (&table, arra_parameters_add_shape, f->parameters, &error)
      || !arra_parameters_allocate (f->parameters, TRUE, &error)
      || !arra_parameters_load (f->parameters, f->source, &error))
    g_error ("%s", error->message);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  arra_parameters_free (f->parameters);
  arra_source_unref (f->source);
  g_free (f->expected);
}

/* ---- logits */

static void
generate (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraJanus) model
      = arra_janus_new (&f->config, f->source, "", ARRA_JANUS_ORIGINAL, ARRA_F32, NULL, NULL, &error);
  const ArraKvShape shape = { f->config.n_layers, f->config.n_kv_heads, f->config.head_dim, ARRA_F32 };
  g_autoptr (ArraTransformerRun) run
      = arra_transformer_run_new (arra_janus_transformer (model), &f->exec, LENGTH, LENGTH, &error);

  for (guint i = 0; i < N; i++)
    {
      g_autoptr (ArraKvCache) cache = arra_kv_cache_new (&shape, LENGTH, &error);
      ArraTransformerInput input = { .cache = cache,
                                     .ids = ids + i * LENGTH,
                                     .n_ids = LENGTH,
                                     .logits = f->expected + i * LENGTH * N_CODES,
                                     .all_logits = TRUE };

      arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
    }
}

static ArraNode *
compute_logits (ArraTape *tape, const Fixture *f)
{
  const ArraDropout none = { 0 };
  ArraTransformerNodes nodes;

  f->model.graph (&f->model, tape, f->parameters, &f->sequences, ARRA_NO_TAPS, &none, &nodes);
  return f->model.logits (&f->model, tape, f->parameters, nodes.hidden);
}

static gboolean
compare (ArraTape *tape, gpointer user, GError **error)
{
  const Fixture *f = user;
  const ArraNode *logits = compute_logits (tape, f);

  for (gsize i = 0; arra_tape_computes (tape) && i < N * LENGTH * N_CODES; i++)
    if (!(fabsf (logits->data[i] - f->expected[i]) <= 1e-4f))
      g_error ("[%zu] is %.9g, %.9g expected", i, (double) logits->data[i], (double) f->expected[i]);
  return TRUE;
}

static void
run (Fixture *f, gboolean gradients, ArraTapeFunc func)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTape) tape = arra_tape_new (&f->exec, arra_transformer_graph_nodes (f->config.n_layers), &error);

  if (tape == NULL || !arra_tape_run (tape, gradients, func, f, &error))
    g_error ("%s", error->message);
}

static void
test_logits (Fixture *f, gconstpointer data)
{
  generate (f);
  run (f, FALSE, compare);
}

/* ---- gradients */

static gboolean
lose (ArraTape *tape, gpointer user, GError **error)
{
  static const guint32 targets[N * LENGTH] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18 };
  Fixture *f = user;
  double z;

  arra_graph_cross_entropy (tape, compute_logits (tape, f), targets, 1, 0, &f->loss, &z);
  arra_tape_backward (tape);
  return TRUE;
}

/* The steepest number of each tensor around the codes, and of one layer */
static void
test_gradients (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "language_model.model.embed_tokens.weight",
                                       "gen_embed.weight",
                                       "gen_aligner.layers.0.weight",
                                       "gen_aligner.layers.0.bias",
                                       "gen_aligner.layers.2.weight",
                                       "gen_head.output_mlp_projector.weight",
                                       "gen_head.vision_head.bias",
                                       "language_model.model.layers.1.self_attn.k_proj.weight" };
  const float step = 0x1p-7f;

  run (f, TRUE, lose);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const ArraParameter *item = arra_parameters_find (f->parameters, names[i]);
      const float *grad = f->parameters->grad + item->offset;
      float *value = f->parameters->data + item->offset;
      gsize at = 0;
      double up, slope;

      for (gsize j = 1; j < item->count; j++)
        if (fabsf (grad[j]) > fabsf (grad[at]))
          at = j;
      value[at] += step;
      run (f, FALSE, lose);
      up = f->loss;
      value[at] -= 2 * step;
      run (f, FALSE, lose);
      value[at] += step;
      slope = (up - f->loss) / (2 * (double) step);
      g_assert_cmpfloat (fabs (slope), >, 1e-3);
      if (!(fabs (slope - (double) grad[at]) <= 0.02 * fabs (slope)))
        g_error ("%s: %g, the difference is %g", names[i], (double) grad[at], slope);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/janus-graph/logits", Fixture, NULL, set_up, test_logits, tear_down);
  g_test_add ("/janus-graph/gradients", Fixture, NULL, set_up, test_gradients, tear_down);
  return g_test_run ();
}
