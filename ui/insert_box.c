/* insert_box.c - how pictures become layers, and what goes with them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "insert_box.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "words.h"

#define LONGEST_NAME 80 /* characters, of an image */
#define NEW_IMAGE "0"   /* its number as the list's id */
#define MOST_ENLARGED 1.5

typedef struct
{
  int number;
  char *name;
} Image;

struct _ArraInsertBox
{
  GtkWidget *root, *label, *mode, *where, *where_label, *indexed, *record, *remember;
  ArraInsertMode wanted; /* what the user chose, also while there is no selection to fit to */
  GtkWidget *enlarged, *enlarged_text;
  ArraDialogPlace place;
  guint width, height; /* of the pictures to be inserted */
  gboolean filling;
  void (*resize) (guint width, guint height, gpointer data);
  void (*aimed) (int image, gpointer data);
  void (*fitted) (gpointer data);
  gpointer data;
};

static void
free_image (gpointer data)
{
  Image *image = data;

  g_free (image->name);
  g_free (image);
}

GPtrArray *
arra_dialog_images_new (void)
{
  return g_ptr_array_new_with_free_func (free_image);
}

void
arra_dialog_images_add (GPtrArray *images, int number, const char *name)
{
  Image *image = g_new (Image, 1);

  *image = (Image) { number, arra_words_plain (name, LONGEST_NAME) };
  g_ptr_array_add (images, image);
}

void
arra_insert_box_target (ArraInsertBox *box, guint *width, guint *height)
{
  const ArraInsertMode mode = arra_insert_box_mode (box);
  const ArraDialogPlace *place = &box->place;

  *width = *height = 0;
  if (mode == ARRA_INSERT_CANVAS)
    {
      *width = place->canvas_width;
      *height = place->canvas_height;
    }
  else if (mode != ARRA_INSERT_NATIVE && place->has_selection)
    {
      *width = place->selection_width;
      *height = place->selection_height;
    }
}

static void
show_enlarged (ArraInsertBox *box)
{
  guint width, height;
  double times = 0;
  g_autofree char *text = NULL;

  arra_insert_box_target (box, &width, &height);
  if (box->width > 0 && box->height > 0)
    times = MAX ((double) width / box->width, (double) height / box->height);
  text = g_strdup_printf (_ ("Enlarged %.1f times: that blurs it."), times);
  gtk_label_set_text (GTK_LABEL (box->enlarged_text), text);
  gtk_widget_set_visible (box->enlarged, times > MOST_ENLARGED);
}

static void
mode_changed (GtkComboBox *mode, gpointer data)
{
  ArraInsertBox *box = data;

  if (!box->filling)
    arra_insert_mode_parse (gtk_combo_box_get_active_id (mode), &box->wanted);
  show_enlarged (box);
  if (!box->filling)
    box->fitted (box->data);
}

static void
wants_size (ArraInsertBox *box)
{
  guint width, height;

  arra_insert_box_target (box, &width, &height);
  if (width > 0 && height > 0)
    box->resize (width, height, box->data);
}

/* What is said of pictures that are too small, and what to do about it. */
static GtkWidget *
new_enlarged (ArraInsertBox *box)
{
  GtkWidget *button = arra_form_button (_ ("An_y Size"));

  box->enlarged = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP);
  box->enlarged_text = arra_form_text (FALSE);
  gtk_widget_set_tooltip_text (button,
                               _ ("Pictures can have any size: the next ones get that of the place they are for"));
  gtk_widget_set_valign (box->enlarged_text, GTK_ALIGN_CENTER);
  gtk_box_pack_start (GTK_BOX (box->enlarged), box->enlarged_text, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (box->enlarged), button, FALSE, FALSE, 0);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (wants_size), box);
  gtk_widget_show_all (box->enlarged);
  gtk_widget_hide (box->enlarged);
  gtk_widget_set_no_show_all (box->enlarged, TRUE);
  return box->enlarged;
}

