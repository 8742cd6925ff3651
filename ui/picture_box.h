/* picture_box.h - what kind of picture: size, number, seed, and the sampling behind "Advanced"
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <gtk/gtk.h>

#include "making.h"
#include "settings.h"

typedef struct _ArraPictureBox ArraPictureBox;

/* Lives as long as its widget. @changed: something that a picture's cost depends on. Pictures that
 * are made from what is there have no size of their own. */
ArraPictureBox *arra_picture_box_new (ArraTask task, void (*changed) (gpointer data), gpointer data);
GtkWidget *arra_picture_box_widget (ArraPictureBox *box);

void arra_picture_box_load (ArraPictureBox *box, const ArraSettings *settings);
/* FALSE, with the settings' old seed, when what stands there is no seed. */
gboolean arra_picture_box_store (ArraPictureBox *box, ArraSettings *settings);
/* Sizes that @checkpoint can make; its own sampling unless another was chosen. */
void arra_picture_box_set_checkpoint (ArraPictureBox *box,
                                      const ArraCheckpoint *checkpoint,
                                      guint like_width,
                                      guint like_height);
/* Own size and sampling of the next checkpoint again. */
void arra_picture_box_forget (ArraPictureBox *box);
void arra_picture_box_set_size (ArraPictureBox *box, guint width, guint height); /* as if by the user */
void arra_picture_box_set_seed (ArraPictureBox *box, guint64 seed);
/* Sets what a request takes from here: size, seamless edges, count, sampling. */
void arra_picture_box_fill (ArraPictureBox *box, ArraRequest *request);
gint arra_picture_box_cfg_interval (ArraPictureBox *box); /* for arra_job_set_cfg_interval() */
