/* transformer_checkpoint.c - the checkpoint that a training begins with: which family it is, what it says, its weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "transformer_private.h"
#include "weights_folder.h"

/* Whether it can be learnt on: what read it can write it. */
static gboolean
check_family (const ArraFamily *family, const char *name, GError **error)
{
  if (family != NULL && family->to_json != NULL && family->settings != NULL)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: a training cannot begin with a model of this family", name);
}

static gboolean
open_gguf (ArraTransformerTrainee *t, GError **error)
{
  const char *path = t->settings.from, *text;
  g_autofree char *name = g_strconcat (path, ": " ARRA_TOKENIZER_KEY, NULL);
  const ArraFamily *family = NULL;
  gsize length;

  t->gguf = arra_gguf_open (path, error);
  if (t->gguf == NULL || !arra_gguf_get_string (t->gguf, "general.architecture", &text, &length, error))
    return FALSE;
  family = arra_family_of_architecture (text, length);
  t->source = arra_source_ref (arra_gguf_source (t->gguf));
  if (!check_family (family, path, error) || !arra_decoder_load (&t->decoder, family, t->gguf, t->source, error))
    return FALSE;
  if (!family->needs_tokenizer && !arra_gguf_has (t->gguf, ARRA_TOKENIZER_KEY))
    return TRUE;
  if (!arra_gguf_get_string (t->gguf, ARRA_TOKENIZER_KEY, &text, &length, error))
    return FALSE;
  t->tokenizer = arra_tokenizer_new (text, length, name, error);
  return t->tokenizer != NULL;
}

static gboolean
open_folder (ArraTransformerTrainee *t, GError **error)
{
  g_autofree char *config = g_build_filename (t->settings.from, "config.json", NULL);
  g_autofree char *tokenizer = g_build_filename (t->settings.from, "tokenizer.json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  ArraModelFiles files = { .directory = t->settings.from, .path = t->settings.from, .name = config };
  const ArraFamily *family;

  parser = arra_json_parse_config (config, &files.config, error);
  family = parser != NULL ? arra_family_of_config (files.config, config, error) : NULL;
  if (family == NULL || !check_family (family, t->settings.from, error))
    return FALSE;
  t->source = files.source = family->as_torch ? arra_weights_open (t->settings.from, error)
                                              : arra_safetensors_open_directory (t->settings.from, error);
  if (t->source == NULL || !arra_decoder_read (&t->decoder, family, &files, error))
    return FALSE;
  t->tokenizer = arra_tokenizer_open (tokenizer, error);
  return t->tokenizer != NULL;
}

/* Weights that come without a config.json. */
static gboolean
open_bare (ArraTransformerTrainee *t, GError **error)
{
  const char *path = t->settings.from;
  g_autofree char *directory = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_strdup (path) : g_path_get_dirname (path);
  ArraModelFiles files = { .directory = directory, .path = path, .name = path };
  const ArraFamily *family;

  t->source = files.source = arra_weights_open (path, error);
  family = t->source != NULL ? arra_family_of_source (t->source) : NULL;
  return t->source != NULL && check_family (family, path, error)
         && arra_decoder_read (&t->decoder, family, &files, error);
}

gboolean
arra_transformer_open_checkpoint (ArraTransformerTrainee *t, GError **error)
{
  g_autofree char *config = g_build_filename (t->settings.from, "config.json", NULL);

  if (g_str_has_suffix (t->settings.from, ".gguf"))
    return open_gguf (t, error);
  return g_file_test (config, G_FILE_TEST_EXISTS) ? open_folder (t, error) : open_bare (t, error);
}
