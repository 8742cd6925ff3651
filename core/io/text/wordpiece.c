/* wordpiece.c - BERT's tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "wordpiece.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "mapping.h"
#include "mem.h"

#define MAX_WORD 100 /* characters: longer ones are unknown */
#define MAX_ID (1u << 24)

struct _ArraWordpiece
{
  GHashTable *ids; /* token -> id + 1 */
  guint32 size, first, last, unknown;
  gboolean keeps_case;
};

void
arra_wordpiece_free (ArraWordpiece *pieces)
{
  if (pieces == NULL)
    return;
  g_hash_table_unref (pieces->ids);
  g_free (pieces);
}

guint32
arra_wordpiece_size (const ArraWordpiece *pieces)
{
  return pieces->size;
}

/* ---- the vocabulary */

static gboolean
find (const ArraWordpiece *pieces, const char *token, guint32 *id)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (pieces->ids, token));

  *id = found - 1;
  return found > 0;
}

static void
add (ArraWordpiece *pieces, const char *token, gsize length, guint32 id)
{
  g_hash_table_insert (pieces->ids, g_strndup (token, length), GUINT_TO_POINTER (id + 1));
  pieces->size = MAX (pieces->size, id + 1);
}

static gboolean
read_lines (ArraWordpiece *pieces, const char *path, GError **error)
{
  gsize size, at = 0;
  g_automem char *text = arra_read_file (path, ARRA_JSON_MAX_BYTES, &size, error);

  for (guint32 id = 0; text != NULL && at < size && id < MAX_ID; id++)
    {
      const char *end = memchr (text + at, '\n', size - at);
      gsize length = end != NULL ? (gsize) (end - text) - at : size - at;
      gsize kept = length > 0 && text[at + length - 1] == '\r' ? length - 1 : length;

      add (pieces, text + at, kept, id);
      at += length + 1;
    }
  return text != NULL;
}

static gboolean
read_json (ArraWordpiece *pieces, const char *path, GError **error)
{
  JsonObject *root, *model, *vocab;
  g_autoptr (JsonParser) parser = arra_json_parse_file (path, &root, error);
  JsonObjectIter iter;
  const char *token;
  JsonNode *node;

  if (parser == NULL || (model = arra_json_get_object (root, path, "model", error)) == NULL
      || (vocab = arra_json_get_object (model, path, "vocab", error)) == NULL)
    return FALSE;
  json_object_iter_init (&iter, vocab);
  while (json_object_iter_next (&iter, &token, &node))
    {
      gint64 id = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
                      ? json_node_get_int (node)
                      : -1;

      if (id < 0 || id >= MAX_ID)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: a token's id is no number below %u", path, MAX_ID);
      add (pieces, token, strlen (token), (guint32) id);
    }
  return TRUE;
}

/* tokenizer_config.json may be missing. */
static gboolean
read_case (ArraWordpiece *pieces, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "tokenizer_config.json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *root;
  gboolean lower;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if ((parser = arra_json_parse_config (path, &root, error)) == NULL
      || !arra_json_get_bool_default (root, path, "do_lower_case", TRUE, &lower, error))
    return FALSE;
  pieces->keeps_case = !lower;
  return TRUE;
}

static gboolean
read_vocabulary (ArraWordpiece *pieces, const char *directory, GError **error)
{
  g_autofree char *lines = g_build_filename (directory, "vocab.txt", NULL);
  g_autofree char *json = g_build_filename (directory, "tokenizer.json", NULL);
  gboolean has_lines = g_file_test (lines, G_FILE_TEST_EXISTS);
  const char *path = has_lines ? lines : json;

  if (!(has_lines ? read_lines (pieces, path, error) : read_json (pieces, path, error)))
    return FALSE;
  if (find (pieces, "[CLS]", &pieces->first) && find (pieces, "[SEP]", &pieces->last)
      && find (pieces, "[UNK]", &pieces->unknown))
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: this is no vocabulary of BERT: [CLS], [SEP] or [UNK] is missing", path);
}

ArraWordpiece *
arra_wordpiece_open (const char *directory, GError **error)
{
  g_autoptr (ArraWordpiece) pieces = g_new0 (ArraWordpiece, 1);

  pieces->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return read_vocabulary (pieces, directory, error) && read_case (pieces, directory, error) ? g_steal_pointer (&pieces)
                                                                                            : NULL;
}

/* ---- words */

