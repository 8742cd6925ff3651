/* test-chameleon_weights.c - loading a model: every tensor is asked for, faults are named, memory is counted
 * and may run out
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "allocations.h"
#include "chameleon_private.h"
#include "mem.h"
#include "random_model.h"

typedef struct
{
  ArraSource *source;
  guint n, n_matrices;
  guint64 bytes;
} Walk;

static const char *const in_layer[] = {
  "input_layernorm.weight",  "self_attn.q_proj.weight",         "self_attn.k_proj.weight", "self_attn.v_proj.weight",
  "self_attn.q_norm.weight", "self_attn.q_norm.bias",           "self_attn.k_norm.weight", "self_attn.k_norm.bias",
  "self_attn.o_proj.weight", "post_attention_layernorm.weight", "mlp.gate_proj.weight",    "mlp.up_proj.weight",
  "mlp.down_proj.weight",
};

static const char *const outside[] = { "model.embed_tokens.weight", "model.norm.weight", "lm_head.weight" };

/* (transfer full): the names of all tensors of the random model */
static GPtrArray *
all_names (const ArraChameleonConfig *config)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    g_ptr_array_add (names, g_strdup (outside[i]));
  for (guint layer = 0; layer < config->n_layers; layer++)
    for (gsize i = 0; i < G_N_ELEMENTS (in_layer); i++)
      g_ptr_array_add (names, g_strdup_printf ("model.layers.%u.%s", layer, in_layer[i]));
  return names;
}

