/* text_file.c - byte order marks, UTF-16 and line ends
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "text_file.h"

#include <string.h>

#include "fail.h"
#include "mapping.h"
#include "mem.h"

static gboolean
begins_with (const char *text, gsize size, const char *mark, gsize n)
{
  return size >= n && memcmp (text, mark, n) == 0;
}

static char *
from_utf16 (const char *text, gsize *size, const char *charset, const char *name, GError **error)
{
  g_autoptr (GError) fault = NULL;
  gsize n;
  g_autofree char *utf8 = g_convert (text + 2, (gssize) *size - 2, "UTF-8", charset, NULL, &n, &fault);

  if (utf8 == NULL)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: is broken UTF-16 text: save it as UTF-8", name);
      return NULL;
    }
  *size = n;
  return arra_mem_strndup (utf8, n, "text", error);
}

/* The text behind its mark, as UTF-8, in memory of its own. */
static char *
decode (const char *text, gsize *size, const char *name, GError **error)
{
  if (begins_with (text, *size, "\xff\xfe\0\0", 4) || begins_with (text, *size, "\0\0\xfe\xff", 4))
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: is UTF-32 text: save it as UTF-8", name);
      return NULL;
    }
  if (begins_with (text, *size, "\xff\xfe", 2))
    return from_utf16 (text, size, "UTF-16LE", name, error);
  if (begins_with (text, *size, "\xfe\xff", 2))
    return from_utf16 (text, size, "UTF-16BE", name, error);
  *size -= 3;
  return arra_mem_strndup (text + 3, *size, "text", error);
}

static gboolean
has_mark (const char *text, gsize size)
{
  return begins_with (text, size, "\xef\xbb\xbf", 3) || begins_with (text, size, "\xff\xfe", 2)
         || begins_with (text, size, "\xfe\xff", 2) || begins_with (text, size, "\0\0\xfe\xff", 4);
}

/* A line ends in a line feed, whichever system it was written on. */
static void
unify_line_ends (char *text, gsize *size)
{
  gsize n = 0;

  for (gsize i = 0; i < *size; i++)
    if (text[i] != '\r')
      text[n++] = text[i];
    else if (text[i + 1] != '\n')
      text[n++] = '\n';
  text[n] = '\0';
  *size = n;
}

char *
arra_text_to_utf8 (char *text, gsize *size, const char *name, GError **error)
{
  g_automem char *whole = text;

  if (has_mark (whole, *size))
    {
      char *decoded = decode (whole, size, name, error);

      arra_mem_free (whole);
      whole = decoded;
    }
  if (whole != NULL && memchr (whole, '\0', *size) != NULL)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA,
                 "%s: holds a NUL: it is no text, or UTF-16 text without a byte order mark: save it as UTF-8", name);
      return NULL;
    }
  if (whole != NULL)
    unify_line_ends (whole, size);
  return g_steal_pointer (&whole);
}

char *
arra_read_text (const char *path, gsize limit, gsize *size, GError **error)
{
  char *text = arra_read_file (path, limit, size, error);

  return text != NULL ? arra_text_to_utf8 (text, size, path, error) : NULL;
}

char *
arra_text_one_line (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  return g_strjoinv ("\\u000a", lines);
}
