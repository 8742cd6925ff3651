/* get_window_private.h - between the files of "Get Checkpoints": its parts, and what happens when a button is pressed
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-get.h>

#include "get_window.h"
#include "notice.h"

typedef enum
{
  CHOOSING,
  ASKING,
  ASKED, /* the licence can be agreed to */
  GETTING,
} ArraGetState;

/* Held by the window, and by what runs in a thread. */
typedef struct
{
  GtkWidget *window; /* NULL once destroyed, and with it all widgets below are gone */
  GtkWidget *list, *license, *link, *vqgan_line, *vqgan, *agree, *progress, *status, *get, *stop, *delete;
  ArraNotice *notice;
  void (*got) (const char *path, gpointer data);
  gpointer data;

  GPtrArray *offers; /* (nullable): ArraOffer */
  char *vqgan_path;  /* (nullable): what was chosen for what lacks an image tokenizer */
  ArraGetState state;
  ArraGet *work; /* (nullable) */
  GCancellable *cancellable;
  guint looking; /* the source that shows what the thread says */

  GMutex mutex; /* of what follows */
  ArraGetProgress last;
  char *note; /* (nullable) */
} ArraGetWindow;

/* get_window.c: handlers of signals, whose last argument is the window */
void arra_get_window_row_selected (GtkListBox *list, GtkListBoxRow *row, gpointer data);
void arra_get_window_changed (GtkWidget *widget, gpointer data);
void arra_get_window_choose_vqgan (GtkButton *button, gpointer data);
void arra_get_window_get (GtkButton *button, gpointer data);
void arra_get_window_stop (GtkButton *button, gpointer data);
void arra_get_window_delete (GtkButton *button, gpointer data);
void arra_get_window_open_folder (GtkButton *button, gpointer data);

/* get_window_build.c: all widgets but the notice */
GtkWidget *arra_get_window_inside (ArraGetWindow *self);
