/* checkpoint_explain.c - what a path is that is no checkpoint, in words a person can act on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "hub.h"

static const struct
{
  const char *magic;
  gsize at, length;
  const char *what;
  gboolean pickle;
} kinds[] = {
  { "\x89PNG", 0, 4, N_ ("is a picture (PNG), not a checkpoint"), FALSE },
  { "\xff\xd8\xff", 0, 3, N_ ("is a picture (JPEG), not a checkpoint"), FALSE },
  { "GIF8", 0, 4, N_ ("is a picture (GIF), not a checkpoint"), FALSE },
  { "WEBP", 8, 4, N_ ("is a picture (WebP), not a checkpoint"), FALSE },
  { "PK\x03\x04", 0, 4,
    N_ ("is a zip or PyTorch file (pickle) with the weights of no model that is known so; name the Hugging "
        "Face directory with the model as safetensors"),
    TRUE },
  { "\x80\x02", 0, 2,
    N_ ("is a Python pickle with the weights of no model that is known so; name the Hugging Face directory "
        "with the model as safetensors"),
    TRUE },
  { "ggml", 0, 4, N_ ("is a file of an old ggml format, not GGUF"), FALSE },
  { "lmgg", 0, 4, N_ ("is a file of an old ggml format, not GGUF"), FALSE },
  { "tjgg", 0, 4, N_ ("is a file of an old ggml format, not GGUF"), FALSE },
  { "FUGG", 0, 4, N_ ("is a big-endian GGUF file, which is not supported"), FALSE },
};

static gboolean
explain_vqgan (const char *path, GError **error)
{
  if (!arra_vqgan_file_is_alone (path))
    return FALSE;
  arra_fail (error, ARRA_ERROR_UNSUPPORTED,
             "%s: is an image tokenizer (VQGAN), not a checkpoint: name a model, and this as its VQGAN", path);
  return TRUE;
}

/* The directory of a file that belongs to a checkpoint, when that is what was named. */
static gboolean
explain_part (const char *path, GError **error)
{
  static const char *const parts[] = { ".safetensors", ".json", ".bin", ".pth", ".ckpt" };
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *config = g_build_filename (folder, "config.json", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_has_suffix (path, parts[i]) && g_file_test (config, G_FILE_TEST_EXISTS))
      {
        arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: is one file of a checkpoint: name its directory, %s", path,
                   folder);
        return TRUE;
      }
  return FALSE;
}

/* What its reader says of a pickle, for one that means harm above all. */
static gboolean
fail_kind (const char *path, const char *what, gboolean pickle, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (pickle)
    arra_source_unref (arra_torch_open (path, NULL, &fault));
  if (fault != NULL)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s (%s)", path, what, fault->message);
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s", path, what);
}

gboolean
arra_checkpoint_explain_file (const char *path, GError **error)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_open (path, error);

  if (mapping == NULL || explain_part (path, error) || explain_vqgan (path, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (arra_mapping_size (mapping) >= kinds[i].at + kinds[i].length
        && memcmp (arra_mapping_data (mapping) + kinds[i].at, kinds[i].magic, kinds[i].length) == 0)
      return fail_kind (path, arra_translate (kinds[i].what), kinds[i].pickle, error);
  if (g_str_has_suffix (path, ".safetensors"))
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: holds weights alone: name the directory with its config.json",
                      path);
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                    "%s: is no checkpoint: neither a GGUF file nor a Hugging Face directory", path);
}

/* The first name in @path, in order of the alphabet, that ends in @suffix. */
static char *
find_suffix (const char *path, const char *suffix)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  char *found = NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, suffix) && (found == NULL || strcmp (name, found) < 0))
      {
        g_free (found);
        found = g_strdup (name);
      }
  return found;
}

static gboolean
holds (const char *path, const char *name)
{
  g_autofree char *inside = g_build_filename (path, name, NULL);

  return g_file_test (inside, G_FILE_TEST_EXISTS);
}

/* A repository's folder in the Hugging Face cache, whose files lie further down. */
static gboolean
explain_cache (const char *path, GError **error)
{
  g_autofree char *snapshot = arra_hub_snapshot (path);

  if (snapshot == NULL)
    return FALSE;
  arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: is a folder of the Hugging Face cache: name what lies in it, %s", path,
             snapshot);
  return TRUE;
}

static gboolean
explain_pickles (const char *path, GError **error)
{
  static const char *const suffixes[] = { ".bin", ".pth", ".pt", ".ckpt" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *found = find_suffix (path, suffixes[i]);

      if (found == NULL)
        continue;
      arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                 "%s: holds its weights as a Python pickle (%s), in which this model is not published: get it as "
                 "safetensors",
                 path, found);
      return TRUE;
    }
  return FALSE;
}

/* Shards of a checkpoint by their own names, model-00002-of-00009.safetensors: how many there are, and how
 * many there should be. */
static guint
count_shards (const char *path, guint *total)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0, of;
  const char *name;

  *total = 0;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (holds (path, name) && sscanf (name, "model-%*5u-of-%5u.safetensors", &of) == 1 && of > 0)
      {
        *total = of;
        n++;
      }
  return n;
}

/* What a download that stopped left behind. */
static gboolean
explain_partial (const char *path, GError **error)
{
  static const char *const files[] = { "config.json", "model.safetensors", "model.safetensors.index.json" };
  guint total, n = count_shards (path, &total);

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *file = g_build_filename (path, files[i], NULL);

      if (!g_file_test (file, G_FILE_TEST_IS_SYMLINK) || g_file_test (file, G_FILE_TEST_EXISTS))
        continue;
      arra_fail (error, ARRA_ERROR_NOT_FOUND,
                 "%s: is a link to a file that is not there: the download is not complete, so download it again", file);
      return TRUE;
    }
  if (n > 0)
    arra_fail (error, ARRA_ERROR_NOT_FOUND,
               "%s: %u of %u files with weights are there, and %s is missing: the download is not complete", path, n,
               total, holds (path, "config.json") ? files[2] : files[0]);
  else if (!holds (path, files[0])
           && (holds (path, files[1]) || holds (path, files[2]) || holds (path, "tokenizer.json")))
    arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: config.json is missing: the download is not complete", path);
  else
    return FALSE;
  return TRUE;
}

gboolean
arra_checkpoint_explain_directory (const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autofree char *gguf = find_suffix (path, ".gguf");
  gboolean configured = holds (path, "config.json");

  if (dir == NULL)
    return arra_fail (error, ARRA_ERROR_FAILED, "%s: the directory cannot be read", path);
  if (g_dir_read_name (dir) == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: the directory is empty", path);
  if (explain_cache (path, error))
    return FALSE;
  if (!configured && gguf != NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: is no Hugging Face directory; name the file in it, %s", path,
                      gguf);
  if (explain_partial (path, error) || (!configured && explain_vqgan (path, error)) || explain_pickles (path, error))
    return FALSE;
  if (!configured)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: has no config.json, so it is no Hugging Face directory", path);
  return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                    "%s: has no weights: neither model.safetensors nor model.safetensors.index.json", path);
}
