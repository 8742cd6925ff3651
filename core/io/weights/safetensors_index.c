/* safetensors_index.c - a directory's model.safetensors, or its shards named by an index; those of
 * torch.save, too
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "safetensors.h"

#include <string.h>

#include "fail.h"
#include "jsonpython.h"

#define INDEX_NAME "model.safetensors.index.json"
#define SINGLE_NAME "model.safetensors"

/* An index is not to lead out of its directory. */
static gboolean
is_plain_name (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= 255 && strchr (name, '/') == NULL && strcmp (name, ".") != 0
         && strcmp (name, "..") != 0;
}

static gboolean
check_weight_map (JsonObject *weight_map, const char *path, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, weight_map);
  while (json_object_iter_next (&iter, &name, &node))
    {
      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor '%s': invalid file name: not a string", path,
                          name);
      if (!is_plain_name (json_node_get_string (node)))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                          "%s: tensor '%s': invalid file name: not a plain name in the same directory", path, name);
    }
  return TRUE;
}

/* An index while its shards are added. */
typedef struct
{
  const char *directory, *path;
  JsonObject *weight_map;
  ArraSource *source;
  GHashTable *shards; /* name -> whether the file is there */
  guint n_present;
  guint file; /* the index itself, for messages */
} Index;

static void
count_shards (Index *index)
{
  JsonObjectIter iter;
  JsonNode *node;

  json_object_iter_init (&iter, index->weight_map);
  while (json_object_iter_next (&iter, NULL, &node))
    {
      const char *shard = json_node_get_string (node);
      g_autofree char *path = NULL;
      gboolean is_there;

      if (g_hash_table_contains (index->shards, shard))
        continue;
      path = g_build_filename (index->directory, shard, NULL);
      is_there = g_file_test (path, G_FILE_TEST_EXISTS);
      g_hash_table_insert (index->shards, (gpointer) shard, GINT_TO_POINTER (is_there));
      index->n_present += is_there ? 1 : 0;
    }
}

static gboolean
is_present (const Index *index, const char *shard)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (index->shards, shard));
}

static gboolean
add_safetensors (const Index *index, const char *shard, const char *path, GError **error)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_open (path, error);

  return mapping != NULL && arra_safetensors_add (index->source, mapping, index->weight_map, shard, error);
}

/* The tensors of a file of torch.save that the index places in it. */
static gboolean
add_torch (const Index *index, const char *shard, const char *path, GError **error)
{
  g_autoptr (ArraMapping) path_only = arra_mapping_new_for_bytes (path, "", 0);
  g_autoptr (ArraSource) torch = arra_torch_open (path, NULL, error);
  guint file;

  if (torch == NULL || !arra_source_add_file (index->source, path_only, &file, error))
    return FALSE;
  arra_source_hold (index->source, torch);
  for (gsize i = 0; i < arra_source_count (torch); i++)
    {
      const char *name = arra_source_name (torch, i);

      if (json_object_has_member (index->weight_map, name)
          && strcmp (json_object_get_string_member (index->weight_map, name), shard) == 0
          && !arra_source_add (index->source, file, name, arra_source_tensor (torch, i), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_shard (const Index *index, const char *shard, GError **error)
{
  g_autofree char *path = g_build_filename (index->directory, shard, NULL);

  return g_str_has_suffix (shard, ".bin") ? add_torch (index, shard, path, error)
                                          : add_safetensors (index, shard, path, error);
}
static gboolean
add_shards (const Index *index, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  JsonObjectIter iter;
  JsonNode *node;

  json_object_iter_init (&iter, index->weight_map);
  while (json_object_iter_next (&iter, NULL, &node))
    {
      const char *shard = json_node_get_string (node);

      if (g_hash_table_add (seen, (gpointer) shard) && is_present (index, shard) && !add_shard (index, shard, error))
        return FALSE;
    }
  return TRUE;
}

/* (transfer full): why a tensor that the index places in @shard was not found */
static char *
why_absent (const Index *index, const char *shard)
{
  if (is_present (index, shard))
    return g_strdup_printf (arra_translate ("is not in %s, where the index says it is"), shard);
  return g_strdup_printf (
      arra_translate ("is in %s, which is missing: %u of %u files are there, so the download is not complete"), shard,
      index->n_present, g_hash_table_size (index->shards));
}

/* Entries that lead to nothing matter to nobody who does not ask for them. */
static gboolean
add_absent (const Index *index, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, index->weight_map);
  while (json_object_iter_next (&iter, &name, &node))
    {
      g_autofree char *why = NULL;

      if (arra_source_find (index->source, name) != NULL || arra_source_is_absent (index->source, name, NULL))
        continue;
      why = why_absent (index, json_node_get_string (node));
      if (!arra_source_add_absent (index->source, index->file, name, ARRA_ERROR_NOT_FOUND, why, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_index (Index *index, GError **error)
{
  g_autoptr (ArraMapping) path_only = arra_mapping_new_for_bytes (index->path, "", 0);

  count_shards (index);
  if (index->n_present == 0 && g_hash_table_size (index->shards) > 0)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                      "%s: 0 of %u files that it names are there, so the download is not complete", index->path,
                      g_hash_table_size (index->shards));
  return add_shards (index, error) && arra_source_add_file (index->source, path_only, &index->file, error)
         && add_absent (index, error);
}

static ArraSource *
open_index (const char *directory, const char *path, GError **error)
{
  g_autoptr (ArraSource) source = NULL;
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GHashTable) shards = g_hash_table_new (g_str_hash, g_str_equal);
  Index index = { .directory = directory, .path = path, .shards = shards };
  JsonObject *root;

  parser = arra_json_parse_config (path, &root, error);
  if (parser == NULL)
    return NULL;
  index.weight_map = arra_json_get_object (root, path, "weight_map", error);
  if (index.weight_map == NULL || !check_weight_map (index.weight_map, path, error))
    return NULL;
  index.source = source = arra_source_new ();
  return read_index (&index, error) ? g_steal_pointer (&source) : NULL;
}

/* As transformers does it: the one file goes before an index, which may tell of shards that are gone. */
static ArraSource *
open_single (const char *path, gboolean has_index, GError **error)
{
  ArraSource *source = arra_safetensors_open (path, error);

  if (source != NULL && has_index)
    arra_source_set_note (
        source,
        arra_translate ("model.safetensors holds the weights; model.safetensors.index.json beside it is not used"));
  return source;
}

ArraSource *
arra_torch_open_shards (const char *directory, const char *index, GError **error)
{
  g_autofree char *path = g_build_filename (directory, index, NULL);

  return open_index (directory, path, error);
}

ArraSource *
arra_safetensors_open_directory (const char *directory, GError **error)
{
  g_autofree char *index = NULL, *single = NULL;

  g_return_val_if_fail (directory != NULL, NULL);
  index = g_build_filename (directory, INDEX_NAME, NULL);
  single = g_build_filename (directory, SINGLE_NAME, NULL);
  if (g_file_test (single, G_FILE_TEST_EXISTS))
    return open_single (single, g_file_test (index, G_FILE_TEST_EXISTS), error);
  if (g_file_test (index, G_FILE_TEST_EXISTS))
    return open_index (directory, index, error);
  if (!g_file_test (directory, G_FILE_TEST_IS_DIR))
    arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: is missing or not a directory", directory);
  else
    arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: holds neither %s nor %s", directory, SINGLE_NAME, INDEX_NAME);
  return NULL;
}