static void
where_changed (GtkComboBox *where, gpointer data)
{
  ArraInsertBox *box = data;
  const char *id = gtk_combo_box_get_active_id (where);

  if (!box->filling && id != NULL)
    box->aimed ((int) g_ascii_strtoll (id, NULL, 10), box->data);
}

/* Which image it is for, and what its kind does to pictures. */
static void
add_where (ArraInsertBox *box, GtkGrid *grid)
{
  box->where = arra_form_combo ();
  box->where_label = arra_form_row (grid, 0, _ ("_Where:"), box->where);
  gtk_widget_set_tooltip_text (box->where, _ ("The image that pictures are inserted into"));
  box->indexed = arra_form_text (FALSE);
  gtk_label_set_text (
      GTK_LABEL (box->indexed),
      _ ("This image is indexed: pictures get the nearest colours of its palette. Image > Mode > RGB keeps theirs."));
  gtk_label_set_max_width_chars (GTK_LABEL (box->indexed), 40);
  gtk_grid_attach (grid, box->indexed, 0, 2, 2, 1);
  gtk_widget_set_no_show_all (box->where, TRUE);
  gtk_widget_set_no_show_all (box->where_label, TRUE);
  gtk_widget_set_no_show_all (box->indexed, TRUE);
  g_signal_connect (box->where, "changed", G_CALLBACK (where_changed), box);
}

ArraInsertBox *
arra_insert_box_new (ArraTask task,
                     void (*aimed) (int image, gpointer data),
                     void (*resize) (guint width, guint height, gpointer data),
                     void (*fitted) (gpointer data),
                     gpointer data)
{
  ArraInsertBox *box = g_new0 (ArraInsertBox, 1);
  GtkGrid *grid = arra_form_grid ();

  box->aimed = aimed;
  box->resize = resize;
  box->fitted = fitted;
  box->data = data;
  box->mode = g_object_ref_sink (arra_form_combo ());
  box->record = arra_form_check (
      _ ("Include recipe and AI la_bel"),
      _ ("The layer keeps the settings that made it, and the image says that a picture was made by AI"));
  box->remember = arra_form_check (
      _ ("Remember pro_mpts"),
      _ ("Off: no history, and the prompt stays out of the recipe, the layer's name and the undo step"));
  box->root = GTK_WIDGET (grid);
  add_where (box, grid);
  if (task == ARRA_TASK_GENERATE)
    arra_form_row (grid, 1, _ ("_Insert as:"), box->mode);
  gtk_grid_attach (grid, new_enlarged (box), 0, 3, 2, 1);
  box->label = gtk_box_new (GTK_ORIENTATION_VERTICAL, ARRA_FORM_GAP);
  gtk_container_add (GTK_CONTAINER (box->label), box->record);
  gtk_container_add (GTK_CONTAINER (box->label), box->remember);
  g_signal_connect (box->mode, "changed", G_CALLBACK (mode_changed), box);
  g_object_set_data_full (G_OBJECT (box->root), "arra-mode", box->mode, g_object_unref);
  g_object_set_data_full (G_OBJECT (box->root), "arra-insert-box", box, g_free);
  return box;
}

GtkWidget *
arra_insert_box_widget (ArraInsertBox *box)
{
  return box->root;
}

GtkWidget *
arra_insert_box_label (ArraInsertBox *box)
{
  return box->label;
}

static void
append (ArraInsertBox *box, ArraInsertMode mode, const char *text, guint width, guint height)
{
  g_autofree char *sized = width > 0 ? g_strdup_printf (_ ("%s (%u × %u)"), text, width, height) : g_strdup (text);

  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (box->mode), arra_insert_mode_name (mode), sized);
}

