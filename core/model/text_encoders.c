/* text_encoders.c - the text encoders there are, a row each, and where they are found
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "t5_encoder.h"
#include "text_encoder.h"
#include "weights_folder.h"

static const ArraTextEncoderClass *const classes[] = { &arra_t5_encoder };

/* Where one lies beside a model, the last as LlamaGen's scripts lay it. */
static const char *const places[] = { "text_encoder", "flan-t5-xl", "t5-ckpt/flan-t5-xl" };

static const ArraTextEncoderClass *
find_class (JsonObject *config, const char *name, GError **error)
{
  const char *type = arra_json_get_string (config, name, "model_type", error);

  for (gsize i = 0; type != NULL && i < G_N_ELEMENTS (classes); i++)
    if (strcmp (classes[i]->model_type, type) == 0)
      return classes[i];
  if (type != NULL)
    arra_fail (error, ARRA_ERROR_UNSUPPORTED,
               "%s: model_type is \"%.40s\", which is no text encoder that is known (%s)", name, type,
               classes[0]->name);
  return NULL;
}

static gboolean
read_config (ArraTextEncoder *encoder, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  JsonObject *config;
  g_autoptr (JsonParser) parser = arra_json_parse_file (path, &config, error);

  encoder->class = parser != NULL ? find_class (config, path, error) : NULL;
  return encoder->class != NULL && encoder->class->read (encoder, config, path, error);
}

static gboolean
read_tokenizer (ArraTextEncoder *encoder, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "tokenizer.json", NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: has no tokenizer.json, without which no prompt can be read",
                      folder);
  encoder->tokenizer = arra_tokenizer_open (path, error);
  return encoder->tokenizer != NULL;
}

gboolean
arra_text_encoder_check (const char *folder, GError **error)
{
  g_autoptr (ArraTextEncoder) encoder = g_new0 (ArraTextEncoder, 1);

  return read_config (encoder, folder, error);
}

ArraTextEncoder *
arra_text_encoder_open (const char *folder, GError **error)
{
  g_autoptr (ArraTextEncoder) encoder = g_new0 (ArraTextEncoder, 1);

  encoder->path = g_strdup (folder);
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: is no folder with a text encoder", folder);
      return NULL;
    }
  if (!read_config (encoder, folder, error) || !read_tokenizer (encoder, folder, error)
      || (encoder->source = arra_weights_open (folder, error)) == NULL)
    return NULL;
  encoder->class->describe (encoder);
  return g_steal_pointer (&encoder);
}

char *
arra_text_encoder_find (const char *directory)
{
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *folder = g_build_filename (directory, places[i], NULL);
      g_autofree char *config = g_build_filename (folder, "config.json", NULL);

      if (g_file_test (config, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&folder);
    }
  return NULL;
}

static gboolean
load_tokenizer (ArraTextEncoder *encoder, const ArraGguf *gguf, GError **error)
{
  const char *key = encoder->class->tokenizer_key, *text;
  g_autofree char *name = g_strconcat (arra_gguf_path (gguf), ": ", key, NULL);
  gsize length;

  if (!arra_gguf_get_string (gguf, key, &text, &length, error))
    return FALSE;
  encoder->tokenizer = arra_tokenizer_new (text, length, name, error);
  return encoder->tokenizer != NULL;
}

/* Those behind the prefix, under their usual names. */
static gboolean
load_tensors (ArraTextEncoder *encoder, ArraGguf *gguf, GError **error)
{
  const ArraTextEncoderClass *class = encoder->class;
  ArraSource *all = arra_gguf_source (gguf);
  g_autoptr (ArraMapping) path_only = arra_mapping_new_for_bytes (arra_gguf_path (gguf), "", 0);
  guint file;

  encoder->source = arra_source_new ();
  arra_source_hold (encoder->source, all);
  if (!arra_source_add_file (encoder->source, path_only, &file, error))
    return FALSE;
  for (gsize i = 0; i < arra_source_count (all); i++)
    {
      const char *stored = arra_source_name (all, i);
      g_autofree char *name
          = g_str_has_prefix (stored, class->prefix) ? class->from_file (stored + strlen (class->prefix)) : NULL;

      if (name != NULL && !arra_source_add (encoder->source, file, name, arra_source_tensor (all, i), error))
        return FALSE;
    }
  return TRUE;
}

ArraTextEncoder *
arra_text_encoder_load (ArraGguf *gguf, gboolean *found, GError **error)
{
  g_autoptr (ArraTextEncoder) encoder = NULL;
  const ArraTextEncoderClass *class = NULL;

  for (gsize i = 0; class == NULL && i < G_N_ELEMENTS (classes); i++)
    if (arra_gguf_has (gguf, classes[i]->tokenizer_key))
      class = classes[i];
  *found = class != NULL;
  if (class == NULL)
    return NULL;
  encoder = g_new0 (ArraTextEncoder, 1);
  encoder->class = class;
  encoder->path = g_strdup (arra_gguf_path (gguf));
  encoder->is_inner = TRUE;
  if (!class->load (encoder, gguf, error) || !load_tokenizer (encoder, gguf, error)
      || !load_tensors (encoder, gguf, error))
    return NULL;
  class->describe (encoder);
  return g_steal_pointer (&encoder);
}
