/* jsonwriter.c - JSON, written in one of three layouts
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsonwriter.h"

#include <math.h>
#include <string.h>

#include "mapping.h"

ArraJsonWriter *
arra_json_writer_new (ArraJsonLayout layout)
{
  ArraJsonWriter *json = g_new0 (ArraJsonWriter, 1);

  json->text = g_string_new (NULL);
  json->layouts[0] = (guint8) layout;
  return json;
}

void
arra_json_writer_free (ArraJsonWriter *json)
{
  g_string_free (json->text, TRUE);
  g_free (json);
}

const char *
arra_json_writer_text (const ArraJsonWriter *json)
{
  return json->text->str;
}

char *
arra_json_writer_end (ArraJsonWriter *json)
{
  char *text = g_string_free (json->text, FALSE);

  g_free (json);
  return text;
}

gboolean
arra_json_writer_save (const ArraJsonWriter *json, const char *path, GError **error)
{
  return arra_write_file (path, json->text->str, json->text->len, error);
}

/* ------------------------------------------------------------------ strings */

static void
append_escaped (GString *text, char c)
{
  if (c == '"' || c == '\\')
    g_string_append_printf (text, "\\%c", c);
  else if (c == '\n')
    g_string_append (text, "\\n");
  else if (c == '\t')
    g_string_append (text, "\\t");
  else if ((guchar) c < 0x20 || c == 0x7f)
    g_string_append_printf (text, "\\u%04x", (guint) (guchar) c);
  else
    g_string_append_c (text, c);
}

static void
append_string (GString *text, const char *value)
{
  g_autofree char *valid = g_utf8_validate (value, -1, NULL) ? NULL : g_utf8_make_valid (value, -1);

  g_string_append_c (text, '"');
  for (const char *c = valid != NULL ? valid : value; *c != '\0'; c++)
    append_escaped (text, *c);
  g_string_append_c (text, '"');
}

char *
arra_json_quote (const char *value)
{
  GString *text = g_string_new (NULL);

  append_string (text, value);
  return g_string_free (text, FALSE);
}

/* ------------------------------------------------------------------ objects and arrays */

static ArraJsonLayout
layout_of (const ArraJsonWriter *json)
{
  return (ArraJsonLayout) json->layouts[json->depth];
}

