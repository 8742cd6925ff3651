/* checkpoint_gguf.c - a single GGUF file as `arra convert` writes it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include <stdio.h>
#include <string.h>

#include "card.h"
#include "card_translations.h"
#include "fail.h"

static gboolean
begins_as_gguf (const char *path)
{
  char magic[4] = { 0 };
  FILE *file;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  file = fopen (path, "rbe");
  if (file == NULL)
    return FALSE;
  if (fread (magic, 1, sizeof magic, file) != sizeof magic)
    magic[0] = '\0';
  fclose (file);
  return memcmp (magic, "GGUF", sizeof magic) == 0;
}

static const ArraFamily *
find_family (const ArraGguf *gguf, GError **error)
{
  g_autofree char *quoted = NULL, *known = NULL;
  const ArraFamily *family;
  const char *text;
  gsize length;

  if (!arra_gguf_get_string (gguf, "general.architecture", &text, &length, error))
    return NULL;
  family = arra_family_of_architecture (text, length);
  if (family != NULL)
    return family;
  known = arra_family_architectures ();
  quoted = g_strndup (text, MIN (length, 40));
  for (char *c = quoted; *c != '\0'; c++)
    if (!g_ascii_isprint (*c))
      *c = '?';
  arra_fail (error, ARRA_ERROR_UNSUPPORTED,
             "%s: holds a model of architecture \"%s\", as other programs use; only \"%s\" files made "
             "by `arra convert` can be opened",
             arra_gguf_path (gguf), quoted, known);
  return NULL;
}

static gboolean
read_tokenizer (ArraCheckpoint *checkpoint, GError **error)
{
  g_autofree char *name = g_strconcat (checkpoint->path, ": ", ARRA_TOKENIZER_KEY, NULL);
  const char *text;
  gsize length;

  if (!checkpoint->decoder.conditioner->reads_text)
    return TRUE;
  if (!arra_gguf_get_string (checkpoint->gguf, ARRA_TOKENIZER_KEY, &text, &length, error))
    return FALSE;
  checkpoint->tokenizer = arra_tokenizer_new (text, length, name, error);
  return checkpoint->tokenizer != NULL;
}

static gboolean
read_vqgan (ArraCheckpoint *checkpoint, const ArraOpenOptions *options, GError **error)
{
  if (options->vqgan != NULL)
    return arra_checkpoint_read_vqgan (checkpoint, options->vqgan, error);
  if (arra_source_find (checkpoint->source, ARRA_VQGAN_PREFIX "quantize.embedding.weight") == NULL)
    return TRUE;
  if (!arra_vqgan_config_load (&checkpoint->vqgan_config, checkpoint->gguf, error))
    return FALSE;
  checkpoint->vqgan_source = arra_source_ref (checkpoint->source);
  checkpoint->vqgan_prefix = g_strdup (ARRA_VQGAN_PREFIX);
  return TRUE;
}

gboolean
arra_checkpoint_read_gguf (ArraCheckpoint *checkpoint, const ArraOpenOptions *options, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (checkpoint->path);
  const ArraFamily *family;

  if (!begins_as_gguf (checkpoint->path))
    return arra_checkpoint_read_bare (checkpoint, options, error);
  checkpoint->gguf = arra_gguf_open (checkpoint->path, error);
  family = checkpoint->gguf != NULL ? find_family (checkpoint->gguf, error) : NULL;
  if (family == NULL)
    return FALSE;
  checkpoint->source = arra_source_ref (arra_gguf_source (checkpoint->gguf));
  if (!arra_decoder_load (&checkpoint->decoder, family, checkpoint->gguf, checkpoint->source, error)
      || !read_tokenizer (checkpoint, error) || !arra_checkpoint_read_vocabulary (checkpoint, NULL, error))
    return FALSE;
  if (!read_vqgan (checkpoint, options, error) || !arra_checkpoint_check_vqgan (checkpoint, error)
      || !arra_checkpoint_find_text_encoder (checkpoint, directory, error))
    return FALSE;
  arra_defaults_init (checkpoint);
  if (!arra_card_load (checkpoint, error))
    return FALSE;
  arra_card_read_beside (checkpoint);
  return arra_defaults_load (checkpoint, error) && arra_defaults_settle (checkpoint, checkpoint->path, error)
         && arra_checkpoint_take_fingerprint (checkpoint, NULL, 0, error);
}
