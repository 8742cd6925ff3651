/* yamlfile.c - a small, bounded reader of YAML configuration files (libyaml underneath)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "yamlfile_private.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <yaml.h>

#include "fail.h"
#include "mapping.h"
#include "mem.h"
#include "stand_in.h"

#define MAX_BYTES (1u << 20)
#define MAX_NODES 10000
#define MAX_DEPTH 64
#define MAX_PATH 1024

typedef ArraYamlNode Node;

/* A mapping or sequence that is being read. */
typedef struct
{
  guint node;
  gsize path_length; /* of its own key path */
  gboolean has_key;  /* a mapping whose next scalar is a value */
} Level;

typedef struct
{
  ArraYaml *yaml;
  Level levels[MAX_DEPTH];
  guint depth;
  GString *key_path; /* of the node that comes next */
} Reader;

void
arra_yaml_free (ArraYaml *yaml)
{
  if (yaml == NULL)
    return;
  for (guint i = 0; i < yaml->n_nodes; i++)
    {
      g_free (yaml->nodes[i].key_path);
      arra_mem_free (yaml->nodes[i].text);
    }
  arra_mem_free (yaml->nodes);
  g_hash_table_unref (yaml->by_path);
  g_free (yaml->path);
  g_free (yaml);
}

/* ------------------------------------------------------------------ reading */

static gboolean
fail_at (const Reader *reader, const yaml_event_t *event, ArraError code, const char *fault, GError **error)
{
  return arra_fail (error, code, "%s: line %zu: %s", reader->yaml->path, event->start_mark.line + 1,
                    arra_translate (fault));
}

gboolean
arra_yaml_grow (ArraYaml *yaml, GError **error)
{
  guint room = MAX (64, 2 * yaml->room);
  Node *grown;

  if (yaml->n_nodes < yaml->room)
    return TRUE;
  grown = arra_mem_resize (yaml->nodes, room, sizeof *grown, "configuration", error);
  if (grown == NULL)
    return FALSE;
  yaml->nodes = grown;
  yaml->room = room;
  return TRUE;
}

static gboolean
reserve_node (Reader *reader, const yaml_event_t *event, GError **error)
{
  if (reader->yaml->n_nodes >= MAX_NODES)
    return fail_at (reader, event, ARRA_ERROR_INVALID_DATA, "too many values", error);
  if (reader->key_path->len > MAX_PATH)
    return fail_at (reader, event, ARRA_ERROR_INVALID_DATA, "the keys are too long", error);
  return arra_yaml_grow (reader->yaml, error);
}

/* Adds a node, for which there is room, under the present key path or as the next item of a sequence; takes its text.
 */
static gboolean
add_node (Reader *reader, const yaml_event_t *event, Node node, GError **error)
{
  ArraYaml *yaml = reader->yaml;
  Level *parent = reader->depth > 0 ? &reader->levels[reader->depth - 1] : NULL;

  if (parent != NULL && yaml->nodes[parent->node].is_sequence)
    {
      g_string_truncate (reader->key_path, parent->path_length);
      g_string_append_printf (reader->key_path, "%s%" G_GSIZE_FORMAT, parent->path_length > 0 ? "." : "",
                              yaml->nodes[parent->node].n_items++);
    }
  else if (parent != NULL)
    parent->has_key = FALSE;
  node.key_path = g_strdup (reader->key_path->str);
  yaml->nodes[yaml->n_nodes++] = node;
  if (!g_hash_table_insert (yaml->by_path, node.key_path, GUINT_TO_POINTER (yaml->n_nodes)))
    return fail_at (reader, event, ARRA_ERROR_INVALID_DATA, "a key appears twice", error);
  return TRUE;
}

