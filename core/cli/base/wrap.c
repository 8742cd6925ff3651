/* wrap.c - long texts on terminals, broken between words
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap.h"

#include <sys/ioctl.h>
#include <unistd.h>

#define NARROWEST 24 /* characters of text in a line */

char *
cli_wrap (const char *text, guint indent, guint width)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  glong column = indent;

  if (width < indent + NARROWEST)
    return g_strdup (text);
  for (guint i = 0; words[i] != NULL; i++)
    {
      glong length = g_utf8_strlen (words[i], -1);
      gboolean breaks = i > 0 && column + 1 + length > (glong) width;

      if (breaks)
        g_string_append_printf (lines, "\n%*s", (int) indent, "");
      else if (i > 0)
        g_string_append_c (lines, ' ');
      g_string_append (lines, words[i]);
      column = (breaks ? (glong) indent : column + (i > 0)) + length;
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

guint
cli_wrap_width (void)
{
  struct winsize size;

  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
