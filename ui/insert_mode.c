/* insert_mode.c - the names of the ways in which pictures become layers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog.h"

static const char *const names[ARRA_N_INSERT_MODES] = { "native", "canvas", "selection", "automatic" };

gboolean
arra_insert_mode_parse (const char *name, ArraInsertMode *mode)
{
  for (guint i = 0; i < ARRA_N_INSERT_MODES; i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        *mode = (ArraInsertMode) i;
        return TRUE;
      }
  return FALSE;
}

const char *
arra_insert_mode_name (ArraInsertMode mode)
{
  g_return_val_if_fail (mode < ARRA_N_INSERT_MODES, NULL);
  return names[mode];
}