static gboolean
read_key (Reader *reader, const yaml_event_t *event, GError **error)
{
  Level *level = &reader->levels[reader->depth - 1];
  const char *text = (const char *) event->data.scalar.value;

  if (event->data.scalar.length > MAX_PATH || strlen (text) != event->data.scalar.length)
    return fail_at (reader, event, ARRA_ERROR_INVALID_DATA, "a key is too long or not text", error);
  g_string_truncate (reader->key_path, level->path_length);
  if (level->path_length > 0)
    g_string_append_c (reader->key_path, '.');
  g_string_append (reader->key_path, text);
  level->has_key = TRUE;
  return TRUE;
}

static gboolean
read_scalar (Reader *reader, const yaml_event_t *event, GError **error)
{
  Level *level = reader->depth > 0 ? &reader->levels[reader->depth - 1] : NULL;
  Node node = { .plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE };

  if (event->data.scalar.anchor != NULL)
    return fail_at (reader, event, ARRA_ERROR_UNSUPPORTED, "anchors are not supported", error);
  if (level != NULL && !reader->yaml->nodes[level->node].is_sequence && !level->has_key)
    return read_key (reader, event, error);
  if (!reserve_node (reader, event, error))
    return FALSE;
  node.text
      = arra_mem_strndup ((const char *) event->data.scalar.value, event->data.scalar.length, "configuration", error);
  return node.text != NULL && add_node (reader, event, node, error);
}

static gboolean
begin (Reader *reader, const yaml_event_t *event, gboolean is_sequence, const yaml_char_t *anchor, GError **error)
{
  Level *level = reader->depth > 0 ? &reader->levels[reader->depth - 1] : NULL;
  Node node = { .is_sequence = is_sequence };

  if (anchor != NULL)
    return fail_at (reader, event, ARRA_ERROR_UNSUPPORTED, "anchors are not supported", error);
  if (level != NULL && !reader->yaml->nodes[level->node].is_sequence && !level->has_key)
    return fail_at (reader, event, ARRA_ERROR_UNSUPPORTED, "a key that is no text", error);
  if (reader->depth == MAX_DEPTH)
    return fail_at (reader, event, ARRA_ERROR_INVALID_DATA, "nested too deep", error);
  if (!reserve_node (reader, event, error) || !add_node (reader, event, node, error))
    return FALSE;
  reader->levels[reader->depth++] = (Level) { reader->yaml->n_nodes - 1, reader->key_path->len, FALSE };
  return TRUE;
}

/* Takes one event; *@done after the first document. */
static gboolean
take (Reader *reader, const yaml_event_t *event, gboolean *done, GError **error)
{
  switch (event->type)
    {
    case YAML_SCALAR_EVENT:
      return read_scalar (reader, event, error);
    case YAML_MAPPING_START_EVENT:
      return begin (reader, event, FALSE, event->data.mapping_start.anchor, error);
    case YAML_SEQUENCE_START_EVENT:
      return begin (reader, event, TRUE, event->data.sequence_start.anchor, error);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
      g_string_truncate (reader->key_path, reader->levels[--reader->depth].path_length);
      return TRUE;
    case YAML_ALIAS_EVENT:
      return fail_at (reader, event, ARRA_ERROR_UNSUPPORTED, "aliases are not supported", error);
    case YAML_DOCUMENT_START_EVENT:
      if (reader->yaml->n_nodes > 0)
        return fail_at (reader, event, ARRA_ERROR_UNSUPPORTED, "a second document is not supported", error);
      return TRUE;
    case YAML_STREAM_END_EVENT:
      *done = TRUE;
      return TRUE;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    default:
      return TRUE;
    }
}

static gboolean
fail_parser (const ArraYaml *yaml, const yaml_parser_t *parser, GError **error)
{
  if (parser->error == YAML_MEMORY_ERROR)
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "%s: no memory for the YAML parser", yaml->path);
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: line %zu: broken YAML: %s", yaml->path,
                    parser->problem_mark.line + 1,
                    parser->problem != NULL ? parser->problem : arra_translate ("unreadable"));
}

