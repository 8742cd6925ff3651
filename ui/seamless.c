/* seamless.c - the names of the edges that fit each other
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog.h"

static const char *const names[ARRA_N_SEAMLESS] = { "none", "x", "y", "both" };

gboolean
arra_seamless_parse (const char *name, guint *seamless)
{
  for (guint i = 0; i < ARRA_N_SEAMLESS; i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        *seamless = i;
        return TRUE;
      }
  return FALSE;
}

const char *
arra_seamless_name (guint seamless)
{
  g_return_val_if_fail (seamless < ARRA_N_SEAMLESS, NULL);
  return names[seamless];
}
