/* tokens_in.c - files with image tokens: from `arra encode`, from `arra generate`, or plain numbers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokens_in.h"

#include <string.h>

#include "answer.h"
#include "checkpoint.h"
#include "fail.h"
#include "layout.h"
#include "jsonguard.h"
#include "jsonwriter.h"
#include "mem.h"
#include "picture_format.h"
#include "prompt.h"
#include "status.h"

#define MAX_FILE ((gsize) 64 << 20)
#define MAX_SIDE 4096 /* codes */

typedef struct
{
  const char *path;
  const ArraCheckpoint *checkpoint;
  GPtrArray *pictures;
} Reader;

static void
free_codes (gpointer data)
{
  CliCodes *codes = data;

  arra_mem_free (codes->codes);
  g_free (codes->recipe);
  g_free (codes);
}

static CliCodes *
add_picture (Reader *reader, guint rows, guint columns, GError **error)
{
  CliCodes *codes = g_new0 (CliCodes, 1);

  g_ptr_array_add (reader->pictures, codes);
  codes->codes = arra_mem_new ((gsize) rows * columns, sizeof (guint32), "image tokens", error);
  codes->rows = codes->rows_total = rows;
  codes->columns = columns;
  codes->n_answers = codes->n_pictures = 1;
  return codes->codes == NULL ? NULL : codes;
}

static gboolean
check_code (const Reader *reader, guint64 code, GError **error)
{
  guint n = reader->checkpoint->vqgan_config.n_embed;

  if (code < n)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: code %" G_GUINT64_FORMAT " is none of the VQGAN's %u",
                    reader->path, code, n);
}

/* The next number of @text, which is moved behind it. FALSE without an error at the end. */
static gboolean
next_number (const Reader *reader, const char **text, guint64 *number, GError **error)
{
  char *end;

  *text += strspn (*text, " ,\t\r");
  if (**text == '\0' || **text == '\n')
    return FALSE;
  if (!g_ascii_isdigit (**text))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: neither JSON nor rows of codes: '%.1s'", reader->path,
                      g_ascii_isgraph (**text) ? *text : "?");
  *number = g_ascii_strtoull (*text, &end, 10);
  *text = end;
  return check_code (reader, *number, error);
}

/* Counts the codes of the first line and the lines. */
static void
measure_plain (const char *text, guint *rows, guint *columns)
{
  gboolean in_number = FALSE, filled = FALSE;

  *rows = *columns = 0;
  for (const char *c = text; *rows <= MAX_SIDE; c++)
    {
      gboolean digit = g_ascii_isdigit (*c);
      if (digit && !in_number && *rows == 0)
        ++*columns;
      filled |= digit;
      in_number = digit;
      if (*c == '\n' || *c == '\0')
        {
          *rows += filled ? 1 : 0;
          filled = FALSE;
        }
      if (*c == '\0')
        break;
    }
}

static gboolean
read_plain (Reader *reader, const char *text, GError **error)
{
  guint rows, columns, row = 0;
  CliCodes *picture;

  measure_plain (text, &rows, &columns);
  if (rows == 0 || rows > MAX_SIDE || columns > MAX_SIDE)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: holds no rows of codes, or more than %d of them or in them",
                      reader->path, MAX_SIDE);
  picture = add_picture (reader, rows, columns, error);
  for (const char *c = text; picture != NULL && row < rows; c++)
    {
      g_autoptr (GError) fault = NULL;
      guint64 code = 0;
      guint column = 0;

      for (; next_number (reader, &c, &code, &fault); column++)
        if (column < columns)
          picture->codes[(gsize) row * columns + column] = (guint32) code;
      if (fault != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&fault));
          return FALSE;
        }
      if (column != 0 && column != columns)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: row %u has %u codes, the first has %u", reader->path,
                          row + 1, column, columns);
      row += column != 0;
    }
  return picture != NULL;
}

