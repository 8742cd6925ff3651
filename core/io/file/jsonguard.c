/* jsonguard.c - JSON from strangers, handed to json-glib only when it is known to be sound
 *
 * json-glib recurses once per bracket, takes the last of two equal keys without a word, and wraps large integers. None
 * of these ever reaches it: see jsonscan.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsonguard.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "fail.h"
#include "jsonscan.h"
#include "mapping.h"
#include "mem.h"
#include "stand_in.h"

/* What json-glib takes for a value with its key, at most, besides the text itself. */
#define BYTES_PER_VALUE 256

/* Members seen of each open object, to find out when one replaced another. */
typedef struct
{
  guint depth;
  guint members[ARRA_JSON_MAX_DEPTH + 1];
  char *twice;
} Census;

static void
on_object_start (JsonParser *parser, gpointer data)
{
  Census *census = data;

  g_assert (census->depth < G_N_ELEMENTS (census->members));
  census->members[census->depth++] = 0;
}

static void
on_object_member (JsonParser *parser, JsonObject *object, const char *key, gpointer data)
{
  Census *census = data;

  g_assert (census->depth > 0);
  if (json_object_get_size (object) < ++census->members[census->depth - 1] && census->twice == NULL)
    census->twice = g_strdup (key);
}

static void
on_object_end (JsonParser *parser, JsonObject *object, gpointer data)
{
  Census *census = data;

  g_assert (census->depth > 0);
  census->depth--;
}

static gboolean
load (JsonParser *parser, const char *text, gsize size, const char *name, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *twice = NULL;
  Census census = { 0 };
  gsize mark = arra_json_mark (text, size);
  gboolean loaded;

  g_signal_connect (parser, "object-start", G_CALLBACK (on_object_start), &census);
  g_signal_connect (parser, "object-member", G_CALLBACK (on_object_member), &census);
  g_signal_connect (parser, "object-end", G_CALLBACK (on_object_end), &census);
  loaded = json_parser_load_from_data (parser, text + mark, (gssize) (size - mark), &cause);
  g_signal_handlers_disconnect_by_data (parser, &census);
  twice = census.twice;
  if (!loaded)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: broken JSON: %s", name, cause->message);
  if (twice != NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: broken JSON: the key \"%s\" appears twice", name, twice);
  return TRUE;
}

/* json-glib builds its tree in GLib's memory, which ends the process when it is short: the room is asked for
 * beforehand. */
static gboolean
is_room_for_tree (gsize size, gsize n_values, const char *name, GError **error)
{
  g_automem void *room = arra_mem_new (n_values * BYTES_PER_VALUE + 2 * size, 1, name, error);

  return room != NULL;
}

/* What is no JSON from its first byte on is said to be what it is. */
static gboolean
check_beginning (const char *text, gsize size, const char *name, GError **error)
{
  if (size >= 2 && (memcmp (text, "\xFF\xFE", 2) == 0 || memcmp (text, "\xFE\xFF", 2) == 0))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: broken JSON: it is UTF-16; save it as UTF-8", name);
  return (size > 0 && strchr ("{[", *text) != NULL)
         || arra_stand_in_check (name, text, size, ARRA_STAND_IN_FORMAT, error);
}

/* (transfer full): a parser whose root is of @type, which is called @type_name in messages. */
static JsonParser *
parse_root (const char *text, gsize size, const char *name, JsonNodeType type, const char *type_name, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonNode *root;
  gsize n_values;

  if (!check_beginning (text, size, name, error) || !arra_json_scan_values (text, size, name, &n_values, error)
      || !is_room_for_tree (size, n_values, name, error))
    return NULL;
  parser = json_parser_new ();
  if (!load (parser, text, size, name, error))
    return NULL;
  root = json_parser_get_root (parser);
  if (root == NULL || JSON_NODE_TYPE (root) != type)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: broken JSON: the outermost value is not %s", name,
                 arra_translate (type_name));
      return NULL;
    }
  return g_steal_pointer (&parser);
}

JsonParser *
arra_json_parse (const char *text, gsize size, const char *name, JsonObject **object, GError **error)
{
  JsonParser *parser;

  g_return_val_if_fail (text != NULL && name != NULL && object != NULL, NULL);
  parser = parse_root (text, size, name, JSON_NODE_OBJECT, "an object", error);
  if (parser != NULL)
    *object = json_node_get_object (json_parser_get_root (parser));
  return parser;
}

