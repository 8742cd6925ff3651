/* dialog_private.h - between the files of the dialog: its parts, and what happens when a button is pressed
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-prompt.h>

#include "card_view.h"
#include "checkpoint_box.h"
#include "dialog.h"
#include "insert_box.h"
#include "map_box.h"
#include "notice.h"
#include "picture_box.h"
#include "preset_popover.h"
#include "preview.h"
#include "prompt_box.h"
#include "queue_box.h"
#include "results.h"
#include "settings.h"
#include "work.h"

struct _ArraDialog
{
  const ArraDialogHost *host;
  ArraSettings settings;
  ArraDialogPlace place;
  GMainLoop *loop; /* (nullable): runs now */
  ArraWork *work;
  GCancellable *finding; /* of the search for checkpoints that runs now; nullable */
  char *added_folder;    /* (nullable): folder or file whose checkpoint is to be chosen when the search ends */
  char *last_folder;     /* (nullable): the one that was added last, where adding the next begins */
  guint alive_source;
  guint inserted;
  guint64 last_seed;      /* of the last press of Generate */
  gboolean seed_used;     /* since then no recipe was taken that has the same seed */
  ArraRecipe *reused;     /* (nullable): whose settings were taken, with those that have no widget */
  guint redo_row;         /* of the picture that is shown: chosen to be made anew from there; 0: none */
  ArraMade *mapped;       /* (nullable): the picture for which a map was asked */
  ArraQuestion *answered; /* (nullable): asked last, and what came out */
  ArraLikeliness answer;
  gint cfg_interval;   /* that is in force; the settings have it also while a model has no use for it */
  ArraInsertMode used; /* how pictures are inserted now; the settings have how they are whenever that is possible */

  GtkWidget *window; /* NULL once destroyed, and with it all below is gone */
  ArraNotice *notice;
  ArraPromptBox *prompt;
  ArraQueueBox *queue;
  ArraCheckpointBox *checkpoints;
  ArraCardView *card;
  ArraPictureBox *picture;
  ArraInsertBox *insert_as;
  ArraPreview *preview;
  ArraResults *results;
  ArraMapBox *map;
  GtkWidget *sides, *progress, *status;
  GtkWidget *gallery; /* (nullable): its window */
  GtkWidget *menu, *reuse, *insert, *proceed, *next, *generate, *redo;
};

/* dialog_window.c: builds all widgets into dialog->window */
void arra_dialog_build (ArraDialog *dialog);

/* dialog.c */
void arra_dialog_load (ArraDialog *dialog);   /* settings into widgets */
void arra_dialog_store (ArraDialog *dialog);  /* and back */
void arra_dialog_save (ArraDialog *dialog);   /* to the disk; a fault is told */
void arra_dialog_update (ArraDialog *dialog); /* which buttons there are, and what they say */
void arra_dialog_fail (ArraDialog *dialog, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* dialog_checkpoints.c */
void arra_dialog_show_shape (ArraDialog *dialog); /* sizes of the checkpoint, for what there is to insert into */
void arra_dialog_find_checkpoints (gpointer dialog);
void arra_dialog_checkpoint_chosen (gpointer dialog);
void arra_dialog_show_checkpoint (ArraDialog *dialog);
void arra_dialog_show_needs (gpointer dialog);
ArraPaceKind arra_dialog_pace_kind (const ArraCheckpoint *checkpoint, const ArraRequest *request);
void arra_dialog_get_checkpoints (gpointer dialog);
void arra_dialog_add_folder (gpointer dialog);

/* dialog_presets.c */
extern const ArraPresetFuncs arra_dialog_preset_funcs;

/* dialog_text_encoder.c */
void arra_dialog_choose_text_encoder (gpointer dialog);
/* Opens those again with @folder (nullable) that need it. @found: of ArraFound */
void arra_dialog_add_text_encoder (GPtrArray *found, const char *folder);

/* dialog_work.c */
extern const ArraWorkFuncs arra_dialog_work_funcs;
void arra_dialog_generate (gpointer dialog);
guint arra_dialog_text_top_k (const ArraRecipe *recipe); /* greed is 1, as with the widget of the other top-k */
/* Everything but the prompt, the seed and its first picture. */
void arra_dialog_fill_request (ArraDialog *dialog, ArraCheckpoint *checkpoint, ArraRequest *request);
void arra_dialog_redo (gpointer dialog); /* the shown picture anew from the chosen row on */
void arra_dialog_row_chosen (guint row, gpointer dialog);
void arra_dialog_press (gpointer dialog);       /* Generate, or Stop */
void arra_dialog_proceed (gpointer dialog);     /* Continue */
void arra_dialog_rank_chosen (gpointer dialog); /* says what becomes of the pictures that are there */
void arra_dialog_show_selected (gpointer dialog);
void arra_dialog_start_next (ArraDialog *dialog); /* what waits, when nothing else is done */

/* dialog_map.c */
void arra_dialog_map_chosen (gpointer dialog); /* the user asked for it, of the shown picture, or takes it away */
/* Asks for what is to be drawn over the shown picture, if anything is: over another one it is not. */
void arra_dialog_show_map (gpointer dialog);
void arra_dialog_forget_answer (ArraDialog *dialog);
void
arra_dialog_answered (const ArraQuestion *question, const ArraLikeliness *answer, const GError *error, gpointer dialog);

/* dialog_insert.c */
void arra_dialog_look_around (ArraDialog *dialog);                    /* asks the host what there is to insert into */
void arra_dialog_aim (int image, gpointer dialog);                    /* the user chose another image */
void arra_dialog_resize (guint width, guint height, gpointer dialog); /* pictures are to be of that size */
void arra_dialog_insert (gpointer dialog);
void arra_dialog_reuse (ArraDialog *dialog);
/* (transfer full) (nullable): what the active layer was made from; NULL when that is not known */
char *arra_dialog_prompt_of_layer (const ArraDialogHost *host);
/* Takes it. FALSE, and @unless_here is said, when its checkpoint is not here. */
gboolean arra_dialog_use_recipe (ArraDialog *dialog, ArraRecipe *recipe, const char *unless_here);
void arra_dialog_reset (ArraDialog *dialog);

/* dialog_gallery.c */
void arra_dialog_show_gallery (ArraDialog *dialog);
void arra_dialog_keep (ArraDialog *dialog); /* says where what is made now is kept */

/* parent.c: above which window of the host it stays */
void arra_dialog_set_parent (GtkWidget *window, const ArraDialogHost *host);
/* (transfer full): what the titles of the host's windows say now, the uppermost first, that window's last; empty where
 * windows do not tell */
char **arra_dialog_parent_titles (const ArraDialogHost *host);
