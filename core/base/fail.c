/* fail.c - error helpers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fail.h"

G_DEFINE_QUARK (arra - error - quark, arra_error)

const char *
arra_translate (const char *text)
{
  return *text != '\0' ? g_dgettext (GETTEXT_PACKAGE, text) : text; /* "" stands for a catalogue's header */
}

void
arra_set_error (GError **error, ArraError code, const char *format, ...)
{
  va_list args;

  if (error == NULL)
    return;
  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (ARRA_ERROR, (int) code, arra_translate (format), args));
  va_end (args);
}
