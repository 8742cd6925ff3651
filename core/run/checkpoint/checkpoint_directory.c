/* checkpoint_directory.c - a Hugging Face directory: config.json, tokenizer.json, safetensors, our own
 * arra.json; or weights alone
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include <string.h>

#include "card.h"
#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "mem.h"
#include "weights_folder.h"

/* One configuration file while a directory is read. */
typedef struct
{
  const char *directory;
  char *config_path;
  char *text;
  gsize size;
  JsonParser *parser;
  JsonObject *config;
} Reading;

static gboolean
exists (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
read_config (Reading *reading, GError **error)
{
  reading->config_path = g_build_filename (reading->directory, "config.json", NULL);
  reading->text = arra_read_file (reading->config_path, ARRA_JSON_MAX_BYTES, &reading->size, error);
  if (reading->text == NULL)
    return FALSE;
  arra_json_from_python (reading->text, reading->size);
  reading->parser = arra_json_parse (reading->text, reading->size, reading->config_path, &reading->config, error);
  return reading->parser != NULL;
}

static void
clear_reading (Reading *reading)
{
  g_clear_object (&reading->parser);
  g_free (reading->config_path);
  arra_mem_free (reading->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, clear_reading)

/* The first of @names, NULL-terminated, that is in @directory. */
static gboolean
read_tokenizer_of (ArraCheckpoint *checkpoint, const char *directory, const char *const *names, GError **error)
{
  for (; *names != NULL; names++)
    {
      g_autofree char *path = g_build_filename (directory, *names, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      checkpoint->tokenizer = arra_tokenizer_open (path, error);
      return checkpoint->tokenizer != NULL;
    }
  return TRUE;
}

static gboolean
read_tokenizer (ArraCheckpoint *checkpoint, const char *directory, GError **error)
{
  static const char *const names[] = { "tokenizer.json", NULL };

  return read_tokenizer_of (checkpoint, directory, names, error);
}

static gboolean
read_vocabulary (ArraCheckpoint *checkpoint, const Reading *reading, GError **error)
{
  JsonObject *map = NULL;

  if (json_object_has_member (reading->config, "vocabulary_map")
      && !json_node_is_null (json_object_get_member (reading->config, "vocabulary_map")))
    {
      map = arra_json_get_object (reading->config, reading->config_path, "vocabulary_map", error);
      if (map == NULL)
        return FALSE;
    }
  return arra_checkpoint_read_vocabulary (checkpoint, map, error);
}

/* The one that lies among the model's weights. */
static gboolean
read_inner_vqgan (ArraCheckpoint *checkpoint, const ArraModelFiles *files, GError **error)
{
  const ArraDecoder *decoder = &checkpoint->decoder;

  if (decoder->family->find_vqgan == NULL)
    return TRUE;
  if (!decoder->family->find_vqgan (decoder, files, &checkpoint->vqgan_config, &checkpoint->vqgan_prefix, error))
    return FALSE;
  if (checkpoint->vqgan_prefix != NULL)
    checkpoint->vqgan_source = arra_source_ref (checkpoint->source);
  return TRUE;
}

static gboolean
read_vqgan (ArraCheckpoint *checkpoint, const ArraModelFiles *files, const ArraOpenOptions *options, GError **error)
{
  gboolean found = FALSE;

  if (options->vqgan != NULL)
    return arra_checkpoint_read_vqgan (checkpoint, options->vqgan, error);
  if (!arra_checkpoint_find_vqgan (checkpoint, files->directory, &found, error))
    return FALSE;
  return found || read_inner_vqgan (checkpoint, files, error);
}

static gboolean
read_settings (ArraCheckpoint *checkpoint, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, ARRA_SETTINGS_FILE, NULL);

  arra_defaults_init (checkpoint);
  return !g_file_test (path, G_FILE_TEST_EXISTS) || arra_card_read_file (checkpoint, path, error);
}

/* The VQGAN, settings and name of a model whose weights and layout are there. */
static gboolean
complete (ArraCheckpoint *checkpoint,
          const ArraModelFiles *files,
          const ArraOpenOptions *options,
          const Reading *reading,
          GError **error)
{
  return read_vqgan (checkpoint, files, options, error) && arra_checkpoint_check_vqgan (checkpoint, error)
         && arra_checkpoint_find_text_encoder (checkpoint, files->directory, error)
         && read_settings (checkpoint, files->directory, error)
         && arra_checkpoint_take_fingerprint (checkpoint, reading->text, reading->size, error);
}

static gboolean
read_model (ArraCheckpoint *checkpoint, const Reading *reading, const ArraOpenOptions *options, GError **error)
{
  const ArraFamily *family = arra_family_of_config (reading->config, reading->config_path, error);
  ArraModelFiles files = {
    .directory = reading->directory, .path = reading->directory, .name = reading->config_path, .config = reading->config
  };

  if (family == NULL)
    return FALSE;
  checkpoint->source = files.source = family->as_torch ? arra_weights_open (reading->directory, error)
                                                       : arra_safetensors_open_directory (reading->directory, error);
  return checkpoint->source != NULL && arra_decoder_read (&checkpoint->decoder, family, &files, error)
         && read_tokenizer (checkpoint, reading->directory, error) && read_vocabulary (checkpoint, reading, error)
         && complete (checkpoint, &files, options, reading, error);
}

/* Whether config.json is that of a model which is published as torch.save's files, too. */
static gboolean
may_be_torch (Reading *reading)
{
  const ArraFamily *family
      = read_config (reading, NULL) ? arra_family_of_config (reading->config, reading->config_path, NULL) : NULL;

  return family != NULL && family->as_torch;
}

gboolean
arra_checkpoint_read_directory (ArraCheckpoint *checkpoint, const ArraOpenOptions *options, GError **error)
{
  g_auto (Reading) reading = { .directory = checkpoint->path };

  if (!exists (reading.directory, "config.json"))
    return arra_checkpoint_read_bare (checkpoint, options, error);
  if (!exists (reading.directory, "model.safetensors") && !exists (reading.directory, "model.safetensors.index.json")
      && !may_be_torch (&reading))
    return arra_checkpoint_explain_directory (reading.directory, error);
  return (reading.config != NULL || read_config (&reading, error)) && read_model (checkpoint, &reading, options, error);
}

/* Where the VQGAN lies in the folders that a form of its own is published in: beside the weights, or in a
 * folder beside theirs. */
static gboolean
find_vqgan_around (ArraCheckpoint *checkpoint, const char *directory, GError **error)
{
  static const char *const folders[] = { ".", "..", "../.." };
  gboolean found = FALSE;

  for (gsize i = 0; !found && i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_build_filename (directory, folders[i], NULL);

      if (!arra_checkpoint_find_vqgan (checkpoint, i == 0 ? directory : folder, &found, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_own_form (ArraCheckpoint *checkpoint, const ArraFamily *family, const ArraOpenOptions *options, GError **error)
{
  static const char *const names[] = { "tokenizer.json",
                                       "text_tokenizer.json",
                                       "tokenizer/text_tokenizer.json",
                                       "../tokenizer/text_tokenizer.json",
                                       "../../tokenizer/text_tokenizer.json",
                                       NULL };
  const char *directory = checkpoint->path;
  g_autofree char *settings = NULL;

  checkpoint->source = arra_decoder_open_own_form (&checkpoint->decoder, family, directory, error);
  if (checkpoint->source == NULL || !read_tokenizer_of (checkpoint, directory, names, error)
      || !arra_checkpoint_read_vocabulary (checkpoint, NULL, error))
    return FALSE;
  if (!(options->vqgan != NULL ? arra_checkpoint_read_vqgan (checkpoint, options->vqgan, error)
                               : find_vqgan_around (checkpoint, directory, error)))
    return FALSE;
  settings = family->settings (&checkpoint->decoder);
  return arra_checkpoint_check_vqgan (checkpoint, error) && read_settings (checkpoint, directory, error)
         && arra_checkpoint_take_fingerprint (checkpoint, settings, strlen (settings), error);
}

gboolean
arra_checkpoint_read_bare (ArraCheckpoint *checkpoint, const ArraOpenOptions *options, GError **error)
{
  const gboolean folder = g_file_test (checkpoint->path, G_FILE_TEST_IS_DIR);
  g_autofree char *directory = folder ? g_strdup (checkpoint->path) : g_path_get_dirname (checkpoint->path);
  const Reading nothing = { .text = (char *) "" };
  const ArraFamily *family = NULL;
  ArraModelFiles files = { .directory = directory, .path = checkpoint->path, .name = checkpoint->path };

  family = folder ? arra_family_of_directory (directory) : NULL;
  if (family != NULL)
    return read_own_form (checkpoint, family, options, error);
  checkpoint->source = files.source = arra_weights_open (checkpoint->path, NULL);
  if (files.source != NULL)
    family = arra_family_of_source (files.source);
  if (family == NULL)
    return folder ? arra_checkpoint_explain_directory (checkpoint->path, error)
                  : arra_checkpoint_explain_file (checkpoint->path, error);
  return arra_decoder_read (&checkpoint->decoder, family, &files, error)
         && arra_checkpoint_read_vocabulary (checkpoint, NULL, error)
         && complete (checkpoint, &files, options, &nothing, error);
}
