/* vqgan_file.c - finding the VQGAN: a file beside its configuration, or a folder that holds them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan_file.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "weight_table.h"
#include "weights_folder.h"
#include "yamlfile.h"

#define CODEBOOK "quantize.embedding.weight"

/* Where VQGANs lie in a folder, ours and Lumina-mGPT's (ckpts/chameleon/tokenizer/vqgan.ckpt). */
static const char *const places[] = { ".", "vqgan", "tokenizer", "chameleon/tokenizer" };
static const char *const file_names[]
    = { "vqgan.safetensors", "vqgan.ckpt", "vq_ds16_c2i.pt", "vq_ds16_t2i.pt", "vq_ds8_c2i.pt" };

/* The file @name in @folder when it is there. */
static char *
file_in (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

/* A recipe of `arra train` may have the name that a configuration has. */
static gboolean
is_recipe (const ArraYaml *yaml)
{
  return arra_yaml_has (yaml, "kind");
}

/* Sets @path to NULL when a recipe lies there. */
static gboolean
config_from_yaml (ArraVqganConfig *config, char **path, GError **error)
{
  g_autoptr (ArraYaml) yaml = arra_yaml_open (*path, error);

  if (yaml == NULL)
    return FALSE;
  if (!is_recipe (yaml))
    return arra_vqgan_config_from_yaml (config, yaml, error);
  g_clear_pointer (path, g_free);
  return TRUE;
}

/* A VQGAN's own JSON, or a Chameleon's config.json with vq_config. */
static gboolean
config_from_json (ArraVqganConfig *config, const char *path, GError **error)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = arra_json_parse_config (path, &object, error);

  if (parser == NULL)
    return FALSE;
  if (json_object_has_member (object, "vq_config"))
    {
      object = arra_json_get_object (object, path, "vq_config", error);
      if (object == NULL)
        return FALSE;
    }
  else if (json_object_has_member (object, "hidden_size"))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: describes a transformer, not a VQGAN", path);
  return arra_vqgan_config_from_json (config, object, path, error);
}

/* Reads @stem.yaml or @stem.json in @folder when one is there, and says in the file's config_path which. */
static gboolean
read_beside (ArraVqganFile *file, const char *folder, const char *stem, GError **error)
{
  g_autofree char *yaml_name = g_strconcat (stem, ".yaml", NULL);
  g_autofree char *json_name = g_strconcat (stem, ".json", NULL);

  file->config_path = file_in (folder, yaml_name);
  if (file->config_path != NULL && !config_from_yaml (&file->config, &file->config_path, error))
    return FALSE;
  if (file->config_path != NULL)
    return TRUE;
  file->config_path = file_in (folder, json_name);
  return file->config_path == NULL || config_from_json (&file->config, file->config_path, error);
}

/* The configuration beside the weights: of the same name; unless the tensors tell the form, also "vqgan" or
 * "config", which may be another one's. */
static gboolean
read_config (ArraVqganFile *file, GError **error)
{
  gboolean told = arra_vqgan_config_from_tensors (&file->config, file->source, file->prefix, NULL);
  g_autofree char *folder = g_path_get_dirname (file->path);
  g_autofree char *base = g_path_get_basename (file->path);
  char *dot = strrchr (base, '.');

  if (dot != NULL)
    *dot = '\0';
  const char *const stems[] = { base, "vqgan", "config" };
  gsize n_stems = told ? 1 : G_N_ELEMENTS (stems);
  for (gsize i = 0; i < n_stems && file->config_path == NULL; i++)
    if (!read_beside (file, folder, stems[i], error))
      return FALSE;
  return told || file->config_path != NULL
         || arra_fail (error, ARRA_ERROR_NOT_FOUND,
                       "%s: its configuration is missing: no vqgan.yaml, vqgan.json or config.json lies beside it",
                       file->path);
}

static ArraSource *
open_torch (const char *path, GError **error)
{
  g_autoptr (GError) fault = NULL;
  ArraSource *source = arra_torch_open (path, "state_dict", &fault);

  if (source == NULL && g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_NOT_FOUND)
      && g_file_test (path, G_FILE_TEST_EXISTS))
    return arra_torch_open (path, NULL, error);
  if (source == NULL)
    g_propagate_error (error, g_steal_pointer (&fault));
  return source;
}

static gboolean
read_gguf (ArraVqganFile *file, const char *path, GError **error)
{
  g_autoptr (ArraGguf) gguf = arra_gguf_open (path, error);

  if (gguf == NULL)
    return FALSE;
  if (arra_source_find (arra_gguf_source (gguf), ARRA_VQGAN_PREFIX CODEBOOK) == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: holds no VQGAN", path);
  if (!arra_vqgan_config_load (&file->config, gguf, error))
    return FALSE;
  file->source = arra_source_ref (arra_gguf_source (gguf));
  return TRUE;
}

static gboolean
read_source (ArraVqganFile *file, const char *path, GError **error)
{
  if (g_str_has_suffix (path, ".gguf"))
    return read_gguf (file, path, error);
  if (g_str_has_suffix (path, ".yaml") || g_str_has_suffix (path, ".json"))
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "%s: describes a VQGAN; name the file with its weights instead, or the folder that holds both",
                      path);
  file->source
      = g_str_has_suffix (path, ".safetensors") ? arra_safetensors_open (path, error) : open_torch (path, error);
  return file->source != NULL;
}

