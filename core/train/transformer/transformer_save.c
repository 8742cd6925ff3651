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
write_json (const char *directory, const char *name, JsonBuilder *builder, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  return arra_write_file (path, line, strlen (line), error);
}

static void
add_int (JsonBuilder *builder, const char *key, gint64 value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, value);
}

static void
add_text (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
}

static gboolean
save_config (const ArraTransformerTrainee *t, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "config.json", NULL);
  g_autofree char *text = t->decoder.family->to_json (&t->decoder);

  return arra_write_file (path, text, strlen (text), error);
}

static gboolean
save_generation_config (const char *directory, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_int (builder, "bos_token_id", 1);
  add_int (builder, "eos_token_id", 2);
  json_builder_end_object (builder);
  return write_json (directory, "generation_config.json", builder, error);
}

static gboolean
save_tokenizer (const ArraTransformerTrainee *t, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "tokenizer.json", NULL);
  gsize size;
  const char *text = arra_tokenizer_json (t->tokenizer, &size);

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
add_value (JsonBuilder *builder, const char *key, const char *value)
{
  g_autofree char *name = g_path_is_absolute (value) ? g_path_get_basename (value) : NULL;

  add_text (builder, key, name != NULL ? name : value);
}

static void
add_provenance (JsonBuilder *builder, const ArraTransformerTrainee *t)
{
  json_builder_set_member_name (builder, "provenance");
  json_builder_begin_object (builder);
  add_int (builder, "steps", (gint64) t->learner.adamw->step);
  json_builder_set_member_name (builder, "configuration");
  json_builder_begin_object (builder);
  for (guint i = 0; i + 1 < t->provenance->len; i += 2)
    add_value (builder, t->provenance->pdata[i], t->provenance->pdata[i + 1]);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

/* The card's members, the size that was learnt, and how. */
static gboolean
save_settings (const ArraTransformerTrainee *t, const char *directory, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  arra_transformer_card_add (&t->card, builder);
  if (t->patch > 0)
    {
      add_int (builder, "width", (gint64) t->items.columns * t->patch);
      add_int (builder, "height", (gint64) t->items.rows * t->patch);
    }
  add_provenance (builder, t);
  json_builder_end_object (builder);
  return arra_transformer_card_save_thumbnail (&t->card, directory, error)
         && write_json (directory, "arra.json", builder, error);
}

gboolean
arra_transformer_save (ArraTransformerTrainee *t, const char *directory, GError **error)
{
  return save_weights (t, directory, error) && save_config (t, directory, error)
         && save_generation_config (directory, error) && save_tokenizer (t, directory, error)
         && save_vqgan (t, directory, error) && save_settings (t, directory, error);
}
