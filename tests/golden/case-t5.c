/* case-t5.c - features of texts with T5's encoder, and its ids padded
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check.h"
#include "jsonguard.h"
#include "t5.h"

#define CASE "case.safetensors"

/* @mask (nullable): 1 for each id that is seen, these first; else all are. */
static gboolean
check_features (Check *check,
                const ArraT5 *model,
                ArraSource *file,
                const char *ids_name,
                const gint64 *mask,
                const char *out,
                GError **error)
{
  gsize n, width = arra_t5_config (model)->hidden_size;
  g_autofree gint64 *wide = check_read_ints (check, file, ids_name, &n);
  const ArraTensor *shape = check_tensor (file, ids_name);
  guint batch = shape != NULL ? (guint) shape->shape[0] : 0, length = batch > 0 ? (guint) (n / batch) : 0;
  g_autofree guint32 *ids = g_new (guint32, n + 1);
  g_autofree float *features = g_new (float, n *width + 1);

  for (gsize i = 0; i < n && wide != NULL; i++)
    ids[i] = (guint32) wide[i];
  for (guint text = 0; text < batch; text++)
    {
      guint n_seen = mask != NULL ? 0 : length;

      for (guint i = 0; mask != NULL && i < length; i++)
        n_seen += (guint) mask[text * length + i];
      if (!arra_t5_forward (model, &check->exec, ids + text * length, length, n_seen,
                            features + (gsize) text * length * width, NULL, error))
        return FALSE;
    }
  check_floats (check, file, CASE, out, features, n * width);
  return TRUE;
}

/* [1][heads][length][length] of the bias by distance */
static void
check_bias (Check *check, const ArraT5 *model, ArraSource *file)
{
  const ArraTensor *expected = check_tensor (file, "probe.position_bias");
  gsize heads = arra_t5_config (model)->n_heads, length = expected != NULL ? (gsize) expected->shape[3] : 1;
  g_autofree float *by_distance = g_new (float, heads * (2 * length - 1)), *bias = g_new (float, heads *length *length);

  arra_t5_bias (model, (guint) length, by_distance);
  for (gsize head = 0; head < heads; head++)
    for (gsize i = 0; i < length; i++)
      for (gsize j = 0; j < length; j++)
        bias[(head * length + i) * length + j] = by_distance[head * (2 * length - 1) + j + length - 1 - i];
  check_floats (check, file, CASE, "probe.position_bias", bias, heads * length * length);
}

/* The file of torch.save holds the same tensors. */
static void
check_torch (Check *check, ArraSource *weights)
{
  g_autofree char *path = g_build_filename (check->dir, "pytorch_model.bin", NULL);
  GError *error = NULL;
  g_autoptr (ArraSource) torch = g_file_test (path, G_FILE_TEST_EXISTS) ? arra_torch_open (path, NULL, &error) : NULL;

  check_error (check, error);
  for (gsize i = 0; torch != NULL && i < arra_source_count (weights); i++)
    {
      const ArraTensor *a = arra_source_tensor (weights, i),
                       *b = arra_source_find (torch, arra_source_name (weights, i));

      check_same_int (check, arra_source_name (weights, i), TRUE,
                      b != NULL && a->dtype == b->dtype && a->n_bytes == b->n_bytes
                          && memcmp (a->data, b->data, a->n_bytes) == 0);
    }
}

gboolean
check_t5 (Check *check)
{
  g_autofree char *config_path = g_build_filename (check->dir, "config.json", NULL);
  JsonObject *json;
  g_autoptr (JsonParser) parser = check_json (check, "config.json", &json);
  g_autoptr (ArraSource) file = check_open (check, CASE), weights = check_open (check, "model.safetensors");
  g_autoptr (ArraT5) model = NULL;
  g_autofree gint64 *mask = NULL;
  GError *error = NULL;
  ArraT5Config config;
  gsize n;

  if (parser == NULL || file == NULL || weights == NULL)
    return TRUE;
  if (arra_t5_config_read (&config, json, config_path, &error))
    model = arra_t5_new (&config, weights, ARRA_N_DTYPES, check->exec.pool, NULL, &error);
  mask = model != NULL ? check_read_ints (check, file, "in.attention_mask", &n) : NULL;
  if (mask != NULL && check_features (check, model, file, "in.input_ids", mask, "out.last_hidden_state", &error)
      && check_features (check, model, file, "in.long.input_ids", NULL, "out.long.last_hidden_state", &error))
    {
      check_bias (check, model, file);
      check_torch (check, weights);
    }
  check_error (check, error);
  return TRUE;
}
