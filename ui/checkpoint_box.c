/* checkpoint_box.c - choosing a checkpoint among those found
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_box.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "checkpoint_row.h"
#include "form.h"

struct _ArraCheckpointBox
{
  GtkWidget *root, *button, *face, *popover, *list;
  GPtrArray *found;         /* ArraFound */
  ArraCheckpoint *selected; /* borrowed from found */
  void (*chosen) (gpointer data);
  void (*get) (gpointer data);
  void (*add_folder) (gpointer data);
  void (*opened) (gpointer data);
  gpointer data;
};

/* Messages begin with the path, which the row shows already. */
static const char *
without_path (const char *problem, const char *path)
{
  const gsize n = strlen (path);

  return g_str_has_prefix (problem, path) && g_str_has_prefix (problem + n, ": ") ? problem + n + 2 : problem;
}

char *
arra_checkpoint_box_problem (const ArraFound *found)
{
  g_autoptr (GError) error = NULL;
  guint grid;

  if (found->problem != NULL)
    return g_strdup (without_path (found->problem, found->path));
  grid = arra_checkpoint_grid (found->checkpoint);
  if (grid == 0)
    return g_strdup (_ ("It holds no image tokenizer (VQGAN), so it makes no pictures. Join both with: arra "
                        "convert --vqgan FILE"));
  if (!arra_checkpoint_check_size (found->checkpoint, grid, grid, &error)
      && g_error_matches (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED))
    return g_strdup (without_path (error->message, found->path));
  return NULL;
}

static void
show_face (ArraCheckpointBox *box)
{
  GtkWidget *old = gtk_bin_get_child (GTK_BIN (box->face));
  GtkWidget *inside;

  if (old != NULL)
    gtk_widget_destroy (old);
  if (box->selected != NULL)
    inside = arra_checkpoint_row_face (arra_checkpoint_card (box->selected), arra_checkpoint_path (box->selected), 40);
  else
    inside = gtk_label_new (box->found == NULL ? _ ("Looking for checkpoints…")
                                               : _ ("No checkpoint yet: get one, or add a folder"));
  gtk_container_add (GTK_CONTAINER (box->face), inside);
  gtk_widget_show_all (inside);
}

static void
select_checkpoint (ArraCheckpointBox *box, ArraCheckpoint *checkpoint)
{
  box->selected = checkpoint;
  show_face (box);
}

static void
activated (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  ArraCheckpointBox *box = data;
  const ArraFound *found = box->found->pdata[gtk_list_box_row_get_index (row)];

  gtk_popover_popdown (GTK_POPOVER (box->popover));
  select_checkpoint (box, found->checkpoint);
  box->chosen (box->data);
}

static void
get_clicked (GtkButton *button, gpointer data)
{
  ArraCheckpointBox *box = data;

  gtk_popover_popdown (GTK_POPOVER (box->popover));
  box->get (box->data);
}

static void
add_clicked (GtkButton *button, gpointer data)
{
  ArraCheckpointBox *box = data;

  gtk_popover_popdown (GTK_POPOVER (box->popover));
  box->add_folder (box->data);
}

static void
list_shown (GtkWidget *popover, gpointer data)
{
  ArraCheckpointBox *box = data;

  box->opened (box->data);
}

static void
free_box (gpointer data)
{
  ArraCheckpointBox *box = data;

  g_clear_pointer (&box->found, g_ptr_array_unref);
  g_free (box);
}

/* More of them. */
static GtkWidget *
new_buttons (ArraCheckpointBox *box)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2 * ARRA_FORM_GAP);
  GtkWidget *get = arra_form_button (_ ("Get Checkpoints…")), *add = arra_form_button (_ ("Add Folder…"));

  gtk_widget_set_tooltip_text (get, _ ("From the Hugging Face Hub; nothing is contacted before you choose one"));
  gtk_widget_set_tooltip_text (add, _ ("A folder that holds checkpoints: GGUF files or Hugging Face directories"));
  g_signal_connect (get, "clicked", G_CALLBACK (get_clicked), box);
  g_signal_connect (add, "clicked", G_CALLBACK (add_clicked), box);
  gtk_box_pack_start (GTK_BOX (line), get, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (line), add, TRUE, TRUE, 0);
  return line;
}

static GtkWidget *
new_popover (ArraCheckpointBox *box)
{
  GtkWidget *inside = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2 * ARRA_FORM_GAP), *scrolled;

  box->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (box->list), GTK_SELECTION_NONE);
  arra_form_name (box->list, _ ("Checkpoints"));
  g_signal_connect (box->list, "row-activated", G_CALLBACK (activated), box);
  scrolled = arra_form_scrolled (box->list, _ ("Checkpoints"), TRUE);
  gtk_widget_set_size_request (scrolled, 420, 320);
  g_object_set (inside, "margin", 2 * ARRA_FORM_GAP, NULL);
  gtk_container_add (GTK_CONTAINER (inside), scrolled);
  gtk_container_add (GTK_CONTAINER (inside), new_buttons (box));
  gtk_widget_show_all (inside);
  box->popover = gtk_popover_new (NULL);
  gtk_container_add (GTK_CONTAINER (box->popover), inside);
  g_signal_connect (box->popover, "show", G_CALLBACK (list_shown), box);
  return box->popover;
}