void
arra_insert_box_set_place (ArraInsertBox *box, const ArraDialogPlace *place)
{
  GtkComboBox *mode = GTK_COMBO_BOX (box->mode);

  box->place = *place;
  box->filling = TRUE;
  gtk_combo_box_text_remove_all (GTK_COMBO_BOX_TEXT (mode));
  if (place->has_selection)
    append (box, ARRA_INSERT_AUTOMATIC, _ ("Automatically: in the selection"), place->selection_width,
            place->selection_height);
  else if (place->has_image)
    append (box, ARRA_INSERT_AUTOMATIC, _ ("Automatically: in the middle"), 0, 0);
  append (box, ARRA_INSERT_NATIVE, place->has_image ? _ ("New layer in its own size") : _ ("New image"), 0, 0);
  if (place->has_image)
    append (box, ARRA_INSERT_CANVAS, _ ("Fitted to the canvas"), place->canvas_width, place->canvas_height);
  if (place->has_selection)
    append (box, ARRA_INSERT_SELECTION, _ ("Fitted to the selection"), place->selection_width, place->selection_height);
  if (!gtk_combo_box_set_active_id (mode, arra_insert_mode_name (box->wanted)))
    gtk_combo_box_set_active (mode, 0);
  gtk_widget_set_visible (box->indexed, place->indexed);
  box->filling = FALSE;
  show_enlarged (box);
}

void
arra_insert_box_set_picture (ArraInsertBox *box, guint width, guint height)
{
  box->width = width;
  box->height = height;
  show_enlarged (box);
}

/* Title bars name an image by its name, its number and that of the view: "meadow-3.0". Settings of the host may leave
 * the numbers out: then no image is known. */
static const char *
find_in_title (const Image *image, const char *title)
{
  g_autofree char *shown = g_strconcat (image->name, ".", NULL);

  return g_strrstr (title, shown);
}

/* What stands last counts: a name can look like a number. NULL: none does. */
static const Image *
find_titled (const GPtrArray *images, const char *title)
{
  const Image *found = NULL;
  const char *last = NULL;

  for (guint i = 0; i < images->len; i++)
    {
      const char *at = find_in_title (images->pdata[i], title);

      if (at != NULL && (last == NULL || at > last))
        {
          last = at;
          found = images->pdata[i];
        }
    }
  return found;
}

static const Image *
find_front (const GPtrArray *images, const char *const *titles)
{
  const Image *front = NULL;

  for (; *titles != NULL && front == NULL; titles++)
    front = find_titled (images, *titles);
  return front;
}

static void
list_images (GtkComboBoxText *where, const GPtrArray *images, const char *const *titles)
{
  const Image *front = find_front (images, titles);

  for (guint i = 0; i < images->len; i++)
    {
      const Image *image = images->pdata[i];
      g_autofree char *number = g_strdup_printf ("%d", image->number);
      g_autofree char *marked = g_strdup_printf (_ ("%s (in front)"), image->name);

      gtk_combo_box_text_append (where, number, image == front && images->len > 1 ? marked : image->name);
    }
}

void
arra_insert_box_set_images (ArraInsertBox *box, const GPtrArray *images, int chosen, const char *const *titles)
{
  GtkComboBoxText *where = GTK_COMBO_BOX_TEXT (box->where);
  g_autofree char *id = g_strdup_printf ("%d", chosen);

  gtk_widget_set_visible (box->where, images != NULL);
  gtk_widget_set_visible (box->where_label, images != NULL);
  box->filling = TRUE;
  gtk_combo_box_text_remove_all (where);
  if (images != NULL)
    list_images (where, images, titles);
  gtk_combo_box_text_append (where, NEW_IMAGE, _ ("New image"));
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (where), id);
  box->filling = FALSE;
}

ArraInsertMode
arra_insert_box_mode (ArraInsertBox *box)
{
  ArraInsertMode mode = ARRA_INSERT_NATIVE;

  arra_insert_mode_parse (gtk_combo_box_get_active_id (GTK_COMBO_BOX (box->mode)), &mode);
  return mode;
}

void
arra_insert_box_load (ArraInsertBox *box, const ArraSettings *settings)
{
  box->wanted = settings->mode;
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (box->mode), arra_insert_mode_name (settings->mode));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (box->record), settings->record);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (box->remember), settings->remember);
}

void
arra_insert_box_store (ArraInsertBox *box, ArraSettings *settings)
{
  settings->mode = box->wanted;
  settings->record = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (box->record));
  settings->remember = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (box->remember));
}
