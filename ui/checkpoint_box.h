/* checkpoint_box.h - choosing a checkpoint among those found
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <gtk/gtk.h>

typedef struct _ArraCheckpointBox ArraCheckpointBox;

/* Lives as long as its widget. @chosen: by the user; @get, @add_folder: the button was pressed; @opened: the list is
 * shown. */
ArraCheckpointBox *arra_checkpoint_box_new (void (*chosen) (gpointer data),
                                            void (*get) (gpointer data),
                                            void (*add_folder) (gpointer data),
                                            void (*opened) (gpointer data),
                                            gpointer data);
GtkWidget *arra_checkpoint_box_widget (ArraCheckpointBox *box);

/* Lists @found (element-type ArraFound), of which it takes a reference; broken ones greyed with the reason. What was
 * selected stays so, if it is still there. FALSE: nothing is new. */
gboolean arra_checkpoint_box_set_found (ArraCheckpointBox *box, GPtrArray *found);
/* Selects the usable one at @path, or with @fingerprint (both nullable); FALSE when there is none. */
gboolean arra_checkpoint_box_select (ArraCheckpointBox *box, const char *path, const char *fingerprint);
gboolean arra_checkpoint_box_select_first (ArraCheckpointBox *box); /* the first that can be used */
/* (transfer none) (nullable): the usable one with that fingerprint */
ArraCheckpoint *arra_checkpoint_box_find (const ArraCheckpointBox *box, const char *fingerprint);
ArraCheckpoint *arra_checkpoint_box_get (ArraCheckpointBox *box); /* (transfer none) (nullable) */

/* Why what was found cannot make pictures; NULL when it can. (transfer full): g_free() */
char *arra_checkpoint_box_problem (const ArraFound *found);
