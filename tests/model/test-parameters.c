/* test-parameters.c - the table of what is trained: places, starts, loading
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "allocations.h"
#include "chameleon_graph.h"
#include "mem.h"
#include "parameters.h"
#include "random_model.h"

static ArraParameters *
make (const ArraChameleonConfig *config, ArraSource *source)
{
  const gint64 extra[] = { 3, 5 };
  const ArraWeights weights = arra_chameleon_weights (config, source);
  g_autoptr (GError) error = NULL;
  ArraParameters *parameters = arra_parameters_new (&error);

  if (parameters == NULL || !arra_weights_describe (&weights, arra_parameters_add_shape, parameters, &error)
      || !arra_parameters_add (parameters, "extra.weight", TRUE, 2, extra, &error)
      || !arra_parameters_allocate (parameters, TRUE, &error))
    g_error ("%s", error->message);
  return parameters;
}

static const float *
values (const ArraParameters *parameters, const char *name)
{
  return parameters->data + arra_parameters_find (parameters, name)->offset;
}

static void
test_places (void)
{
  ArraChameleonConfig config;
  g_autoptr (ArraParameters) p = NULL;
  gsize end = 0;

  random_model_config (&config);
  p = make (&config, NULL);
  g_assert_cmpuint (p->n, ==, 3 + 13 * config.n_layers + 1);
  for (guint i = 0; i < p->n; i++)
    {
      g_assert_cmpuint (p->items[i].offset, >=, end);
      g_assert_cmpuint (p->items[i].offset % (ARRA_MEM_ALIGN / sizeof (float)), ==, 0);
      end = p->items[i].offset + p->items[i].count;
    }
  g_assert_cmpuint (end, <=, p->size);
  g_assert_cmpint (arra_parameters_find (p, "model.layers.1.self_attn.q_norm.weight")->shape[0], ==,
                   config.model_parallel);
  g_assert_null (arra_parameters_find (p, "model.layers.2.self_attn.q_norm.weight"));
}

static void
test_start (void)
{
  ArraChameleonConfig config;
  g_autoptr (ArraParameters) p = NULL, other = NULL;
  const ArraParameter *head;
  double sum = 0, square = 0;

  random_model_config (&config);
  p = make (&config, NULL);
  other = make (&config, NULL);
  arra_parameters_start (p, 1, 0.02f);
  arra_parameters_start (other, 1, 0.02f);
  g_assert_cmpmem (p->data, p->size * sizeof (float), other->data, other->size * sizeof (float));
  arra_parameters_start (other, 2, 0.02f);
  g_assert_cmpint (memcmp (p->data, other->data, p->size * sizeof (float)), !=, 0);
  g_assert_cmpfloat (values (p, "model.norm.weight")[3], ==, 1);
  g_assert_cmpfloat (values (p, "model.layers.0.self_attn.k_norm.weight")[0], ==, 1);
  g_assert_cmpfloat (values (p, "model.layers.0.self_attn.k_norm.bias")[0], ==, 0);
  head = arra_parameters_find (p, "lm_head.weight");
  for (gsize i = 0; i < head->count; i++)
    {
      double value = (double) p->data[head->offset + i];
      sum += value;
      square += value * value;
    }
  g_assert_cmpfloat_with_epsilon (sum / (double) head->count, 0, 0.001);
  g_assert_cmpfloat_with_epsilon (sqrt (square / (double) head->count), 0.02, 0.001);
}

static void
test_load (void)
{
  ArraChameleonConfig config;
  g_autoptr (ArraSource) source = NULL;
  g_autoptr (ArraParameters) p = NULL;
  g_autoptr (GError) error = NULL;
  const ArraTensor *stored;

  random_model_config (&config);
  source = random_model_source (&config, 0.1f, 0.2f, TRUE, NULL, NULL);
  p = make (&config, source);
  arra_parameters_start (p, 1, 0.02f);
  g_assert_true (arra_parameters_load (p, source, &error));
  stored = arra_source_find (source, "model.layers.1.mlp.up_proj.weight");
  g_assert_cmpmem (values (p, "model.layers.1.mlp.up_proj.weight"), stored->n_bytes, stored->data, stored->n_bytes);
  g_assert_cmpint (arra_parameters_find (p, "model.layers.1.self_attn.q_norm.weight")->shape[0], ==, config.n_heads);
  g_assert_cmpfloat (fabsf (values (p, "extra.weight")[0]), >, 0); /* keeps its start */
}

static void
test_bad_sources (void)
{
  const struct
  {
    RandomFaults faults;
    ArraError code;
  } bad[] = {
    { { .missing = "model.norm.weight" }, ARRA_ERROR_NOT_FOUND },
    { { .misshapen = "lm_head.weight" }, ARRA_ERROR_INVALID_DATA },
    { { .poisoned = "model.layers.0.mlp.gate_proj.weight" }, ARRA_ERROR_INVALID_DATA },
    { { .integer = "model.embed_tokens.weight" }, ARRA_ERROR_INVALID_DATA },
  };
  ArraChameleonConfig config;

  random_model_config (&config);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (ArraSource) source = random_model_source (&config, 0.1f, 0.2f, FALSE, &bad[i].faults, NULL);
      g_autoptr (ArraParameters) p = make (&config, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (arra_parameters_load (p, source, &error));
      g_assert_error (error, ARRA_ERROR, (gint) bad[i].code);
    }
}

static void
test_zero_rows (void)
{
  ArraChameleonConfig config;
  g_autoptr (ArraParameters) p = NULL;
  guint8 flags[96] = { [7] = 1, [95] = 1 };
  const float *head;

  random_model_config (&config);
  p = make (&config, NULL);
  arra_parameters_start (p, 1, 0.02f);
  arra_parameters_zero_rows (p, "lm_head.weight", flags);
  head = values (p, "lm_head.weight");
  for (guint row = 0; row < config.vocab_size; row++)
    g_assert_true ((head[row * config.hidden_size] == 0 && head[row * config.hidden_size + 63] == 0)
                   == (flags[row] != 0));
}

static gboolean
make_parameters (gpointer data, GError **error)
{
  const ArraWeights weights = arra_chameleon_weights (data, NULL);
  g_autoptr (ArraParameters) p = arra_parameters_new (error);

  return p != NULL && arra_weights_describe (&weights, arra_parameters_add_shape, p, error)
         && arra_parameters_allocate (p, TRUE, error);
}

static void
test_no_memory (void)
{
  ArraChameleonConfig config;

  random_model_config (&config);
  allocations_check (make_parameters, &config);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/parameters/places", test_places);
  g_test_add_func ("/train/parameters/start", test_start);
  g_test_add_func ("/train/parameters/load", test_load);
  g_test_add_func ("/train/parameters/bad-sources", test_bad_sources);
  g_test_add_func ("/train/parameters/zero-rows", test_zero_rows);
  g_test_add_func ("/train/parameters/no-memory", test_no_memory);
  return g_test_run ();
}
