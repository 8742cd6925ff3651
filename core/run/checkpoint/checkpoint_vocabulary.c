/* checkpoint_vocabulary.c - names of tokens: tokenizer.json, config.json's vocabulary_map, or both
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include "fail.h"

/* Both nullable, but not together. */
typedef struct
{
  const ArraTokenizer *tokenizer;
  JsonObject *map;
  char *conflict; /* the first name the two disagree about */
} Names;

static gboolean
find_in_map (JsonObject *map, const char *token, guint32 *id)
{
  JsonNode *node = map != NULL ? json_object_get_member (map, token) : NULL;
  gint64 value;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  value = json_node_get_int (node);
  if (value < 0 || value >= ARRA_NO_TOKEN)
    return FALSE;
  *id = (guint32) value;
  return TRUE;
}

static gboolean
look_up (gpointer data, const char *token, guint32 *id)
{
  Names *names = data;
  guint32 mapped;

  if (names->tokenizer == NULL)
    return find_in_map (names->map, token, id);
  if (!arra_tokenizer_id (names->tokenizer, token, id))
    return FALSE;
  if (names->conflict == NULL && find_in_map (names->map, token, &mapped) && mapped != *id)
    names->conflict
        = g_strdup_printf (arra_translate ("\"%s\" is %u in tokenizer.json and %u in config.json"), token, *id, mapped);
  return TRUE;
}

static guint32
size_of_map (JsonObject *map)
{
  guint32 size = 0;
  JsonObjectIter iter;
  const char *token;
  JsonNode *node;

  json_object_iter_init (&iter, map);
  while (json_object_iter_next (&iter, &token, &node))
    {
      guint32 id;

      if (find_in_map (map, token, &id) && id >= size)
        size = id + 1;
    }
  return size;
}

gboolean
arra_checkpoint_read_vocabulary (ArraCheckpoint *checkpoint, JsonObject *map, GError **error)
{
  Names names = { .tokenizer = checkpoint->tokenizer, .map = map };
  ArraTokenNames tokens = { 0 };
  g_autofree char *conflict = NULL;

  if (names.tokenizer != NULL || map != NULL)
    tokens = (ArraTokenNames) { look_up, &names,
                                names.tokenizer != NULL ? arra_tokenizer_size (names.tokenizer) : size_of_map (map) };
  checkpoint->layout = checkpoint->decoder.family->layout (&checkpoint->decoder, &tokens, checkpoint->path, error);
  conflict = names.conflict;
  if (checkpoint->layout != NULL && conflict != NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the vocabularies disagree: %s", checkpoint->path, conflict);
  return checkpoint->layout != NULL;
}