static gboolean
read_events (Reader *reader, yaml_parser_t *parser, GError **error)
{
  gboolean ok = TRUE, done = FALSE;

  while (ok && !done)
    {
      yaml_event_t event;

      if (!yaml_parser_parse (parser, &event))
        return fail_parser (reader->yaml, parser, error);
      ok = take (reader, &event, &done, error);
      yaml_event_delete (&event);
    }
  if (ok && reader->yaml->n_nodes == 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the file is empty: it holds no value", reader->yaml->path);
  return ok;
}

ArraYaml *
arra_yaml_parse (const char *text, gsize size, const char *name, GError **error)
{
  g_autoptr (ArraYaml) yaml = g_new0 (ArraYaml, 1);
  Reader reader = { .yaml = yaml };
  yaml_parser_t parser;
  gboolean ok;

  yaml->path = g_strdup (name);
  yaml->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  if (size > MAX_BYTES)
    ok = arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: larger than %u bytes", name, MAX_BYTES);
  else if (!arra_stand_in_check (name, text, size, ARRA_STAND_IN_FORMAT, error))
    ok = FALSE;
  else if (!yaml_parser_initialize (&parser))
    ok = arra_fail (error, ARRA_ERROR_NO_MEMORY, "%s: no memory for the YAML parser", name);
  else
    {
      reader.key_path = g_string_new (NULL);
      yaml_parser_set_input_string (&parser, (const unsigned char *) text, size);
      ok = read_events (&reader, &parser, error);
      yaml_parser_delete (&parser);
      g_string_free (reader.key_path, TRUE);
    }
  return ok ? g_steal_pointer (&yaml) : NULL;
}

ArraYaml *
arra_yaml_open (const char *path, GError **error)
{
  g_automem char *text = NULL;
  gsize size;

  g_return_val_if_fail (path != NULL, NULL);
  text = arra_read_file (path, MAX_BYTES, &size, error);
  return text != NULL ? arra_yaml_parse (text, size, path, error) : NULL;
}

/* ------------------------------------------------------------------ look-up */

static const Node *
find (const ArraYaml *yaml, const char *key_path)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (yaml->by_path, key_path));

  if (index == 0)
    return NULL;
  yaml->nodes[index - 1].asked = TRUE;
  return &yaml->nodes[index - 1];
}

static const Node *
need (const ArraYaml *yaml, const char *key_path, GError **error)
{
  const Node *node = find (yaml, key_path);

  if (node == NULL)
    arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: \"%s\" is missing", yaml->path, key_path);
  return node;
}

gboolean
arra_yaml_has (const ArraYaml *yaml, const char *key_path)
{
  g_return_val_if_fail (yaml != NULL && key_path != NULL, FALSE);
  return find (yaml, key_path) != NULL;
}

