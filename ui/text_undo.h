/* text_undo.h - Undo and Redo for a text buffer, which GTK 3 brings none for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

typedef struct _ArraTextUndo ArraTextUndo;

/* Follows what happens to @buffer from now on; lives as long as it. */
ArraTextUndo *arra_text_undo_new (GtkTextBuffer *buffer);
/* FALSE when there is nothing to undo, or to redo. */
gboolean arra_text_undo_back (ArraTextUndo *undo);
gboolean arra_text_undo_forth (ArraTextUndo *undo);
/* Another text, as one step. */
void arra_text_undo_replace (ArraTextUndo *undo, const char *text);
/* What was before can no longer be had back. */
void arra_text_undo_forget (ArraTextUndo *undo);
