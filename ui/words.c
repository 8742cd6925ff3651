/* words.c - numbers and untrusted text as words for people
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
is_hidden (gunichar c)
{
  return g_unichar_iscntrl (c) || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e)
         || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

/* Ends with a whole word, unless that would cost more than half of the text. */
static void
cut_at_word (GString *plain, gboolean whole, gsize words)
{
  if (!whole && words >= plain->len / 2)
    g_string_truncate (plain, words);
  g_string_append (plain, "…");
}

char *
arra_words_plain (const char *text, guint max)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  g_autoptr (GString) plain = g_string_new (NULL);
  gboolean space = FALSE;
  gsize words = 0; /* bytes of the whole words before the last one */
  guint n = 0;

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_unichar_isspace (c))
        {
          space = plain->len > 0;
          continue;
        }
      if (is_hidden (c))
        continue;
      if (n + (space ? 1 : 0) >= max)
        {
          cut_at_word (plain, space, words);
          break;
        }
      if (space)
        {
          words = plain->len;
          g_string_append_c (plain, ' ');
        }
      g_string_append_unichar (plain, c);
      n += space ? 2 : 1;
      space = FALSE;
    }
  return g_string_free (g_steal_pointer (&plain), FALSE);
}

char *
arra_words_duration (double seconds)
{
  guint64 whole = seconds > 0 && seconds < 1e9 ? (guint64) (seconds + 0.5) : 0;

  if (!(seconds < 1e9))
    return g_strdup (_ ("very long"));
  if (whole == 0)
    return g_strdup (_ ("less than a second"));
  if (whole < 60)
    return g_strdup_printf (_ ("%u s"), (guint) whole);
  if (whole < 3600)
    return g_strdup_printf (_ ("%u min %u s"), (guint) (whole / 60), (guint) (whole % 60));
  return g_strdup_printf (_ ("%u h %u min"), (guint) (whole / 3600), (guint) (whole % 3600 / 60));
}

char *
arra_words_bytes (guint64 bytes)
{
  return g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
}

char *
arra_words_progress (const char *what, guint picture, guint count, double rate, double left)
{
  g_autoptr (GString) line = g_string_new (what);

  if (count > 1)
    g_string_append_printf (line, _ (" · picture %u of %u"), picture + 1, count);
  if (rate > 0)
    g_string_append_printf (line, rate < 10 ? _ (" · %.1f tokens/s") : _ (" · %.0f tokens/s"), rate);
  if (left >= 0)
    {
      g_autofree char *duration = arra_words_duration (left);
      g_string_append_printf (line, _ (" · %s left"), duration);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

gboolean
arra_words_is_web_link (const char *link)
{
  g_autoptr (GUri) uri = link != NULL && strlen (link) < 2000 ? g_uri_parse (link, G_URI_FLAGS_NONE, NULL) : NULL;
  const char *scheme, *host;

  if (uri == NULL)
    return FALSE;
  scheme = g_uri_get_scheme (uri);
  host = g_uri_get_host (uri);
  return (strcmp (scheme, "https") == 0 || strcmp (scheme, "http") == 0) && host != NULL && *host != '\0'
         && g_uri_get_userinfo (uri) == NULL;
}