JsonParser *
arra_json_parse_array (const char *text, gsize size, const char *name, JsonArray **array, GError **error)
{
  JsonParser *parser;

  g_return_val_if_fail (text != NULL && name != NULL && array != NULL, NULL);
  parser = parse_root (text, size, name, JSON_NODE_ARRAY, "an array", error);
  if (parser != NULL)
    *array = json_node_get_array (json_parser_get_root (parser));
  return parser;
}

JsonParser *
arra_json_parse_file (const char *path, JsonObject **object, GError **error)
{
  gsize size;
  g_automem char *text = arra_read_file (path, ARRA_JSON_MAX_BYTES, &size, error);

  return text != NULL ? arra_json_parse (text, size, path, object, error) : NULL;
}

/* NULL when there is no such member or it is null. */
static JsonNode *
member (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static JsonNode *
needed_member (JsonObject *object, const char *name, const char *key, GError **error)
{
  JsonNode *node = member (object, key);

  if (node == NULL)
    arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: \"%s\" is missing", name, key);
  return node;
}

static gboolean
fail_type (GError **error, const char *name, const char *key, const char *type)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" has a wrong type: it must be %s", name, key,
                    arra_translate (type));
}

static gboolean
read_int (JsonNode *node, const char *name, const char *key, gint64 min, gint64 max, gint64 *out, GError **error)
{
  gint64 value;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return fail_type (error, name, key, "an integer");
  value = json_node_get_int (node);
  if (value < min || value > max)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"%s\" is out of range: %" PRId64 " is not in %" PRId64 "..%" PRId64, name, key, value, min,
                      max);
  *out = value;
  return TRUE;
}

gboolean
arra_json_get_int (JsonObject *object,
                   const char *name,
                   const char *key,
                   gint64 min,
                   gint64 max,
                   gint64 *out,
                   GError **error)
{
  JsonNode *node = needed_member (object, name, key, error);

  return node != NULL && read_int (node, name, key, min, max, out, error);
}

gboolean
arra_json_get_int_default (JsonObject *object,
                           const char *name,
                           const char *key,
                           gint64 min,
                           gint64 max,
                           gint64 standard,
                           gint64 *out,
                           GError **error)
{
  JsonNode *node = member (object, key);

  if (node != NULL)
    return read_int (node, name, key, min, max, out, error);
  *out = standard;
  return TRUE;
}

gboolean
arra_json_get_double_default (JsonObject *object,
                              const char *name,
                              const char *key,
                              double standard,
                              double *out,
                              GError **error)
{
  JsonNode *node = member (object, key);
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (node == NULL)
    {
      *out = standard;
      return TRUE;
    }
  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return fail_type (error, name, key, "a number");
  if (!isfinite (json_node_get_double (node)))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is out of range: not a finite number", name, key);
  *out = json_node_get_double (node);
  return TRUE;
}

gboolean
arra_json_get_bool_default (JsonObject *object,
                            const char *name,
                            const char *key,
                            gboolean standard,
                            gboolean *out,
                            GError **error)
{
  JsonNode *node = member (object, key);

  if (node != NULL && (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN))
    return fail_type (error, name, key, "true or false");
  *out = node != NULL ? json_node_get_boolean (node) : standard;
  return TRUE;
}

const char *
arra_json_get_string (JsonObject *object, const char *name, const char *key, GError **error)
{
  JsonNode *node = needed_member (object, name, key, error);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      fail_type (error, name, key, "a string");
      return NULL;
    }
  return json_node_get_string (node);
}

JsonObject *
arra_json_get_object (JsonObject *object, const char *name, const char *key, GError **error)
{
  JsonNode *node = needed_member (object, name, key, error);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      fail_type (error, name, key, "an object");
      return NULL;
    }
  return json_node_get_object (node);
}

JsonArray *
arra_json_get_array (JsonObject *object, const char *name, const char *key, GError **error)
{
  JsonNode *node = needed_member (object, name, key, error);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      fail_type (error, name, key, "an array");
      return NULL;
    }
  return json_node_get_array (node);
}