static GtkWidget *
new_button (ArraCheckpointBox *box)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2 * ARRA_FORM_GAP);

  box->button = gtk_menu_button_new ();
  box->face = gtk_event_box_new ();
  gtk_event_box_set_visible_window (GTK_EVENT_BOX (box->face), FALSE);
  gtk_box_pack_start (GTK_BOX (line), box->face, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (line), gtk_image_new_from_icon_name ("pan-down-symbolic", GTK_ICON_SIZE_BUTTON), FALSE,
                    FALSE, 0);
  gtk_container_add (GTK_CONTAINER (box->button), line);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (box->button), new_popover (box));
  return box->button;
}

ArraCheckpointBox *
arra_checkpoint_box_new (void (*chosen) (gpointer data),
                         void (*get) (gpointer data),
                         void (*add_folder) (gpointer data),
                         void (*opened) (gpointer data),
                         gpointer data)
{
  ArraCheckpointBox *box = g_new0 (ArraCheckpointBox, 1);
  GtkWidget *button = new_button (box);

  box->chosen = chosen;
  box->get = get;
  box->add_folder = add_folder;
  box->opened = opened;
  box->data = data;
  box->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, ARRA_FORM_GAP);
  gtk_container_add (GTK_CONTAINER (box->root), arra_form_heading (_ ("C_heckpoint"), button));
  gtk_container_add (GTK_CONTAINER (box->root), button);
  show_face (box);
  g_object_set_data_full (G_OBJECT (box->root), "arra-checkpoint-box", box, free_box);
  return box;
}

GtkWidget *
arra_checkpoint_box_widget (ArraCheckpointBox *box)
{
  return box->root;
}

/* What cannot be used comes last; the order stays else. */
static int
compare_use (gconstpointer a, gconstpointer b)
{
  g_autofree char *problem_a = arra_checkpoint_box_problem (*(ArraFound *const *) a),
                  *problem_b = arra_checkpoint_box_problem (*(ArraFound *const *) b);

  return (problem_a != NULL) - (problem_b != NULL);
}

static gboolean
is_same (const ArraFound *found, const ArraFound *other)
{
  if (strcmp (found->path, other->path) != 0 || g_strcmp0 (found->problem, other->problem) != 0)
    return FALSE;
  return found->checkpoint == NULL || other->checkpoint == NULL
         || strcmp (arra_checkpoint_fingerprint (found->checkpoint), arra_checkpoint_fingerprint (other->checkpoint))
                == 0;
}

static gboolean
are_same (const GPtrArray *found, const GPtrArray *other)
{
  if (other == NULL || found->len != other->len)
    return FALSE;
  for (guint i = 0; i < found->len; i++)
    if (!is_same (found->pdata[i], other->pdata[i]))
      return FALSE;
  return TRUE;
}

static void
list_found (ArraCheckpointBox *box)
{
  arra_form_empty (box->list);
  for (guint i = 0; i < box->found->len; i++)
    {
      g_autofree char *problem = arra_checkpoint_box_problem (box->found->pdata[i]);

      gtk_container_add (GTK_CONTAINER (box->list), arra_checkpoint_row_new (box->found->pdata[i], problem));
    }
  gtk_widget_show_all (box->list);
}

gboolean
arra_checkpoint_box_set_found (ArraCheckpointBox *box, GPtrArray *found)
{
  g_autofree char *path = box->selected != NULL ? g_strdup (arra_checkpoint_path (box->selected)) : NULL;

  g_ptr_array_sort (found, compare_use);
  if (are_same (found, box->found))
    return FALSE;
  box->selected = NULL;
  g_clear_pointer (&box->found, g_ptr_array_unref);
  box->found = g_ptr_array_ref (found);
  list_found (box);
  if (path == NULL || !arra_checkpoint_box_select (box, path, NULL))
    show_face (box);
  return TRUE;
}

/* (nullable): the first that can be used of those */
static ArraCheckpoint *
find (const ArraCheckpointBox *box, const char *path, const char *fingerprint)
{
  for (guint i = 0; box->found != NULL && i < box->found->len; i++)
    {
      const ArraFound *found = box->found->pdata[i];
      g_autofree char *problem = arra_checkpoint_box_problem (found);

      if (problem != NULL || (path != NULL && strcmp (found->path, path) != 0 && g_strcmp0 (found->name, path) != 0)
          || (fingerprint != NULL && strcmp (arra_checkpoint_fingerprint (found->checkpoint), fingerprint) != 0))
        continue;
      return found->checkpoint;
    }
  return NULL;
}

gboolean
arra_checkpoint_box_select (ArraCheckpointBox *box, const char *path, const char *fingerprint)
{
  ArraCheckpoint *checkpoint = find (box, path, fingerprint);

  if (checkpoint != NULL)
    select_checkpoint (box, checkpoint);
  return checkpoint != NULL;
}

ArraCheckpoint *
arra_checkpoint_box_find (const ArraCheckpointBox *box, const char *fingerprint)
{
  return find (box, NULL, fingerprint);
}

gboolean
arra_checkpoint_box_select_first (ArraCheckpointBox *box)
{
  return arra_checkpoint_box_select (box, NULL, NULL);
}

ArraCheckpoint *
arra_checkpoint_box_get (ArraCheckpointBox *box)
{
  return box->selected;
}
