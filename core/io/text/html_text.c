/* html_text.c - the text of HTML that people put into captions
 *
 * Source of the rules: Python's html/__init__.py and html/parser.py, and BeautifulSoup's tree builder above
 * the latter.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "html_text.h"

#include <string.h>

#include "utf8.h"

#define MAX_NAME 32 /* characters of a name, for html.unescape() */

/* -------------------------------------------------------------- characters */

/* Name, with a semicolon at its end where it needs one -> text */
static GHashTable *
entities (void)
{
  static gsize table = 0;

  if (g_once_init_enter (&table))
    {
      GHashTable *names = g_hash_table_new (g_str_hash, g_str_equal);
      const char *value;

      for (const char *name = arra_html_entities; *name != '\0'; name = value + strlen (value) + 1)
        {
          value = name + strlen (name) + 1;
          g_hash_table_insert (names, g_strconcat (name + (*name == '*'), ";", NULL), (gpointer) value);
          if (*name == '*')
            g_hash_table_insert (names, (gpointer) (name + 1), (gpointer) value);
        }
      g_once_init_leave (&table, (gsize) names);
    }
  return (GHashTable *) table;
}

/* (nullable) */
static const char *
find_entity (const char *name, gsize length)
{
  g_autofree char *key = g_strndup (name, length);

  return g_hash_table_lookup (entities (), key);
}

/* What Windows' Latin 1 has where Unicode has controls, 0x80 .. 0x9f; 0: nothing */
static gunichar
windows_char (guint64 number)
{
  static const guint16 chars[32]
      = { 0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
          0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
          0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178 };

  return number >= 0x80 && number < 0xa0 && chars[number - 0x80] != 0 ? chars[number - 0x80] : (gunichar) number;
}

/* Whether the standard knows no character of that number */
static gboolean
is_noncharacter (guint64 number)
{
  return (number >= 1 && number <= 8) || number == 0xb || (number >= 0xe && number <= 0x1f)
         || (number >= 0x7f && number <= 0x9f) || (number >= 0xfdd0 && number <= 0xfdef) || (number & 0xfffe) == 0xfffe;
}

static void
append_number (GString *out, guint64 number)
{
  gunichar c = windows_char (number);

  if (number == 0 || number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff))
    g_string_append_unichar (out, 0xfffd);
  else if (c != number || !is_noncharacter (number))
    g_string_append_unichar (out, c);
}

/* Digits behind "&#" or "&#x"; *@number: what they say, too large is G_MAXUINT64. Returns the length of all,
 * 0: there are none. */
static gsize
read_number (const char *text, guint64 *number)
{
  gboolean hex = text[2] == 'x' || text[2] == 'X';
  const char *digits = text + 2 + hex;
  char *end = NULL;

  if (!(hex ? g_ascii_isxdigit (*digits) : g_ascii_isdigit (*digits)))
    return 0;
  *number = g_ascii_strtoull (digits, &end, hex ? 16 : 10);
  return (gsize) (end - text);
}

/* ---------------------------------------------------------------- unescape */

/* Bytes of what may be a name behind the ampersand, with its semicolon */
static gsize
name_length (const char *text)
{
  const char *end = text;

  for (guint n = 0; n < MAX_NAME && *end != '\0' && strchr ("\t\n\f <&#;", *end) == NULL; n++)
    end = g_utf8_next_char (end);
  return (gsize) (end - text) + (*end == ';' && end > text ? 1 : 0);
}

/* The longest known name that @text begins with; returns its length, 0: none. */
static gsize
append_name (GString *out, const char *text)
{
  gsize whole = name_length (text);

  for (gsize n = whole; n > 1; n--)
    {
      const char *found = find_entity (text, n);

      if (found == NULL)
        continue;
      g_string_append (out, found);
      return n;
    }
  return 0;
}

