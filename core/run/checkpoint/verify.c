/* verify.c - stored hashes against the contents
 *
 * A GGUF file of ours holds the SHA-256 of its tensor data. A Hugging Face cache holds links into "blobs",
 * named after what they must contain: the SHA-256 of large files, git's SHA-1 of small ones.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include <string.h>

#include "fail.h"

#define PIECE ((gsize) 1 << 20) /* bytes hashed between two looks at the cancellable */

static gboolean
verify_gguf (ArraCheckpoint *checkpoint, GCancellable *cancellable, GError **error)
{
  g_autofree char *found = NULL;
  const char *stored;
  gsize length;

  if (!arra_gguf_has (checkpoint->gguf, ARRA_SHA256_KEY))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                      "%s: holds no hash, so there is nothing to compare its contents with", checkpoint->path);
  if (!arra_gguf_get_string (checkpoint->gguf, ARRA_SHA256_KEY, &stored, &length, error))
    return FALSE;
  found = arra_gguf_data_sha256 (checkpoint->gguf, cancellable, error);
  if (found == NULL)
    return FALSE;
  if (length == strlen (found) && memcmp (stored, found, length) == 0)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: is damaged: its weights do not have the hash that was stored with them", checkpoint->path);
}

static gboolean
is_hex (const char *text)
{
  return text[strspn (text, "0123456789abcdef")] == '\0';
}

/* The hash a file's content must have, from the name of what it links to; NULL when there is none. */
static char *
expected_hash (const char *path, GChecksumType *type)
{
  g_autofree char *target = g_file_read_link (path, NULL);
  g_autofree char *name = target != NULL ? g_path_get_basename (target) : NULL;
  gsize length = name != NULL ? strlen (name) : 0;

  if ((length != 64 && length != 40) || !is_hex (name))
    return NULL;
  *type = length == 64 ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA1;
  return g_steal_pointer (&name);
}

static gboolean
verify_file (const char *path, const char *expected, GChecksumType type, GCancellable *cancellable, GError **error)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_open (path, error);
  g_autoptr (GChecksum) sum = g_checksum_new (type);
  gsize size = mapping != NULL ? arra_mapping_size (mapping) : 0;

  if (mapping == NULL)
    return FALSE;
  if (type == G_CHECKSUM_SHA1)
    {
      g_autofree char *head = g_strdup_printf ("blob %" G_GSIZE_FORMAT, size);
      g_checksum_update (sum, (const guchar *) head, (gssize) strlen (head) + 1);
    }
  for (gsize at = 0; at < size; at += PIECE)
    {
      gsize piece = MIN (PIECE, size - at);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      g_checksum_update (sum, arra_mapping_data (mapping) + at, (gssize) piece);
      arra_mapping_release (arra_mapping_data (mapping) + at, piece);
    }
  if (!arra_mapping_check (mapping, error))
    return FALSE;
  if (strcmp (g_checksum_get_string (sum), expected) == 0)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: is damaged: its contents do not have the hash it was downloaded with", path);
}

/* The files that make up the checkpoint, each once. */
static GPtrArray *
list_files (const ArraCheckpoint *checkpoint)
{
  static const char *const names[]
      = { "config.json", "tokenizer.json", "generation_config.json", "model.safetensors.index.json" };
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_ptr_array_add (files, g_build_filename (checkpoint->path, names[i], NULL));
  for (gsize i = 0; i < arra_source_count (checkpoint->source); i++)
    {
      const char *file = arra_source_file_of (checkpoint->source, arra_source_name (checkpoint->source, i));

      if (g_hash_table_add (seen, (gpointer) file))
        g_ptr_array_add (files, g_strdup (file));
    }
  if (checkpoint->vqgan_path != NULL)
    g_ptr_array_add (files, g_strdup (checkpoint->vqgan_path));
  return files;
}

static gboolean
verify_directory (ArraCheckpoint *checkpoint, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) files = list_files (checkpoint);
  guint n_verified = 0;

  for (guint i = 0; i < files->len; i++)
    {
      const char *path = g_ptr_array_index (files, i);
      GChecksumType type;
      g_autofree char *expected = expected_hash (path, &type);

      if (expected == NULL)
        continue;
      if (!verify_file (path, expected, type, cancellable, error))
        return FALSE;
      n_verified++;
    }
  if (n_verified > 0)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                    "%s: no hashes are stored with this directory, so there is nothing to compare its contents with",
                    checkpoint->path);
}

gboolean
arra_checkpoint_verify (ArraCheckpoint *checkpoint, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (checkpoint != NULL, FALSE);
  if (checkpoint->gguf != NULL)
    return verify_gguf (checkpoint, cancellable, error);
  return verify_directory (checkpoint, cancellable, error);
}