static gboolean
number_of (const Reader *reader, JsonArray *array, guint index, const char *what, gint64 *number, GError **error)
{
  JsonNode *node = json_array_get_element (array, index);

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s %u is no whole number", reader->path, what, index);
  *number = json_node_get_int (node);
  return TRUE;
}

/* {"rows": ..., "columns": ..., "codes": [...]} */
static gboolean
read_codes (Reader *reader, JsonObject *object, GError **error)
{
  JsonArray *array = arra_json_get_array (object, reader->path, "codes", error);
  gint64 rows, columns;
  CliCodes *picture;

  if (array == NULL || !arra_json_get_int (object, reader->path, "rows", 1, MAX_SIDE, &rows, error)
      || !arra_json_get_int (object, reader->path, "columns", 1, MAX_SIDE, &columns, error))
    return FALSE;
  if (json_array_get_length (array) != rows * columns)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %u codes are not %d rows of %d", reader->path,
                      json_array_get_length (array), (int) rows, (int) columns);
  picture = add_picture (reader, (guint) rows, (guint) columns, error);
  for (guint i = 0; picture != NULL && i < rows * columns; i++)
    {
      gint64 code;
      if (!number_of (reader, array, i, "code", &code, error) || !check_code (reader, (guint64) code, error))
        return FALSE;
      picture->codes[i] = (guint32) code;
    }
  return picture != NULL;
}

/* The recipe of one answer alone, without the places of files. */
static char *
recipe_of (JsonObject *root, guint answer)
{
  static const char *const others[]
      = { "model", "vqgan", "text_encoder", "codebook", "count", "first", "answers", NULL };
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINES);
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  arra_json_begin_object (json, NULL);
  json_object_iter_init_ordered (&iter, root);
  while (json_object_iter_next_ordered (&iter, &key, &value))
    if (!g_strv_contains (others, key))
      arra_json_put_node (json, key, value);
  arra_json_put_int (json, "count", 1);
  arra_json_put_int (json, "first", json_object_get_int_member_with_default (root, "first", 0) + answer);
  arra_json_begin_array (json, "answers");
  arra_json_put_node (json, NULL, json_array_get_element (json_object_get_array_member (root, "answers"), answer));
  arra_json_end_array (json);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}

static gboolean
add_answer_pictures (Reader *reader,
                     JsonObject *root,
                     guint index,
                     guint n_answers,
                     const ArraAnswer *answer,
                     GError **error)
{
  const ArraLayout *layout = reader->checkpoint->layout;
  guint n = arra_answer_n_pictures (answer, layout);
  ArraPictureSpan span;

  for (guint i = 0; i < n; i++)
    {
      CliCodes *picture;
      if (!arra_answer_picture (answer, layout, i, &span) || span.rows_finished == 0)
        continue;
      picture = add_picture (reader, span.rows_finished, span.columns, error);
      if (picture == NULL)
        return FALSE;
      arra_answer_codes (answer, layout, &span, picture->codes);
      picture->rows_total = span.rows;
      picture->recipe = recipe_of (root, index);
      picture->answer = index;
      picture->n_answers = n_answers;
      picture->index = i;
      picture->n_pictures = n;
    }
  return TRUE;
}

/* Token ids that follow the grammar of pictures, as far as the pictures in them go. */
static gboolean
read_answer (Reader *reader, JsonObject *root, guint index, guint n_answers, JsonArray *ids, GError **error)
{
  guint n = json_array_get_length (ids);
  g_automem guint32 *tokens = arra_mem_new (n, sizeof (guint32), "tokens", error);
  ArraAnswer answer = { .tokens = tokens, .n_tokens = n };
  ArraGrammar grammar;

  if (tokens == NULL)
    return FALSE;
  arra_grammar_init (&grammar, reader->checkpoint->layout);
  for (guint i = 0; i < n; i++)
    {
      gint64 id;
      if (!number_of (reader, ids, i, "token", &id, error))
        return FALSE;
      if (id < 0 || id >= reader->checkpoint->layout->n_tokens)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token %u is outside the vocabulary", reader->path, i);
      if (!arra_grammar_push (&grammar, (guint32) id, error))
        {
          g_prefix_error (error, "%s: token %u: ", reader->path, i);
          return FALSE;
        }
      tokens[i] = (guint32) id;
    }
  return add_answer_pictures (reader, root, index, n_answers, &answer, error);
}