char *
arra_html_unescape (const char *text)
{
  GString *out = g_string_new (NULL);
  guint64 number;
  gsize n;

  while (*text != '\0')
    {
      if (text[0] == '&' && text[1] == '#' && (n = read_number (text, &number)) > 0)
        {
          append_number (out, number);
          text += n + (text[n] == ';');
        }
      else if (text[0] == '&' && (n = append_name (out, text + 1)) > 0)
        text += 1 + n;
      else
        g_string_append_c (out, *text++);
    }
  return g_string_free (out, FALSE);
}

/* -------------------------------------------------------------------- tags */

typedef struct
{
  const char *at;
  GString *out;
  GPtrArray *dropped; /* open elements whose text is not shown, innermost last */
  gboolean stopped;   /* something unfinished was met: the reference stops there once, waiting for more, and
                         then goes on */
} Reader;

static void
show (Reader *reader, const char *text, gsize length)
{
  if (reader->dropped->len == 0)
    g_string_append_len (reader->out, text, (gssize) length);
}

static gboolean
is_dropped_name (const char *name)
{
  static const char *const names[] = { "script", "style", "template", "rt", "rp", NULL };

  return g_strv_contains (names, name);
}

/* (transfer full): the name of a tag, whose first letter is at @text */
static char *
tag_name (const char *text)
{
  return g_ascii_strdown (text, (gssize) strcspn (text, "\t\n\r\f />"));
}

static void
close_element (Reader *reader, const char *name)
{
  for (guint i = reader->dropped->len; i > 0; i--)
    if (strcmp (g_ptr_array_index (reader->dropped, i - 1), name) == 0)
      {
        g_ptr_array_set_size (reader->dropped, (gint) i - 1);
        return;
      }
}

/* Goes on to the end tag of a script or style, whose tags are none. */
static void
skip_raw (Reader *reader, const char *name)
{
  g_autofree char *end = g_strconcat ("</", name, NULL);

  while (*reader->at != '\0' && g_ascii_strncasecmp (reader->at, end, strlen (end)) != 0)
    reader->at++;
}

/* Length of the start tag at @text: 0 when it is unfinished. *@whole: whether it is one and not text after
 * all. */
static gsize
start_tag_length (const char *text, gboolean *whole)
{
  static gsize once = 0;
  g_autoptr (GMatchInfo) info = NULL;
  gint from = 0, to = 0;

  if (g_once_init_enter (&once))
    g_once_init_leave (&once, (gsize) g_regex_new (
                                  "<[a-zA-Z][^\\t\\n\\r\\f />]*(?:[\\s/]*(?:(?<=['\"\\s/])[^\\s/>][^\\s/=>]*"
                                  "(?:\\s*=+\\s*(?:'[^']*'|\"[^\"]*\"|(?!['\"])[^>\\s]*)\\s*)?(?:\\s|/(?!>))*)*)?\\s*",
                                  G_REGEX_OPTIMIZE, G_REGEX_MATCH_ANCHORED, NULL));
  *whole = FALSE;
  if (!g_regex_match ((const GRegex *) once, text, G_REGEX_MATCH_ANCHORED, &info)
      || !g_match_info_fetch_pos (info, 0, &from, &to))
    return 0;
  *whole = text[to] == '>' || (text[to] == '/' && text[to + 1] == '>');
  if (*whole)
    return (gsize) to + (text[to] == '>' ? 1 : 2);
  return text[to] == '\0' || text[to] == '/' || text[to] == '=' || g_ascii_isalpha (text[to]) ? 0 : (gsize) to;
}

/* What is no tag after all, as far as its end or the next tag */
static void
show_unfinished (Reader *reader)
{
  const char *end = strchr (reader->at + 1, '>');

  reader->stopped = TRUE;
  if (end != NULL)
    end++;
  else
    end = strchr (reader->at + 1, '<');
  if (end == NULL)
    end = reader->at + 1;
  show (reader, reader->at, (gsize) (end - reader->at));
  reader->at = end;
}

