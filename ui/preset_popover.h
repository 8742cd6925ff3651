/* preset_popover.h - named settings, to choose from, to add to and to delete
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

typedef struct
{
  char **(*list) (gpointer data); /* (transfer full): the names there are */
  void (*choose) (const char *name, gpointer data);
  void (*save) (const char *name, gpointer data); /* the settings of now */
  void (*remove) (const char *name, gpointer data);
} ArraPresetFuncs;

/* A popover for a menu button. It asks for the names whenever it opens. */
GtkWidget *arra_preset_popover_new (const ArraPresetFuncs *funcs, gpointer data);