static void
append_indent (ArraJsonWriter *json, guint depth)
{
  g_string_append_c (json->text, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (json->text, "  ");
}

/* What goes before a value: the comma, the line's start, the key. */
static void
begin_value (ArraJsonWriter *json, const char *key)
{
  const ArraJsonLayout layout = layout_of (json);

  if (json->filled)
    g_string_append (json->text, layout == ARRA_JSON_LINE ? ", " : ",");
  if (json->depth > 0 && layout == ARRA_JSON_LINES)
    append_indent (json, json->depth);
  json->filled = TRUE;
  if (key == NULL)
    return;
  append_string (json->text, key);
  g_string_append (json->text, layout == ARRA_JSON_COMPACT ? ":" : ": ");
}

static void
begin_group (ArraJsonWriter *json, const char *key, char bracket, ArraJsonLayout layout)
{
  g_assert (json->depth + 1 < G_N_ELEMENTS (json->layouts));
  begin_value (json, key);
  g_string_append_c (json->text, bracket);
  json->layouts[++json->depth] = (guint8) layout;
  json->filled = FALSE;
}

static void
end_group (ArraJsonWriter *json, char bracket)
{
  const ArraJsonLayout layout = layout_of (json);

  g_assert (json->depth > 0);
  json->depth--;
  if (json->filled && layout == ARRA_JSON_LINES)
    append_indent (json, json->depth);
  g_string_append_c (json->text, bracket);
  json->filled = TRUE;
  if (json->depth == 0 && layout != ARRA_JSON_COMPACT)
    g_string_append_c (json->text, '\n');
}

void
arra_json_begin_object_as (ArraJsonWriter *json, const char *key, ArraJsonLayout layout)
{
  begin_group (json, key, '{', layout);
}

void
arra_json_begin_object (ArraJsonWriter *json, const char *key)
{
  arra_json_begin_object_as (json, key, layout_of (json));
}

void
arra_json_end_object (ArraJsonWriter *json)
{
  end_group (json, '}');
}

void
arra_json_begin_array_as (ArraJsonWriter *json, const char *key, ArraJsonLayout layout)
{
  begin_group (json, key, '[', layout);
}

void
arra_json_begin_array (ArraJsonWriter *json, const char *key)
{
  arra_json_begin_array_as (json, key, layout_of (json));
}

void
arra_json_end_array (ArraJsonWriter *json)
{
  end_group (json, ']');
}

/* ------------------------------------------------------------------ values */

void
arra_json_put_int (ArraJsonWriter *json, const char *key, gint64 value)
{
  begin_value (json, key);
  g_string_append_printf (json->text, "%" G_GINT64_FORMAT, value);
}

void
arra_json_put_uint (ArraJsonWriter *json, const char *key, guint64 value)
{
  begin_value (json, key);
  g_string_append_printf (json->text, "%" G_GUINT64_FORMAT, value);
}

/* The digits of a number that is read back as it was; all of JSON's numbers are finite. */
static void
put_digits (ArraJsonWriter *json, const char *key, double value, const char *digits)
{
  begin_value (json, key);
  g_string_append (json->text, isfinite (value) ? digits : "null");
}

void
arra_json_put_double (ArraJsonWriter *json, const char *key, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (digits, sizeof digits, "%.15g", value);
  if (g_ascii_strtod (digits, NULL) != value)
    g_ascii_dtostr (digits, sizeof digits, value);
  put_digits (json, key, value, digits);
}

void
arra_json_put_float (ArraJsonWriter *json, const char *key, float value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (digits, sizeof digits, "%.7g", (double) value);
  if ((float) g_ascii_strtod (digits, NULL) != value)
    g_ascii_formatd (digits, sizeof digits, "%.9g", (double) value);
  put_digits (json, key, (double) value, digits);
}

void
arra_json_put_measured (ArraJsonWriter *json, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.6g", value);
  arra_json_put_double (json, key, g_ascii_strtod (text, NULL));
}

void
arra_json_put_bool (ArraJsonWriter *json, const char *key, gboolean value)
{
  begin_value (json, key);
  g_string_append (json->text, value ? "true" : "false");
}

void
arra_json_put_string (ArraJsonWriter *json, const char *key, const char *value)
{
  begin_value (json, key);
  if (value == NULL)
    g_string_append (json->text, "null");
  else
    append_string (json->text, value);
}

void
arra_json_put_raw (ArraJsonWriter *json, const char *key, const char *text)
{
  begin_value (json, key);
  g_string_append (json->text, text);
}

void
arra_json_put_ids (ArraJsonWriter *json, const char *key, const guint32 *ids, gsize n)
{
  arra_json_begin_array_as (json, key, ARRA_JSON_LINE);
  for (gsize i = 0; i < n; i++)
    arra_json_put_uint (json, NULL, ids[i]);
  arra_json_end_array (json);
}

/* ------------------------------------------------------------------ what was read */

static void
put_value (ArraJsonWriter *json, const char *key, JsonNode *node)
{
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      arra_json_put_string (json, key, json_node_get_string (node));
      break;
    case G_TYPE_BOOLEAN:
      arra_json_put_bool (json, key, json_node_get_boolean (node));
      break;
    case G_TYPE_INT64:
      arra_json_put_int (json, key, json_node_get_int (node));
      break;
    default:
      arra_json_put_double (json, key, json_node_get_double (node));
    }
}

static void
put_members (ArraJsonWriter *json, const char *key, JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  arra_json_begin_object (json, key);
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    arra_json_put_node (json, name, member);
  arra_json_end_object (json);
}

static void
put_elements (ArraJsonWriter *json, const char *key, JsonArray *array)
{
  arra_json_begin_array (json, key);
  for (guint i = 0; i < json_array_get_length (array); i++)
    arra_json_put_node (json, NULL, json_array_get_element (array, i));
  arra_json_end_array (json);
}

void
arra_json_put_node (ArraJsonWriter *json, const char *key, JsonNode *node)
{
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    put_members (json, key, json_node_get_object (node));
  else if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    put_elements (json, key, json_node_get_array (node));
  else if (node != NULL && JSON_NODE_HOLDS_VALUE (node))
    put_value (json, key, node);
  else
    arra_json_put_string (json, key, NULL);
}
