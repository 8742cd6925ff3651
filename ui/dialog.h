/* dialog.h - the dialog in which a prompt becomes pictures, for any host that has GTK 3
 *
 * The host fills in an ArraDialogHost, calls arra_dialog_run(), and gets finished pictures through
 * @insert. Everything here is called from, and calls back on, the one thread that runs GTK's main loop, so
 * callbacks may talk to the host's process freely. Pictures are made by a thread of the dialog's own that
 * never sees the host.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <gtk/gtk.h>

#include "making.h"

G_BEGIN_DECLS

typedef struct _ArraDialog ArraDialog;

/**
 * ArraInsertMode:
 * How pictures become layers.
 * @ARRA_INSERT_NATIVE: new layers of the pictures' own size
 * @ARRA_INSERT_CANVAS: fitted to the canvas
 * @ARRA_INSERT_SELECTION: fitted to the selection's bounding box and masked by the selection
 * @ARRA_INSERT_AUTOMATIC: that when something is selected, else of their own size in the middle of the image
 */
typedef enum
{
  ARRA_INSERT_NATIVE,
  ARRA_INSERT_CANVAS,
  ARRA_INSERT_SELECTION,
  ARRA_INSERT_AUTOMATIC,
  ARRA_N_INSERT_MODES,
} ArraInsertMode;

/* "native", "canvas", "selection", "automatic": in settings files and for hosts' own arguments; FALSE for another name.
 */
gboolean arra_insert_mode_parse (const char *name, ArraInsertMode *mode);
const char *arra_insert_mode_name (ArraInsertMode mode);

/* Names of sets of ArraSeamless: "none", "x", "y", "both"; FALSE for another one. */
#define ARRA_N_SEAMLESS 4
gboolean arra_seamless_parse (const char *name, guint *seamless);
const char *arra_seamless_name (guint seamless);

/* Image tokens behind the first that are guided: the most that forms offer; -1: all */
#define ARRA_CFG_INTERVAL_MAX (1 << 24)

/**
 * ArraDialogPlace:
 * What there is to insert into. NATIVE is always possible (without an image the host makes one), CANVAS
 * and AUTOMATIC need @has_image, SELECTION @has_selection.
 */
typedef struct
{
  gboolean has_image;
  gboolean has_selection;
  int image;                         /* its number among those of ArraDialogHost.images; 0: a new one is made */
  gboolean indexed;                  /* the image has a palette, whose colours pictures take */
  gboolean has_recipe;               /* the active layer holds a recipe: "Reuse settings of this layer" can be chosen */
  guint canvas_width, canvas_height; /* 0 x 0: not known */
  guint selection_width, selection_height; /* of the bounding box; 0 x 0: not known */
} ArraDialogPlace;

/* Images to insert into: (element-type an image's number and name): g_ptr_array_unref(). Numbers are above 0; names are
 * copied. An image whose name and a dot stand in the title of the uppermost of the host's X11 windows that names one is
 * marked as the one in front. */
GPtrArray *arra_dialog_images_new (void);
void arra_dialog_images_add (GPtrArray *images, int number, const char *name);

/**
 * ArraDialogPicture:
 * A picture to insert. All of it is valid during the call only.
 */
typedef struct
{
  /* Fewer rows finished than in total: a stopped one; its height is that of the finished rows. */
  ArraPicture picture;
  /* (nullable): NULL when prompts are not to be remembered: then it belongs in no name, no undo
   * step, nowhere. */
  const char *prompt;
  /* (nullable): JSON for the layer's parasite; NULL when switched off; without the prompt when that is not
   * remembered. */
  const char *recipe;
  gboolean label; /* whether the image is to carry the AI label */
  /* (nullable): what the host gave it to be made from: it belongs there, as a layer of its own, masked as that says */
  const ArraScene *scene;
  guint64 seed;
  guint answer;         /* its number among the pictures of its seed, from 0 */
  const ArraCard *card; /* of the checkpoint that made it: a medical one has its note whatever @label says */
} ArraDialogPicture;

typedef struct
{
  const ArraDialogPicture *pictures;
  guint n_pictures; /* at least 1: one undo step for all of them */
  ArraInsertMode mode;
} ArraDialogInsert;

/* What of the image the dialog wants to see. */
typedef struct
{
  gboolean layer;     /* the active layer alone, not all that is visible */
  guint across, down; /* pixels around what is to be filled that must be seen, where there are as many */
} ArraDialogLook;

