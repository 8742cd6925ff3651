/* transformer_save.c - the folder that `arra generate --model` and Hugging Face's libraries read
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "transformer_private.h"

#define ADAPTOR "adaptor." /* thrown away after training */

/* ------------------------------------------------------------------ weights */

static gboolean
save_weights (const ArraTransformerTrainee *t, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "model.safetensors", NULL);
  g_autofree ArraNamedTensor *tensors = g_new0 (ArraNamedTensor, t->parameters->n);
  gsize n = 0;

  for (guint i = 0; i < t->parameters->n; i++)
    {
      const ArraParameter *item = &t->parameters->items[i];
      ArraTensor *tensor = &tensors[n].tensor;

      if (g_str_has_prefix (item->name, ADAPTOR))
        continue;
      tensors[n++].name = item->name;
      *tensor = (ArraTensor) { .dtype = ARRA_F32, .n_dims = item->n_dims, .data = t->parameters->data + item->offset };
      memcpy (tensor->shape, item->shape, sizeof item->shape);
      tensor->n_bytes = item->count * sizeof (float);
    }
  return arra_safetensors_write (path, tensors, n, error);
}

/* ------------------------------------------------------------------ JSON */

static gboolean
save_json (const ArraJsonWriter *json, const char *directory, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return arra_json_writer_save (json, path, error);
}

static gboolean
save_config (const ArraTransformerTrainee *t, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, t->decoder.family->json_file, NULL);
  g_autofree char *text = t->decoder.family->to_json (&t->decoder);

  return arra_write_file (path, text, strlen (text), error);
}

/* Of models that write text, too. */
static gboolean
save_generation_config (const ArraTransformerTrainee *t, const char *directory, GError **error)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  if (!arra_layout_has_text (t->layout))
    return TRUE;
  arra_json_begin_object (json, NULL);
  arra_json_put_int (json, "bos_token_id", 1);
  arra_json_put_int (json, "eos_token_id", 2);
  arra_json_end_object (json);
  return save_json (json, directory, "generation_config.json", error);
}

static gboolean
save_tokenizer (const ArraTransformerTrainee *t, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "tokenizer.json", NULL);
  gsize size;
  const char *text;

  if (t->tokenizer == NULL)
    return TRUE;
  text = arra_tokenizer_json (t->tokenizer, &size);
  return arra_write_file (path, text, size, error);
}

/* ------------------------------------------------------------------ VQGAN */

/* A copy of its own: what happens to one of the files later does not happen to the other. */
static gboolean
put_file (const char *from, const char *directory, const char *name, GError **error)
{
  g_autofree char *to = g_build_filename (directory, name, NULL);
  g_autoptr (ArraMapping) mapping = arra_mapping_open (from, error);

  return mapping != NULL && arra_write_file (to, arra_mapping_data (mapping), arra_mapping_size (mapping), error)
         && arra_mapping_check (mapping, error);
}

static gboolean
save_vqgan (const ArraTransformerTrainee *t, const char *directory, GError **error)
{
  const char *weights = t->vqgan_weights, *config = t->vqgan_config;

  if (t->vqgan.source != NULL)
    return arra_vqgan_file_save (&t->vqgan, directory, error);
  if (weights == NULL)
    return TRUE;
  return put_file (weights, directory, g_str_has_suffix (weights, ".ckpt") ? "vqgan.ckpt" : "vqgan.safetensors", error)
         && put_file (config, directory, g_str_has_suffix (config, ".yaml") ? "vqgan.yaml" : "vqgan.json", error);
}

/* ------------------------------------------------------------------ arra.json */

/* Models are given away: how the folders of a machine are called stays on it. */
static void
put_value (ArraJsonWriter *json, const char *key, const char *value)
{
  g_autofree char *name = g_path_is_absolute (value) ? g_path_get_basename (value) : NULL;

  arra_json_put_string (json, key, name != NULL ? name : value);
}

static void
put_provenance (ArraJsonWriter *json, const ArraTransformerTrainee *t)
{
  arra_json_begin_object (json, "provenance");
  arra_json_put_int (json, "steps", (gint64) t->learner.adamw->step);
  arra_json_begin_object (json, "configuration");
  for (guint i = 0; i + 1 < t->provenance->len; i += 2)
    put_value (json, t->provenance->pdata[i], t->provenance->pdata[i + 1]);
  arra_json_end_object (json);
  arra_json_end_object (json);
}

/* The card's members, the size that was learnt, and how. */
static gboolean
save_settings (const ArraTransformerTrainee *t, const char *directory, GError **error)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_transformer_card_put (&t->card, json);
  if (t->patch > 0)
    {
      arra_json_put_int (json, "width", (gint64) t->items.columns * t->patch);
      arra_json_put_int (json, "height", (gint64) t->items.rows * t->patch);
    }
  put_provenance (json, t);
  arra_json_end_object (json);
  return arra_transformer_card_save_thumbnail (&t->card, directory, error)
         && save_json (json, directory, "arra.json", error);
}

gboolean
arra_transformer_save (ArraTransformerTrainee *t, const char *directory, GError **error)
{
  return save_weights (t, directory, error) && save_config (t, directory, error)
         && save_generation_config (t, directory, error) && save_tokenizer (t, directory, error)
         && save_vqgan (t, directory, error) && save_settings (t, directory, error);
}