static void
read_start_tag (Reader *reader)
{
  gboolean whole;
  gsize length = start_tag_length (reader->at, &whole);
  g_autofree char *name = tag_name (reader->at + 1);
  gboolean closes = whole && reader->at[length - 2] == '/';

  if (length == 0)
    {
      show_unfinished (reader);
      return;
    }
  if (!whole)
    show (reader, reader->at, length);
  reader->at += length;
  if (!whole || closes || !is_dropped_name (name))
    return;
  g_ptr_array_add (reader->dropped, g_strdup (name));
  if (strcmp (name, "script") == 0 || strcmp (name, "style") == 0)
    skip_raw (reader, name);
}

/* End tags, comments, declarations and instructions show nothing; @end closes them. */
static void
read_hidden (Reader *reader, const char *start, const char *end)
{
  const char *found = strstr (reader->at + strlen (start), end);

  if (found == NULL)
    {
      show_unfinished (reader);
      return;
    }
  if (reader->at[1] == '/')
    {
      g_autofree char *name = tag_name (reader->at + 2);

      close_element (reader, name);
    }
  reader->at = found + strlen (end);
}

static void
read_tag (Reader *reader)
{
  const char *at = reader->at;

  if (g_ascii_isalpha (at[1]))
    read_start_tag (reader);
  else if (g_str_has_prefix (at, "<!--"))
    read_hidden (reader, "<!--", "-->");
  else if (at[1] == '/' || at[1] == '!' || at[1] == '?')
    read_hidden (reader, "</", ">");
  else
    {
      show (reader, at, 1);
      reader->at++;
    }
}

/* --------------------------------------------------------- tags and entities */

/* FALSE: the number is unfinished, and all that follows is text. */
static gboolean
read_numbered (Reader *reader)
{
  guint64 number = 0;
  gsize n = read_number (reader->at, &number);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean again = !reader->stopped;

  if (g_ascii_isxdigit (reader->at[n]))
    n = 0; /* the end of a decimal number is no hexadecimal digit */
  if (n == 0 && strchr (reader->at, ';') != NULL)
    {
      show (reader, reader->at, 2);
      reader->at += 2;
      reader->stopped = TRUE;
      return again;
    }
  if (n == 0 || reader->at[n] == '\0')
    return FALSE;
  if (number == 0 || number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff))
    g_string_append_unichar (text, 0xfffd);
  else
    g_string_append_unichar (text, windows_char (number));
  show (reader, text->str, text->len);
  reader->at += n + (reader->at[n] == ';');
  return TRUE;
}

/* FALSE: the name is unfinished, and all that follows is text. */
static gboolean
read_named (Reader *reader)
{
  const char *name = reader->at + 1;
  gsize length = g_ascii_isalpha (*name) ? 1 : 0;
  g_autofree char *key = NULL;
  const char *found;

  if (length == 0)
    {
      show (reader, reader->at++, 1);
      return TRUE;
    }
  while (g_ascii_isalnum (name[length]) || name[length] == '-' || name[length] == '.')
    length++;
  for (gsize n = length; name[length] == '\0' && n > 1; n--)
    if (!g_ascii_isalnum (name[n - 1]))
      length = n - 1;
  if (name[length] == '\0')
    {
      reader->at += length == 1 ? 1 : 0;
      return FALSE;
    }
  key = g_strdup_printf ("%.*s;", (int) length, name);
  found = find_entity (key, length + 1);
  if (found != NULL)
    show (reader, found, strlen (found));
  else
    show (reader, reader->at, length + 1);
  reader->at = name + length + (name[length] == ';');
  return TRUE;
}

char *
arra_html_to_text (const char *text)
{
  Reader reader = { text, g_string_new (NULL), g_ptr_array_new_with_free_func (g_free), FALSE };
  gboolean readable = TRUE;

  while (readable && *reader.at != '\0')
    {
      gsize plain = strcspn (reader.at, "<&");

      show (&reader, reader.at, plain);
      reader.at += plain;
      if (*reader.at == '<')
        read_tag (&reader);
      else if (*reader.at == '&')
        readable = reader.at[1] == '#' ? read_numbered (&reader) : read_named (&reader);
    }
  show (&reader, reader.at, strlen (reader.at));
  g_ptr_array_unref (reader.dropped);
  return g_string_free (reader.out, FALSE);
}
