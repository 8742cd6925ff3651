/* jsonpython.c - what Python's json module writes beyond JSON
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsonpython.h"

#include <string.h>

#include "jsonguard.h"
#include "mapping.h"
#include "mem.h"

#define SAFE_DIGITS 18 /* of an integer that fits 64 bits whatever they are */

/* After the string that begins at @at */
static gsize
skip_string (const char *text, gsize size, gsize at)
{
  for (at++; at < size && text[at] != '"'; at++)
    if (text[at] == '\\')
      at++;
  return MIN (at + 1, size);
}

/* Bytes of a word for no number that stands at the beginning of @text, or 0. */
static gsize
word_length (const char *text, gsize size)
{
  static const char *const words[] = { "NaN", "Infinity", "-Infinity" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (size >= strlen (words[i]) && memcmp (text, words[i], strlen (words[i])) == 0)
      return strlen (words[i]);
  return 0;
}

/* The last two of an integer's many digits become a power of ten. Returns: where the number ends. */
static gsize
tame_number (char *text, gsize size, gsize at)
{
  gsize first = at;

  while (at < size && g_ascii_isdigit (text[at]))
    at++;
  if (at - first > SAFE_DIGITS && (at == size || strchr (".eE", text[at]) == NULL))
    memcpy (text + at - 2, "e2", 2);
  while (at < size && (g_ascii_isalnum (text[at]) || strchr (".+-", text[at]) != NULL))
    at++;
  return at;
}

void
arra_json_from_python (char *text, gsize size)
{
  gsize at = 0;

  while (at < size)
    {
      gsize word = word_length (text + at, size - at);

      if (text[at] == '"')
        at = skip_string (text, size, at);
      else if (g_ascii_isdigit (text[at]))
        at = tame_number (text, size, at);
      else if (word > 0)
        {
          memset (text + at, ' ', word);
          memcpy (text + at, "\"?\"", 3);
          at += word;
        }
      else
        at++;
    }
}

JsonParser *
arra_json_parse_config (const char *path, JsonObject **object, GError **error)
{
  gsize size;
  g_automem char *text = arra_read_file (path, ARRA_JSON_MAX_BYTES, &size, error);

  if (text == NULL)
    return NULL;
  arra_json_from_python (text, size);
  return arra_json_parse (text, size, path, object, error);
}
