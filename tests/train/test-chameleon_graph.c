/* test-chameleon_graph.c - the transformer on a tape agrees with the one that generates
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "chameleon_graph.h"
#include "fail.h"
#include "random_model.h"

#define N 2
#define LENGTH 19

/* What generation gave: hidden_states of one layer, or after the final norm. */
typedef struct
{
  guint tap, n_layers, item;
  float *tapped, *hidden; /* [N][LENGTH][hidden] */
} Seen;

static void
watch (const char *what, int layer, guint input, const float *data, guint rows, guint width, gpointer user)
{
  Seen *seen = user;
  gsize at = (gsize) seen->item * LENGTH * width, bytes = (gsize) rows * width * sizeof *data;

  g_assert_cmpuint (rows, ==, strcmp (what, "final_norm") == 0 || strcmp (what, "layer") == 0 ? LENGTH : rows);
  if (strcmp (what, "final_norm") == 0)
    memcpy (seen->hidden + at, data, bytes);
  if ((strcmp (what, "embedding") == 0 && seen->tap == 0)
      || (strcmp (what, "layer") == 0 && (guint) layer + 1 == seen->tap)
      || (strcmp (what, "final_norm") == 0 && seen->tap == seen->n_layers))
    memcpy (seen->tapped + at, data, bytes);
}

static void
generate (const ArraChameleonConfig *config, ArraSource *source, const ArraExec *exec, const guint32 *ids, Seen *seen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraChameleon) model = arra_chameleon_new (config, source, ARRA_F32, NULL, NULL, NULL, &error);
  g_autoptr (ArraTransformerRun) run
      = arra_transformer_run_new (arra_chameleon_transformer (model), exec, LENGTH, LENGTH, &error);

  for (seen->item = 0; seen->item < N; seen->item++)
    {
      g_autoptr (ArraKvCache) cache = arra_chameleon_kv_cache_new (config, LENGTH, &error);
      ArraTransformerInput input = { .cache = cache, .ids = ids + seen->item * LENGTH, .n_ids = LENGTH };

      if (!arra_transformer_forward (run, &input, 1, watch, seen, NULL, &error))
        g_error ("%s", error->message);
    }
}

typedef struct
{
  const ArraChameleonConfig *config;
  const ArraParameters *parameters;
  ArraSequences sequences;
  const Seen *seen;
} Graph;

static void
expect_close (const float *got, const float *expected, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabsf (got[i] - expected[i]) <= 2e-5f * fmaxf (1, fabsf (expected[i]))))
      g_error ("[%zu] is %.9g, %.9g expected", i, (double) got[i], (double) expected[i]);
}

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  const Graph *g = user;
  const ArraDropout none = { 0 };
  gsize n = (gsize) N * LENGTH * g->config->hidden_size;
  ArraTransformerNodes out;

  arra_chameleon_graph (tape, g->config, g->parameters, &g->sequences, ARRA_ONE_TAP (g->seen->tap), &none, &out);
  if (!arra_tape_computes (tape))
    return TRUE;
  expect_close (out.hidden->data, g->seen->hidden, n);
  g_assert_true ((out.tapped[0] != NULL) == (g->seen->tap != ARRA_NO_LAYER));
  if (out.tapped[0] != NULL)
    expect_close (out.tapped[0]->data, g->seen->tapped, n);
  return TRUE;
}

static void
check (const ArraChameleonConfig *config, gboolean per_head, guint tap)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autoptr (ArraSource) source = random_model_source (config, 0.2f, 0.2f, per_head, NULL, NULL);
  const ArraWeights weights = arra_chameleon_weights (config, source);
  g_autofree guint32 *ids = random_ids (N * LENGTH, config->vocab_size, 3);
  g_autofree float *tapped = g_new (float, N *LENGTH * config->hidden_size),
                   *hidden = g_new (float, N *LENGTH * config->hidden_size);
  Seen seen = { tap, config->n_layers, 0, tapped, hidden };
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraParameters) parameters = arra_parameters_new (&error);
  g_autoptr (ArraTape) tape = arra_tape_new (&exec, arra_transformer_graph_nodes (config->n_layers), &error);
  Graph graph = { config, parameters, { N, LENGTH, ids, NULL }, &seen };

  generate (config, source, &exec, ids, &seen);
  if (!arra_weights_describe (&weights, arra_parameters_add_shape, parameters, &error)
      || !arra_parameters_allocate (parameters, TRUE, &error) || !arra_parameters_load (parameters, source, &error)
      || !arra_tape_run (tape, FALSE, compute, &graph, &error))
    g_error ("%s", error->message);
}

static void
test_forms (void)
{
  ArraChameleonConfig config;

  random_model_config (&config);
  check (&config, FALSE, 1);
  check (&config, TRUE, 0);
  config.swin_norm = TRUE;
  check (&config, FALSE, config.n_layers);
  config.n_kv_heads = config.n_heads;
  check (&config, FALSE, ARRA_NO_LAYER);
}

static void
test_rope (void)
{
  ArraChameleonConfig config;

  random_model_config (&config);
  config.rope_scaling = ARRA_ROPE_LINEAR;
  config.rope_factor = 2.5;
  check (&config, FALSE, 1);
  config.rope_scaling = ARRA_ROPE_DYNAMIC;
  config.context = 8;
  check (&config, FALSE, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/chameleon-graph/forms", test_forms);
  g_test_add_func ("/train/chameleon-graph/rope", test_rope);
  return g_test_run ();
}
