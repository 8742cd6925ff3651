/* dataset_read.c - the forms of data sets that are JSON: metadata.jsonl, conversations
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset_private.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mapping.h"
#include "mem.h"
#include "text_file.h"
#include "utf8.h"

static gboolean
fail_outside (GError **error, const char *where, const char *name)
{
  g_autofree char *quoted = arra_quote (name, strlen (name));

  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the picture %s does not lie in the data set's folder", where,
                    quoted);
}

/* NULL without an error: there is no such member. */
static const char *
optional_string (JsonObject *object, const char *where, const char *key, GError **error)
{
  JsonNode *node = json_object_get_member (object, key);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return NULL;
  return arra_json_get_string (object, where, key, error);
}

/* NULL with @error set when it is missing. */
static const char *
find_caption (JsonObject *object, const char *where, GError **error)
{
  GError *fault = NULL;
  const char *caption = optional_string (object, where, "text", &fault);

  if (caption == NULL && fault == NULL)
    caption = optional_string (object, where, "caption", &fault);
  if (fault != NULL)
    g_propagate_error (error, fault);
  else if (caption == NULL)
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: neither \"text\" nor \"caption\" is there", where);
  return caption;
}

static gboolean
add_labels (ArraDataset *dataset, JsonObject *object, const char *where, GError **error)
{
  static const char *const others[] = { "file_name", "text", "caption", NULL };
  g_autoptr (GList) names = json_object_get_members (object);

  for (const GList *name = names; name != NULL; name = name->next)
    {
      JsonNode *node = json_object_get_member (object, name->data);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING
          || g_strv_contains (others, name->data))
        continue;
      if (!arra_dataset_add_label (dataset, where, name->data, json_node_get_string (node), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_line (ArraDataset *dataset, const char *folder, const char *line, gsize length, const char *where, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object;
  const char *name, *caption;

  if (length > ARRA_DATASET_MAX_TEXT)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the line is too long: %zu bytes can be used", where,
                      ARRA_DATASET_MAX_TEXT);
  if (strspn (line, " \t\r") >= length)
    return TRUE;
  parser = arra_json_parse (line, length, where, &object, error);
  if (parser == NULL || (name = arra_json_get_string (object, where, "file_name", error)) == NULL
      || (caption = find_caption (object, where, error)) == NULL)
    return FALSE;
  return arra_dataset_add_inside (dataset, where, folder, name, caption, error)
         && add_labels (dataset, object, where, error);
}

static gboolean
read_lines (ArraDataset *dataset, const char *path, const char *text, gsize size, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  guint number = 1;

  for (const char *line = text, *end; line < text + size; line = end + 1, number++)
    {
      g_autofree char *where = g_strdup_printf (arra_translate ("%s: line %u"), path, number);

      end = memchr (line, '\n', (gsize) (text + size - line));
      if (end == NULL)
        end = text + size;
      if (!read_line (dataset, folder, line, (gsize) (end - line), where, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_dataset_add_inside (ArraDataset *dataset,
                         const char *where,
                         const char *folder,
                         const char *name,
                         const char *caption,
                         GError **error)
{
  g_autofree char *picture = g_build_filename (folder, g_str_has_prefix (name, "./") ? name + 2 : name, NULL);

  if (!arra_dataset_is_inside (name))
    return fail_outside (error, where, name);
  return arra_dataset_add (dataset, where, name, picture, caption, error);
}

gboolean
arra_dataset_read_metadata (ArraDataset *dataset, const char *path, GError **error)
{
  gsize size;
  g_automem char *text = arra_read_text (path, ARRA_DATASET_MAX_FILE, &size, error);

  return text != NULL && arra_dataset_is_room (size, path, error)
         && arra_dataset_read_attributes_beside (dataset, path, error) && read_lines (dataset, path, text, size, error);
}

/* The value of turn @index, which @from says. */
static const char *
read_turn (JsonArray *turns, guint index, const char *from, const char *where, GError **error)
{
  JsonNode *node = json_array_get_element (turns, index);
  JsonObject *turn = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *says;

  if (turn == NULL)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"conversations\" holds what is not an object", where);
      return NULL;
    }
  says = arra_json_get_string (turn, where, "from", error);
  if (says == NULL)
    return NULL;
  if (strcmp (says, from) != 0)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: turn %u is from \"%s\"; \"%s\" is expected", where, index, says,
                 from);
      return NULL;
    }
  return arra_json_get_string (turn, where, "value", error);
}

/* The caption: what the human says, before the model answers with one picture. */
static const char *
read_turns (JsonObject *object, const char *where, GError **error)
{
  JsonArray *turns = arra_json_get_array (object, where, "conversations", error);
  const char *caption, *answer;

  if (turns == NULL)
    return NULL;
  if (json_array_get_length (turns) != 2)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: two turns are expected, there are %u", where,
                 json_array_get_length (turns));
      return NULL;
    }
  caption = read_turn (turns, 0, "human", where, error);
  answer = caption != NULL ? read_turn (turns, 1, "gpt", where, error) : NULL;
  if (answer != NULL && strcmp (answer, "<|image|>") != 0)
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the answer is not \"<|image|>\", one picture", where);
  return answer != NULL && strcmp (answer, "<|image|>") == 0 ? caption : NULL;
}

static const char *
read_image (JsonObject *object, const char *where, GError **error)
{
  JsonArray *images = arra_json_get_array (object, where, "image", error);
  JsonNode *node = images != NULL && json_array_get_length (images) == 1 ? json_array_get_element (images, 0) : NULL;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_get_string (node);
  if (images != NULL)
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"image\" is not a list of one path", where);
  return NULL;
}

static gboolean
read_conversation (ArraDataset *dataset, const char *folder, JsonNode *node, const char *where, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autofree char *picture = NULL;
  const char *caption, *name;

  if (object == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: it is not an object", where);
  if ((caption = read_turns (object, where, error)) == NULL || (name = read_image (object, where, error)) == NULL)
    return FALSE;
  if (!g_path_is_absolute (name) && !arra_dataset_is_inside (name))
    return fail_outside (error, where, name);
  picture = g_path_is_absolute (name) ? g_strdup (name) : g_build_filename (folder, name, NULL);
  return arra_dataset_add (dataset, where, name, picture, caption, error);
}

gboolean
arra_dataset_read_conversations (ArraDataset *dataset, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  gsize size;
  g_automem char *text = arra_read_file (path, ARRA_JSON_MAX_BYTES, &size, error);
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *items;

  if (text == NULL || !arra_dataset_is_room (size, path, error))
    return FALSE;
  parser = arra_json_parse_array (text, size, path, &items, error);
  if (parser == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      g_autofree char *where = g_strdup_printf (arra_translate ("%s: item %u"), path, i);

      if (!read_conversation (dataset, folder, json_array_get_element (items, i), where, error))
        return FALSE;
    }
  return TRUE;
}