static void
assert_fault (const ArraChameleonConfig *config, const RandomFaults *faults, const char *name, ArraError code)
{
  g_autoptr (ArraSource) source = random_model_source (config, 0.1f, 0.1f, FALSE, faults, NULL);
  g_autoptr (GError) error = NULL;
  gsize held = arra_mem_held ();

  g_assert_null (arra_chameleon_new (config, source, ARRA_BF16, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_nonnull (strstr (error->message, "memory"));
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

/* Every tensor in turn: missing, misshapen, not finite, of an integer type. */
static void
test_faults (void)
{
  ArraChameleonConfig config;
  g_autoptr (GPtrArray) names = NULL;

  random_model_config (&config);
  names = all_names (&config);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      assert_fault (&config, &(RandomFaults) { .missing = name }, name, ARRA_ERROR_NOT_FOUND);
      assert_fault (&config, &(RandomFaults) { .misshapen = name }, name, ARRA_ERROR_INVALID_DATA);
      assert_fault (&config, &(RandomFaults) { .poisoned = name }, name, ARRA_ERROR_INVALID_DATA);
      assert_fault (&config, &(RandomFaults) { .integer = name }, name, ARRA_ERROR_INVALID_DATA);
    }
}

/* The message says what the shape is and should be. */
static void
test_shape_message (void)
{
  ArraChameleonConfig config;
  g_autoptr (ArraSource) source = NULL;
  g_autoptr (GError) error = NULL;

  random_model_config (&config);
  source = random_model_source (&config, 0.1f, 0.1f, FALSE,
                                &(RandomFaults) { .misshapen = "model.layers.1.self_attn.k_proj.weight" }, NULL);
  g_assert_null (arra_chameleon_new (&config, source, ARRA_N_DTYPES, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "F32[33, 64]"));
  g_assert_nonnull (strstr (error->message, "[32, 64]"));
}

/* The q/k norms may have a row for each head, or for each rank; nothing else. */
static void
test_norm_rows (void)
{
  for (guint rank = 1; rank <= 2; rank++)
    for (gboolean per_head = FALSE; per_head <= TRUE; per_head++)
      {
        ArraChameleonConfig config;
        g_autoptr (ArraSource) source = NULL;
        g_autoptr (ArraChameleon) model = NULL;
        g_autoptr (GError) error = NULL;

        random_model_config (&config);
        config.model_parallel = rank;
        source = random_model_source (&config, 0.1f, 0.1f, per_head, NULL, NULL);
        model = arra_chameleon_new (&config, source, ARRA_N_DTYPES, NULL, NULL, NULL, &error);
        g_assert_no_error (error);
        g_assert_nonnull (model);
      }
}

/* What is announced is what is taken. */
static void
test_measure (void)
{
  const ArraDType types[] = { ARRA_N_DTYPES, ARRA_F32, ARRA_BF16, ARRA_F16, ARRA_Q8_0 };
  ArraChameleonConfig config;
  ArraWeights weights;
  g_autoptr (ArraSource) source = NULL;

  random_model_config (&config);
  source = random_model_source (&config, 0.1f, 0.1f, FALSE, NULL, NULL);
  weights = arra_chameleon_weights (&config, source);
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      gsize held = arra_mem_held ();
      guint64 mapped = 0, owned = sizeof (ArraChameleon) + config.n_layers * sizeof (ArraTransformerLayer);
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraChameleon) model = NULL;

      g_assert_true (arra_weights_measure (&weights, types[i], &mapped, &owned, &error));
      g_assert_cmpuint (arra_mem_held (), ==, held);
      model = arra_chameleon_new (&config, source, types[i], NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (arra_mem_held () - held, ==, owned);
      if (types[i] == ARRA_N_DTYPES || types[i] == ARRA_F32)
        g_assert_cmpuint (mapped, >, 10 * owned);
      else
        g_assert_cmpuint (mapped, ==, 0);
    }
}

static gboolean
count (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  Walk *walk = data;

  g_assert_true (stored == arra_source_find (walk->source, name));
  walk->n++;
  walk->n_matrices += is_matrix;
  walk->bytes += stored->n_bytes;
  return TRUE;
}

static gboolean
stop (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the disk is full");
  return ++*(guint *) data < 3;
}

static void
test_foreach (void)
{
  ArraChameleonConfig config;
  g_autoptr (GError) error = NULL;
  ArraWeights weights;
  Walk walk = { 0 };
  guint64 bytes = 0;
  guint stopped = 0;

  random_model_config (&config);
  walk.source = random_model_source (&config, 0.1f, 0.1f, FALSE, NULL, NULL);
  weights = arra_chameleon_weights (&config, walk.source);
  g_assert_true (arra_weights_foreach (&weights, count, &walk, &error));
  for (gsize i = 0; i < arra_source_count (walk.source); i++)
    bytes += arra_source_tensor (walk.source, i)->n_bytes;
  g_assert_cmpuint (walk.n, ==, arra_source_count (walk.source));
  g_assert_cmpuint (walk.n, ==, 3 + 2 * G_N_ELEMENTS (in_layer));
  g_assert_cmpuint (walk.n_matrices, ==, 2 + 2 * 7);
  g_assert_cmpuint (walk.bytes, ==, bytes);
  stopped = 2;
  g_assert_false (arra_weights_foreach (&weights, stop, &stopped, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (stopped, ==, 3);
  arra_source_unref (walk.source);
}

typedef struct
{
  ArraChameleonConfig config;
  ArraSource *source;
} Making;

static gboolean
make_masked (gpointer data, GError **error)
{
  static const guint8 masked[96] = { 1 };
  const Making *making = data;
  g_autoptr (ArraChameleon) model
      = arra_chameleon_new (&making->config, making->source, ARRA_Q8_0, masked, NULL, NULL, error);

  return model != NULL;
}

static void
test_no_memory (void)
{
  Making making;

  random_model_config (&making.config);
  making.config.mask_image_logits = TRUE;
  making.source = random_model_source (&making.config, 0.1f, 0.1f, FALSE, NULL, NULL);
  allocations_check (make_masked, &making);
  arra_source_unref (making.source);
}

static void
test_cancel (void)
{
  ArraChameleonConfig config;
  g_autoptr (ArraSource) source = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gsize held;

  random_model_config (&config);
  source = random_model_source (&config, 0.1f, 0.1f, FALSE, NULL, NULL);
  held = arra_mem_held ();
  g_cancellable_cancel (cancellable);
  g_assert_null (arra_chameleon_new (&config, source, ARRA_F16, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chameleon/weights/faults", test_faults);
  g_test_add_func ("/chameleon/weights/shape-message", test_shape_message);
  g_test_add_func ("/chameleon/weights/norm-rows", test_norm_rows);
  g_test_add_func ("/chameleon/weights/measure", test_measure);
  g_test_add_func ("/chameleon/weights/foreach", test_foreach);
  g_test_add_func ("/chameleon/weights/no-memory", test_no_memory);
  g_test_add_func ("/chameleon/weights/cancel", test_cancel);
  return g_test_run ();
}
