/* dialog_case.h - the dialog with a host that a test makes up, and hands for its widgets
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <dialog_private.h>

typedef struct
{
  char *folder, *settings_path;
  ArraDialogHost host;
  ArraDialog *dialog;
  ArraDialogPlace place; /* what the host describes */
  GPtrArray *inserted;   /* of char *: mode and seed of each picture */
  ArraTask task;
  ArraScene *scene;       /* what the host has for the dialog to look at; NULL: nothing */
  const ArraScene *back;  /* that of the picture inserted last */
  const char *recipe;     /* of the active layer; NULL: none */
  const char *help_fault; /* why the help cannot be opened; NULL: it can */
  gulong x11_parent;
  int aimed;
  guint n_images;      /* that the host has open; 0: it offers no choice */
  const char *gallery; /* (nullable): its folder */
} Case;

typedef void (*CaseFunc) (Case *self, gconstpointer data);

typedef struct
{
  const char *name;
  CaseFunc run;
} CaseTest;

/* What a test's main does: before tests are added, and then for all of @cases, each between @begin and @end. */
void case_init (int *argc, char ***argv);
int case_run (const CaseTest *cases, gsize n, CaseFunc begin, CaseFunc end);

/* Two checkpoints, "plain" and "medical", which says that it learnt the word "chest", in a folder of the case's own,
 * and no dialog yet. */
void case_begin (Case *self, gconstpointer data);
void case_end (Case *self, gconstpointer data);
/* @settings: the key file's text; "": none */
void case_open (Case *self, const char *settings);
void case_close (Case *self);  /* the settings are saved */
char *case_saved (Case *self); /* (transfer full): the key file's text */

/* Runs the main loop until nothing is to be done, or until the checkpoints were found, or the work has ended. */
void case_idle (void);
void case_wait_found (Case *self);
void case_generate (Case *self);
void case_choose (Case *self, const char *name); /* a checkpoint */

/* The widget below @root with this accessible name and of this type; NULL: none. Those of popovers too. */
GtkWidget *case_find (GtkWidget *root, GType type, const char *name);
GtkWidget *case_get (Case *self, GType type, const char *name); /* there must be one in the window */
gboolean case_is_shown (GtkWidget *root, const char *text); /* a label below @root that can be seen has this in it */
gboolean case_shows (Case *self, const char *text);         /* likewise in the window */
void case_press (Case *self, const char *name);
void case_pick (Case *self, const char *name);                       /* in the menu of the dialog */
void case_key (GtkWidget *widget, guint key, GdkModifierType state); /* is pressed there */
/* Calls @func for @root and all below it, also what only containers know of, and what popovers hold. */
void case_walk (GtkWidget *root, GtkCallback func, gpointer data);
