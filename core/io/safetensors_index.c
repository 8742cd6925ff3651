/* safetensors_index.c - a directory's model.safetensors, or its shards named by model.safetensors.index.json
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "safetensors.h"

#include <string.h>

#include "fail.h"

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
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor '%s': invalid file name: not a string",
                          path, name);
      if (!is_plain_name (json_node_get_string (node)))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                          "%s: tensor '%s': invalid file name: not a plain name in the same directory", path,
                          name);
    }
  return TRUE;
}

static gboolean
add_shard (
    ArraSource *source, const char *directory, JsonObject *weight_map, const char *shard, GError **error)
{
  g_autofree char *path = g_build_filename (directory, shard, NULL);
  g_autoptr (ArraMapping) mapping = arra_mapping_open (path, error);

  return mapping != NULL && arra_safetensors_add (source, mapping, weight_map, shard, error);
}

static gboolean
add_shards (ArraSource *source, const char *directory, JsonObject *weight_map, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  JsonObjectIter iter;
  JsonNode *node;

  json_object_iter_init (&iter, weight_map);
  while (json_object_iter_next (&iter, NULL, &node))
    {
      const char *shard = json_node_get_string (node);

      if (g_hash_table_add (seen, (gpointer) shard)
          && !add_shard (source, directory, weight_map, shard, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_all_found (const ArraSource *source, JsonObject *weight_map, const char *path, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, weight_map);
  while (json_object_iter_next (&iter, &name, &node))
    if (arra_source_find (source, name) == NULL)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor '%s' is missing in %s", path, name,
                        json_node_get_string (node));
  return TRUE;
}

static ArraSource *
open_index (const char *directory, const char *path, GError **error)
{
  g_autoptr (ArraSource) source = NULL;
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *index, *weight_map;

  parser = arra_json_parse_file (path, &index, error);
  if (parser == NULL)
    return NULL;
  weight_map = arra_json_get_object (index, path, "weight_map", error);
  if (weight_map == NULL || !check_weight_map (weight_map, path, error))
    return NULL;
  source = arra_source_new ();
  if (!add_shards (source, directory, weight_map, error)
      || !check_all_found (source, weight_map, path, error))
    return NULL;
  return g_steal_pointer (&source);
}

ArraSource *
arra_safetensors_open_directory (const char *directory, GError **error)
{
  g_autofree char *index = NULL, *single = NULL;

  g_return_val_if_fail (directory != NULL, NULL);
  index = g_build_filename (directory, INDEX_NAME, NULL);
  single = g_build_filename (directory, SINGLE_NAME, NULL);
  if (g_file_test (index, G_FILE_TEST_EXISTS))
    return open_index (directory, index, error);
  if (g_file_test (single, G_FILE_TEST_EXISTS))
    return arra_safetensors_open (single, error);
  if (!g_file_test (directory, G_FILE_TEST_IS_DIR))
    arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: is missing or not a directory", directory);
  else
    arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: holds neither %s nor %s", directory, SINGLE_NAME,
               INDEX_NAME);
  return NULL;
}
