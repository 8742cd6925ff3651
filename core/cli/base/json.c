/* json.c - JSON output: members in the order they come, numbers the same in every locale
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "json.h"

#include <math.h>

#include "jsontext.h"

CliJson *
cli_json_new (void)
{
  CliJson *json = g_new0 (CliJson, 1);

  json->text = g_string_new (NULL);
  return json;
}

void
cli_json_free (CliJson *json)
{
  g_string_free (json->text, TRUE);
  g_free (json);
}

char *
cli_json_quote (const char *value)
{
  GString *text = g_string_new (NULL);

  arra_json_append_string (text, value);
  return g_string_free (text, FALSE);
}

static void
append_indent (CliJson *json)
{
  g_string_append_c (json->text, '\n');
  for (guint i = 0; i < json->depth; i++)
    g_string_append (json->text, "  ");
}

/* What goes before a value: the comma, the line's start, the key. */
static void
begin_value (CliJson *json, const char *key)
{
  if (json->filled)
    g_string_append_c (json->text, ',');
  if (json->depth > 0)
    append_indent (json);
  json->filled = TRUE;
  if (key == NULL)
    return;
  arra_json_append_string (json->text, key);
  g_string_append (json->text, ": ");
}

static void
begin_group (CliJson *json, const char *key, char bracket)
{
  begin_value (json, key);
  g_string_append_c (json->text, bracket);
  json->depth++;
  json->filled = FALSE;
}

static void
end_group (CliJson *json, char bracket)
{
  g_assert (json->depth > 0);
  json->depth--;
  if (json->filled)
    append_indent (json);
  g_string_append_c (json->text, bracket);
  json->filled = TRUE;
  if (json->depth == 0)
    g_string_append_c (json->text, '\n');
}

void
cli_json_begin_object (CliJson *json, const char *key)
{
  begin_group (json, key, '{');
}

void
cli_json_end_object (CliJson *json)
{
  end_group (json, '}');
}

void
cli_json_begin_array (CliJson *json, const char *key)
{
  begin_group (json, key, '[');
}

void
cli_json_end_array (CliJson *json)
{
  end_group (json, ']');
}

void
cli_json_uint (CliJson *json, const char *key, guint64 value)
{
  begin_value (json, key);
  g_string_append_printf (json->text, "%" G_GUINT64_FORMAT, value);
}

void
cli_json_double (CliJson *json, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  begin_value (json, key);
  if (!isfinite (value))
    {
      g_string_append (json->text, "null");
      return;
    }
  g_ascii_formatd (text, sizeof text, "%.15g", value);
  if (g_ascii_strtod (text, NULL) != value)
    g_ascii_dtostr (text, sizeof text, value);
  g_string_append (json->text, text);
}

void
cli_json_measured (CliJson *json, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.6g", value);
  cli_json_double (json, key, g_ascii_strtod (text, NULL));
}

void
cli_json_bool (CliJson *json, const char *key, gboolean value)
{
  begin_value (json, key);
  g_string_append (json->text, value ? "true" : "false");
}

void
cli_json_string (CliJson *json, const char *key, const char *value)
{
  begin_value (json, key);
  if (value == NULL)
    g_string_append (json->text, "null");
  else
    arra_json_append_string (json->text, value);
}

void
cli_json_ids (CliJson *json, const char *key, const guint32 *ids, gsize n)
{
  begin_value (json, key);
  g_string_append_c (json->text, '[');
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (json->text, i == 0 ? "%u" : ", %u", ids[i]);
  g_string_append_c (json->text, ']');
}

const char *
cli_json_text (const CliJson *json)
{
  return json->text->str;
}