/**
 * ArraDialogHost:
 * What a host offers. Must stay valid as long as the dialog; all strings and functions but @insert and
 * @settings_path may be NULL.
 */
typedef struct
{
  /* Inserts all of @what or nothing. FALSE with @error set, in words a person can act on: the dialog shows
   * it and keeps the pictures. */
  gboolean (*insert) (const ArraDialogInsert *what, gpointer data, GError **error);

  /* Sets @place (zeroed before). Asked when the dialog opens, when it comes to the front, and before and
   * after inserting. NULL: no image. */
  void (*describe) (ArraDialogPlace *place, gpointer data);

  /* (transfer full): the images that are open. Asked when @describe is. NULL: there is no choice. */
  GPtrArray *(*images) (gpointer data);
  /* What follows is meant for that image, @describe too; 0: for a new one. Needed with @images. */
  void (*aim) (int image, gpointer data);

  /* What pictures are made from: of ARRA_TASK_GENERATE nothing, and @look is not called. */
  ArraTask task;
  /* (transfer full): what is to be filled, or varied, with what is around it; NULL with @error set when there is
   * nothing of that. Asked at each press of Generate. */
  ArraScene *(*look) (const ArraDialogLook *what, gpointer data, GError **error);

  /* (transfer full): the recipe of the active layer, NULL with @error set when it has none. */
  char *(*recipe_of_layer) (gpointer data, GError **error);

  /* Opens the help; FALSE with @error set when that is not possible: the dialog says so. NULL: the button is hidden. */
  gboolean (*help) (gpointer data, GError **error);

  /* Asked once a second: FALSE when the host has gone; then work stops and the dialog closes. */
  gboolean (*is_alive) (gpointer data);

  gpointer data; /* handed to all of the above */

  /* Key file of the settings, e.g. $XDG_CONFIG_HOME/arra/dialog.ini; its folder is made when needed. */
  const char *settings_path;
  /* Folder of the gallery, where pictures outlive the dialog, e.g. $XDG_DATA_HOME/arra/gallery; likewise. NULL: none.
   */
  const char *gallery_path;
  const char *const *folders; /* NULL-terminated further places to look for checkpoints */
  const char *title;          /* of the window; NULL: "Generate from Text" */
  const char *help_hint;      /* tooltip of the help button */
  gulong x11_parent;          /* X11 window to be transient for; 0: none */
  const char *wayland_parent; /* exported xdg-foreign handle, likewise */
} ArraDialogHost;

/**
 * ArraDialogChoices:
 * The settings as they are in the dialog. Strings are valid until the dialog changes or is destroyed.
 */
typedef struct
{
  const char *checkpoint; /* (nullable): path */
  ArraRequest request;    /* prompt NULL when prompts are not to be remembered */
  gboolean around_layer;  /* ArraDialogLook.layer */
  double vary;            /* ArraOrder.vary */
  gint cfg_interval;      /* as arra_job_set_cfg_interval() takes it */
  int text_top_k;         /* of a recipe that is used again; -1: the checkpoint's */
  gboolean keep_seed;     /* else a later run takes another seed, and the first of its pictures */
  ArraInsertMode mode;
  gboolean record;   /* recipe and AI label go with the pictures */
  gboolean remember; /* prompts may be remembered */
} ArraDialogChoices;

/* Makes the window, not yet shown. gtk_init_check() must have succeeded. Never NULL; free with
 * arra_dialog_destroy(). */
ArraDialog *arra_dialog_new (const ArraDialogHost *host);

/**
 * arra_dialog_run:
 * Shows the window and runs the main loop until it is closed or destroyed under us. Running work is
 * stopped and waited for (some tens of milliseconds); settings are saved.
 * Returns: the number of pictures inserted.
 */
guint arra_dialog_run (ArraDialog *dialog);

/* For hosts that keep their last values themselves; valid after arra_dialog_run(), too. */
void arra_dialog_get_choices (ArraDialog *dialog, ArraDialogChoices *choices);

/* The window: for hosts that must do more with it. NULL once it is closed. */
GtkWindow *arra_dialog_window (ArraDialog *dialog);

void arra_dialog_destroy (ArraDialog *dialog); /* nullable */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraDialog, arra_dialog_destroy)

G_END_DECLS