static gboolean
read_int (const ArraYaml *yaml, const Node *node, gint64 min, gint64 max, gint64 *out, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (node->text == NULL || !node->plain)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not an integer", yaml->path, node->key_path);
  if (g_ascii_string_to_signed (node->text, 10, min, max, out, &fault))
    return TRUE;
  if (g_error_matches (fault, G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not in %" PRId64 "..%" PRId64, yaml->path,
                      node->key_path, min, max);
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not an integer", yaml->path, node->key_path);
}

gboolean
arra_yaml_get_int (const ArraYaml *yaml, const char *key_path, gint64 min, gint64 max, gint64 *out, GError **error)
{
  const Node *node;

  g_return_val_if_fail (yaml != NULL && key_path != NULL && out != NULL, FALSE);
  node = need (yaml, key_path, error);
  return node != NULL && read_int (yaml, node, min, max, out, error);
}

gboolean
arra_yaml_get_double (const ArraYaml *yaml, const char *key_path, double min, double max, double *out, GError **error)
{
  const Node *node;
  char *end = NULL;
  double value;

  g_return_val_if_fail (yaml != NULL && key_path != NULL && out != NULL, FALSE);
  node = need (yaml, key_path, error);
  if (node == NULL)
    return FALSE;
  value = node->text != NULL && node->plain ? g_ascii_strtod (node->text, &end) : 0;
  if (end == NULL || end == node->text || *end != '\0' || !isfinite (value))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not a number", yaml->path, key_path);
  if (value < min || value > max)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not in %g..%g", yaml->path, key_path, min, max);
  *out = value;
  return TRUE;
}

const char *
arra_yaml_get_string (const ArraYaml *yaml, const char *key_path, GError **error)
{
  const Node *node;

  g_return_val_if_fail (yaml != NULL && key_path != NULL, NULL);
  node = need (yaml, key_path, error);
  if (node != NULL && node->text == NULL)
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not a text", yaml->path, key_path);
  return node != NULL ? node->text : NULL;
}

const char *
arra_yaml_path (const ArraYaml *yaml)
{
  g_return_val_if_fail (yaml != NULL, NULL);
  return yaml->path;
}

gboolean
arra_yaml_get_bool (const ArraYaml *yaml, const char *key_path, gboolean *out, GError **error)
{
  static const char *const words[] = { "false", "False", "FALSE", "no", "off", "true", "True", "TRUE", "yes", "on" };
  const Node *node;

  g_return_val_if_fail (yaml != NULL && key_path != NULL && out != NULL, FALSE);
  node = need (yaml, key_path, error);
  if (node == NULL)
    return FALSE;
  for (gsize i = 0; node->text != NULL && node->plain && i < G_N_ELEMENTS (words); i++)
    if (strcmp (node->text, words[i]) == 0)
      {
        *out = i >= G_N_ELEMENTS (words) / 2;
        return TRUE;
      }
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not true or false", yaml->path, key_path);
}

gboolean
arra_yaml_get_ints (const ArraYaml *yaml, const char *key_path, gsize max, gint64 *out, gsize *n, GError **error)
{
  const Node *node;

  g_return_val_if_fail (yaml != NULL && key_path != NULL && (out != NULL || max == 0) && n != NULL, FALSE);
  node = need (yaml, key_path, error);
  if (node == NULL)
    return FALSE;
  if (!node->is_sequence)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not a list", yaml->path, key_path);
  if (node->n_items > max)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" has more than %zu items", yaml->path, key_path, max);
  for (gsize i = 0; i < node->n_items; i++)
    {
      g_autofree char *item = g_strdup_printf ("%s%s%" G_GSIZE_FORMAT, key_path, key_path[0] != '\0' ? "." : "", i);
      const Node *value = need (yaml, item, error);

      if (value == NULL || !read_int (yaml, value, G_MININT64, G_MAXINT64, &out[i], error))
        return FALSE;
    }
  *n = node->n_items;
  return TRUE;
}

gsize
arra_yaml_items (const ArraYaml *yaml, const char *key_path)
{
  const Node *node;

  g_return_val_if_fail (yaml != NULL && key_path != NULL, 0);
  node = find (yaml, key_path);
  return node != NULL ? node->n_items : 0;
}

/* ------------------------------------------------------------------ all values */

void
arra_yaml_each (const ArraYaml *yaml, ArraYamlFunc func, gpointer user)
{
  g_return_if_fail (yaml != NULL && func != NULL);
  for (guint i = 0; i < yaml->n_nodes; i++)
    if (yaml->nodes[i].text != NULL)
      func (yaml->nodes[i].key_path, yaml->nodes[i].text, user);
}

gboolean
arra_yaml_check_asked (const ArraYaml *yaml, GError **error)
{
  g_return_val_if_fail (yaml != NULL, FALSE);
  for (guint i = 0; i < yaml->n_nodes; i++)
    if (yaml->nodes[i].text != NULL && !yaml->nodes[i].asked)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "%s: \"%s\" is not known, or has no meaning beside the other settings", yaml->path,
                        yaml->nodes[i].key_path);
  return TRUE;
}
