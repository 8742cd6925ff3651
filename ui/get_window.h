/* get_window.h - "Get Checkpoints": what there is to be got, its licence, and how far it is
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/* A window above @parent that is shown, lives until it is closed, and stops then what it does. Nothing is contacted
 * before its button is pressed. @got: in the main thread, for each checkpoint that is there now, with the path of its
 * file. Returns: (transfer none) */
GtkWidget *arra_get_window_new (GtkWindow *parent, void (*got) (const char *path, gpointer data), gpointer data);