static gboolean
is_ideograph (gunichar c)
{
  static const struct
  {
    gunichar first, last;
  } blocks[] = { { 0x4E00, 0x9FFF },   { 0x3400, 0x4DBF },   { 0x20000, 0x2A6DF }, { 0x2A700, 0x2B73F },
                 { 0x2B740, 0x2B81F }, { 0x2B820, 0x2CEAF }, { 0xF900, 0xFAFF },   { 0x2F800, 0x2FA1F } };

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    if (c >= blocks[i].first && c <= blocks[i].last)
      return TRUE;
  return FALSE;
}

static gboolean
stands_alone (gunichar c)
{
  return c < 128 ? g_ascii_ispunct ((char) c) : g_unichar_ispunct (c) && g_unichar_type (c) < G_UNICODE_CURRENCY_SYMBOL;
}

static gboolean
is_space (gunichar c)
{
  return c == '\t' || c == '\n' || c == '\r' || g_unichar_type (c) == G_UNICODE_SPACE_SEPARATOR;
}

static gboolean
is_dropped (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return c == 0xFFFD || type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_PRIVATE_USE
         || type == G_UNICODE_SURROGATE || type == G_UNICODE_UNASSIGNED;
}

/* Small letters without accents; (transfer full). */
static char *
fold (const char *text)
{
  g_autoptr (GString) small = g_string_new (NULL), bare = g_string_new (NULL);
  g_autofree char *apart = NULL;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    g_string_append_unichar (small, g_unichar_tolower (g_utf8_get_char (text)));
  apart = g_utf8_normalize (small->str, -1, G_NORMALIZE_NFD);
  for (const char *at = apart; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_type (g_utf8_get_char (at)) != G_UNICODE_NON_SPACING_MARK)
      g_string_append_unichar (bare, g_utf8_get_char (at));
  return g_string_free (g_steal_pointer (&bare), FALSE);
}

/* ---- pieces */

typedef struct
{
  const ArraWordpiece *pieces;
  GString *word;
  guint32 *ids;
  guint n, room;
} Encoder;

static void
put (Encoder *e, guint32 id)
{
  if (e->n < e->room)
    e->ids[e->n++] = id;
}

/* The longest piece that the word has at byte @at; later ones are written with ## before them. Its length, 0:
 * there is none. */
static gsize
longest_piece (const Encoder *e, gsize at, guint32 *id)
{
  for (gsize length = e->word->len - at; length > 0; length--)
    {
      g_autofree char *piece = NULL;

      if (at + length < e->word->len && ((guchar) e->word->str[at + length] & 0xC0) == 0x80)
        continue; /* within a character */
      piece = g_strdup_printf ("%s%.*s", at > 0 ? "##" : "", (int) length, e->word->str + at);
      if (find (e->pieces, piece, id))
        return length;
    }
  return 0;
}

/* All of a word's pieces, or that it is unknown. */
static void
end_word (Encoder *e)
{
  guint before = e->n;
  gsize at = 0, length;
  guint32 id;

  if (g_utf8_strlen (e->word->str, (gssize) e->word->len) > MAX_WORD)
    {
      put (e, e->pieces->unknown);
      g_string_truncate (e->word, 0);
      return;
    }
  while (at < e->word->len && (length = longest_piece (e, at, &id)) > 0)
    {
      put (e, id);
      at += length;
    }
  if (at < e->word->len)
    {
      e->n = before;
      put (e, e->pieces->unknown);
    }
  g_string_truncate (e->word, 0);
}

static void
take_character (Encoder *e, gunichar c)
{
  gboolean alone = stands_alone (c) || is_ideograph (c);

  if (is_space (c) || alone)
    end_word (e);
  else if (is_dropped (c))
    return;
  if (!is_space (c))
    g_string_append_unichar (e->word, c);
  if (alone)
    end_word (e);
}

guint
arra_wordpiece_encode (const ArraWordpiece *pieces, const char *text, guint32 *ids, guint room, GError **error)
{
  g_autoptr (GString) word = g_string_new (NULL);
  g_autofree char *folded = NULL;
  Encoder e = { pieces, word, ids, 0, room - 1 };

  g_return_val_if_fail (room >= 2, 0);
  if (!g_utf8_validate (text, -1, NULL))
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "The text is not UTF-8");
      return 0;
    }
  folded = pieces->keeps_case ? g_strdup (text) : fold (text);
  put (&e, pieces->first);
  for (const char *at = folded; *at != '\0' && e.n < e.room; at = g_utf8_next_char (at))
    take_character (&e, g_utf8_get_char (at));
  end_word (&e);
  ids[e.n] = pieces->last;
  return e.n + 1;
}