/* The VQGAN among the tensors of @file, which were read from @path. */
static gboolean
read_tensors (ArraVqganFile *file, const char *path, GError **error)
{
  g_autofree char *codebook = NULL;

  file->prefix = arra_source_find_prefix (file->source, CODEBOOK);
  if (file->prefix == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: holds no VQGAN: it has no tensor \"%s\"", path, CODEBOOK);
  codebook = g_strconcat (file->prefix, CODEBOOK, NULL);
  file->path = g_strdup (arra_source_file_of (file->source, codebook));
  return g_str_has_suffix (path, ".gguf") || read_config (file, error);
}

static gboolean
read_file (ArraVqganFile *file, const char *path, GError **error)
{
  return read_source (file, path, error) && read_tensors (file, path, error);
}

/* A file of its own, or among the weights of the model that lies there. */
static gboolean
read_folder (ArraVqganFile *file, const char *path, GError **error)
{
  g_autofree char *found = arra_vqgan_file_find (path);
  g_autoptr (GError) fault = NULL;

  if (found != NULL)
    return read_file (file, found, error);
  file->source = arra_weights_open (path, &fault);
  if (file->source != NULL)
    return read_tensors (file, path, error);
  if (g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_NOT_FOUND))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: holds no VQGAN: neither vqgan.safetensors nor vqgan.ckpt",
                      path);
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

char *
arra_vqgan_file_find (const char *folder)
{
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (file_names); j++)
      {
        g_autofree char *place = i == 0 ? g_strdup (folder) : g_build_filename (folder, places[i], NULL);
        char *path = file_in (place, file_names[j]);

        if (path != NULL)
          return path;
      }
  return NULL;
}

gboolean
arra_vqgan_file_open (ArraVqganFile *file, const char *path, GError **error)
{
  *file = (ArraVqganFile) { 0 };
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: there is no such file or directory", path);
  if (g_file_test (path, G_FILE_TEST_IS_DIR) ? read_folder (file, path, error) : read_file (file, path, error))
    return TRUE;
  arra_vqgan_file_clear (file);
  return FALSE;
}

/* Which of a folder's files of weights has the codebook, (nullable) (transfer full). */
static char *
file_with_codebook (const char *folder)
{
  g_autoptr (ArraSource) source = arra_weights_open (folder, NULL);
  g_autofree char *prefix = source != NULL ? arra_source_find_prefix (source, CODEBOOK) : NULL;
  g_autofree char *codebook = prefix != NULL ? g_strconcat (prefix, CODEBOOK, NULL) : NULL;

  return codebook != NULL ? g_strdup (arra_source_file_of (source, codebook)) : NULL;
}

gboolean
arra_vqgan_file_is_alone (const char *path)
{
  g_autofree char *weights = g_file_test (path, G_FILE_TEST_IS_DIR) ? file_with_codebook (path) : g_strdup (path);
  g_auto (ArraVqganFile) file = { .path = NULL };

  if (weights == NULL || !read_source (&file, weights, NULL))
    return FALSE;
  file.prefix = arra_source_find_prefix (file.source, CODEBOOK);
  for (gsize i = 0; file.prefix != NULL && i < arra_source_count (file.source); i++)
    if (!g_str_has_prefix (arra_source_name (file.source, i), file.prefix))
      return FALSE;
  return file.prefix != NULL;
}

static gboolean
save_weights (const ArraVqganFile *file, const char *path, GError **error)
{
  g_autofree ArraNamedTensor *tensors = g_new (ArraNamedTensor, arra_source_count (file->source));
  gsize n = 0;

  for (gsize i = 0; i < arra_source_count (file->source); i++)
    {
      const char *name = arra_source_name (file->source, i);

      if (g_str_has_prefix (name, file->prefix))
        tensors[n++] = (ArraNamedTensor) { name + strlen (file->prefix), *arra_source_tensor (file->source, i) };
    }
  return arra_safetensors_write (path, tensors, n, error) && arra_source_check (file->source, error);
}

gboolean
arra_vqgan_file_save (const ArraVqganFile *file, const char *directory, GError **error)
{
  g_autofree char *weights = g_build_filename (directory, "vqgan.safetensors", NULL);
  g_autofree char *config = g_build_filename (directory, "vqgan.json", NULL);
  g_autofree char *text = arra_vqgan_config_to_json (&file->config);

  return save_weights (file, weights, error) && arra_write_file (config, text, strlen (text), error);
}

void
arra_vqgan_file_clear (ArraVqganFile *file)
{
  arra_source_unref (file->source);
  g_free (file->prefix);
  g_free (file->path);
  g_free (file->config_path);
  *file = (ArraVqganFile) { 0 };
}
