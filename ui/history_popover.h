/* history_popover.h - earlier prompts and a checkpoint's examples, to search and choose from
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "history.h"

typedef void (*ArraHistoryChosen) (const char *prompt, gpointer data);

/* A popover for a menu button. It reads @history and *@examples (nullable, NULL-terminated) whenever it
 * opens. */
GtkWidget *arra_history_popover_new (ArraHistory *history, char ***examples, ArraHistoryChosen chosen, gpointer data);