static gboolean
read_recipe (Reader *reader, JsonObject *object, GError **error)
{
  JsonArray *answers = arra_json_get_array (object, reader->path, "answers", error);
  guint n = answers != NULL ? json_array_get_length (answers) : 0;

  if (answers == NULL)
    return FALSE;
  if (json_object_has_member (object, "seamless"))
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "%s: holds a picture that was made in windows: decode it with arra generate --resume %s",
                      reader->path, reader->path);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (answers, i);
      JsonArray *ids;
      if (!JSON_NODE_HOLDS_OBJECT (node))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: answer %u is no object", reader->path, i);
      ids = arra_json_get_array (json_node_get_object (node), reader->path, "tokens", error);
      if (ids == NULL || !read_answer (reader, object, i, n, ids, error))
        return FALSE;
    }
  return TRUE;
}

/* Codes mean something in their own codebook alone. What an older file says, the checkpoint it was made with, may
 * differ in other things, and a file that says nothing may come from anywhere. */
static gboolean
check_origin (const Reader *reader, JsonObject *object, GError **error)
{
  const ArraCheckpoint *checkpoint = reader->checkpoint;
  const char *codebook = json_object_get_string_member_with_default (object, "codebook", NULL);
  const char *fingerprint = json_object_get_string_member_with_default (object, "fingerprint", NULL);
  g_autofree char *own
      = codebook != NULL && checkpoint->vqgan != NULL ? arra_vqgan_codebook_sha256 (checkpoint->vqgan) : NULL;

  if (own != NULL)
    return strcmp (own, codebook) == 0
           || arra_fail (
               error, ARRA_ERROR_ARGUMENT,
               "%s was made with another image tokenizer than that of %s: its tokens mean another picture there",
               reader->path, checkpoint->path);
  if (fingerprint != NULL && g_strcmp0 (fingerprint, checkpoint->fingerprint) != 0)
    cli_note (
        "arra: note: %s was made with another checkpoint than %s: its tokens mean another picture unless both have "
        "the same image tokenizer",
        reader->path, checkpoint->path);
  return TRUE;
}

static gboolean
read_json (Reader *reader, const char *text, gsize size, GError **error)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = arra_json_parse (text, size, reader->path, &object, error);

  if (parser == NULL)
    return FALSE;
  if (!check_origin (reader, object, error))
    return FALSE;
  if (json_object_has_member (object, "codes"))
    return read_codes (reader, object, error);
  if (json_object_has_member (object, "answers"))
    return read_recipe (reader, object, error);
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: holds neither \"codes\" (arra encode) nor \"answers\" (arra generate)", reader->path);
}

GPtrArray *
cli_tokens_read (const char *path, const ArraCheckpoint *checkpoint, GError **error)
{
  gsize size;
  g_automem char *text = cli_read_input ("FILE", path, MAX_FILE, &size, error);
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func (free_codes);
  Reader reader = { strcmp (path, "-") == 0 ? "standard input" : path, checkpoint, pictures };

  if (text == NULL)
    return NULL;
  if (strlen (text) != size)
    {
      gboolean is_picture = arra_picture_format_find ((const guint8 *) text, size) != NULL;

      arra_fail (error, ARRA_ERROR_INVALID_DATA,
                 is_picture ? "%s: is a picture: give what arra encode makes of it"
                            : "%s: neither JSON nor rows of codes",
                 reader.path);
      return NULL;
    }
  if (!(text[strspn (text, " \t\r\n")] == '{' ? read_json (&reader, text, size, error)
                                              : read_plain (&reader, text, error)))
    return NULL;
  if (pictures->len > 0)
    return g_steal_pointer (&pictures);
  arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: holds no picture with a finished row", reader.path);
  return NULL;
}
