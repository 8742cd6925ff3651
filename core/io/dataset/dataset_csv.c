/* dataset_csv.c - metadata.csv: tables as Hugging Face's imagefolder, spreadsheets and scripts write them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset_private.h"

#include <string.h>

#include "fail.h"
#include "mem.h"
#include "text_file.h"
#include "utf8.h"

#define MAX_COLUMNS 1024
#define MAX_SHOWN 8 /* names of columns in a message */
#define MAX_NAME 32 /* characters of each */

/* RFC 4180: fields between quotation marks may hold delimiters, ends of lines, and doubled quotation marks.
 */
typedef struct
{
  const char *path;
  const char *at; /* of a text that ends with a NUL */
  char delimiter;
  guint line; /* the one at @at */
} Csv;

static gboolean
ends_row (char c)
{
  return c == '\0' || c == '\n' || c == '\r';
}

/* FALSE with @error set: the closing quotation mark is missing, or something stands behind it. */
static gboolean
read_quoted (Csv *csv, GString *field, GError **error)
{
  guint begin = csv->line;

  for (csv->at++; *csv->at != '"' || csv->at[1] == '"'; csv->at++)
    {
      if (*csv->at == '\0')
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: line %u: the quotation mark is not closed", csv->path,
                          begin);
      csv->line += *csv->at == '\n';
      csv->at += *csv->at == '"';
      g_string_append_c (field, *csv->at);
    }
  csv->at++;
  if (!ends_row (*csv->at) && *csv->at != csv->delimiter)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: line %u: text stands behind a closing quotation mark",
                      csv->path, csv->line);
  return TRUE;
}

static void
read_plain (Csv *csv, GString *field)
{
  while (!ends_row (*csv->at) && *csv->at != csv->delimiter)
    g_string_append_c (field, *csv->at++);
}

static gboolean
read_field (Csv *csv, GPtrArray *fields, const char *begin, GError **error)
{
  g_autoptr (GString) field = g_string_new (NULL);

  if (fields->len == MAX_COLUMNS || csv->at - begin > (gssize) ARRA_DATASET_MAX_TEXT)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: line %u: the row is too long", csv->path, csv->line);
  if (*csv->at != '"')
    read_plain (csv, field);
  else if (!read_quoted (csv, field, error))
    return FALSE;
  g_ptr_array_add (fields, g_string_free (g_steal_pointer (&field), FALSE));
  return TRUE;
}

/* The next row that is not empty; without one, no fields. */
static gboolean
read_row (Csv *csv, GPtrArray *fields, guint *line, GError **error)
{
  const char *begin;

  g_ptr_array_set_size (fields, 0);
  for (; *csv->at == '\n' || *csv->at == '\r'; csv->at++)
    csv->line += *csv->at == '\n';
  *line = csv->line;
  begin = csv->at;
  while (*csv->at != '\0')
    {
      if (!read_field (csv, fields, begin, error))
        return FALSE;
      if (ends_row (*csv->at))
        break;
      csv->at++;
    }
  return TRUE;
}

/* What parts the names in the first line: spreadsheets write semicolons where numbers have commas. */
static char
find_delimiter (const char *text)
{
  gsize length = strcspn (text, "\r\n");

  for (const char *c = ",;\t"; *c != '\0'; c++)
    if (memchr (text, *c, length) != NULL)
      return *c;
  return ',';
}

typedef struct
{
  ArraDataset *dataset;
  const char *folder;
  GPtrArray *names;
  guint file_name, text;
} Table;

/* The names that there are, as a message shows them; (transfer full) */
static char *
show_names (GPtrArray *names)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (names->len, MAX_SHOWN); i++)
    {
      g_autofree char *name
          = g_utf8_substring (names->pdata[i], 0, MIN (g_utf8_strlen (names->pdata[i], -1), MAX_NAME));

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", name);
    }
  g_string_append (text, names->len > MAX_SHOWN ? ", ..." : "");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
fail_columns (const Table *table, const char *path, GError **error)
{
  g_autofree char *names = show_names (table->names);

  if (table->file_name == G_MAXUINT)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: there is no column \"file_name\": the first line names the columns, and has: %s", path,
                      names);
  return arra_fail (
      error, ARRA_ERROR_INVALID_DATA,
      "%s: there is neither a column \"text\" nor \"caption\": the first line names the columns, and has: %s", path,
      names);
}

static gboolean
find_columns (Table *table, const char *path, GError **error)
{
  table->file_name = table->text = G_MAXUINT;
  for (guint i = 0; i < table->names->len; i++)
    {
      const char *name = g_strstrip (table->names->pdata[i]);

      if (strcmp (name, "file_name") == 0)
        table->file_name = i;
      if (strcmp (name, "text") == 0 || (strcmp (name, "caption") == 0 && table->text == G_MAXUINT))
        table->text = i;
    }
  return (table->file_name != G_MAXUINT && table->text != G_MAXUINT) || fail_columns (table, path, error);
}

/* Numbers are no labels, in metadata.jsonl neither. */
static gboolean
is_label (const char *value)
{
  char *end;

  g_ascii_strtod (value, &end);
  return *value != '\0' && *end != '\0';
}

static gboolean
add_row (const Table *table, GPtrArray *fields, const char *where, GError **error)
{
  if (fields->len != table->names->len)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %u fields stand below %u names of columns", where,
                      fields->len, table->names->len);
  if (!arra_dataset_add_inside (table->dataset, where, table->folder, fields->pdata[table->file_name],
                                fields->pdata[table->text], error))
    return FALSE;
  for (guint i = 0; i < fields->len; i++)
    if (i != table->file_name && i != table->text && strcmp (table->names->pdata[i], "caption") != 0
        && is_label (fields->pdata[i])
        && !arra_dataset_add_label (table->dataset, where, table->names->pdata[i], fields->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
read_rows (Table *table, Csv *csv, GError **error)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);
  guint line;

  if (!read_row (csv, table->names, &line, error) || !find_columns (table, csv->path, error))
    return FALSE;
  while (read_row (csv, fields, &line, error))
    {
      g_autofree char *where = g_strdup_printf (arra_translate ("%s: line %u"), csv->path, line);

      if (fields->len == 0)
        return TRUE;
      if (!add_row (table, fields, where, error))
        return FALSE;
    }
  return FALSE;
}

gboolean
arra_dataset_read_csv (ArraDataset *dataset, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  Table table = { .dataset = dataset, .folder = folder, .names = names };
  gsize size, bad;
  g_automem char *text = arra_read_text (path, ARRA_DATASET_MAX_FILE, &size, error);
  Csv csv = { .path = path, .at = text, .line = 1 };

  if (text == NULL || !arra_dataset_is_room (size, path, error)
      || !arra_dataset_read_attributes_beside (dataset, path, error))
    return FALSE;
  if (!arra_utf8_valid (text, size, &bad))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: is not UTF-8: byte %zu: save it as UTF-8 (spreadsheets: CSV UTF-8)", path, bad);
  csv.delimiter = find_delimiter (text);
  return read_rows (&table, &csv, error);
}
