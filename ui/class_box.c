/* class_box.c - a prompt that is one of the classes which a checkpoint makes pictures of: found by its names or its
 * number
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "class_box.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "class_list.h"
#include "form.h"
#include "words.h"

#define LIST_HEIGHT 84 /* pixels: as much as the text of other prompts has */
#define LONGEST_NAME 200
#define NUMBER_WIDTH 48 /* pixels */

enum
{
  COLUMN_CLASS,
  COLUMN_NAME,
  COLUMN_OTHERS,
  COLUMN_NUMBER,
  N_COLUMNS,
};

struct _ArraClassBox
{
  GtkWidget *root, *entry, *scrolled, *view;
  ArraClassList *list;
  gboolean choosing; /* the text is set to a name of a row, which stays where it is */
  void (*changed) (gpointer data);
  void (*submit) (gpointer data);
  gpointer data;
};

/* ---- the rows */

static void
append (const ArraClassBox *box, GtkListStore *store, guint class)
{
  g_autofree char *name = arra_words_plain (arra_class_list_name (box->list, class), LONGEST_NAME);
  g_autofree char *others = arra_words_plain (arra_class_list_others (box->list, class), LONGEST_NAME);
  g_autofree char *number = g_strdup_printf ("%u", class);

  gtk_list_store_insert_with_values (store, NULL, -1, COLUMN_CLASS, class, COLUMN_NAME, name, COLUMN_OTHERS, others,
                                     COLUMN_NUMBER, number, -1);
}

/* Those that the text may mean, the likeliest first. */
static void
fill (ArraClassBox *box)
{
  g_autoptr (GArray) found = arra_class_list_search (box->list, gtk_entry_get_text (GTK_ENTRY (box->entry)));
  g_autoptr (GtkListStore) store
      = gtk_list_store_new (N_COLUMNS, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);

  for (guint i = 0; i < found->len; i++)
    append (box, store, g_array_index (found, guint, i));
  gtk_tree_view_set_model (GTK_TREE_VIEW (box->view), GTK_TREE_MODEL (store));
}

/* The first row. FALSE: there is none. */
static gboolean
first_class (const ArraClassBox *box, guint *class)
{
  GtkTreeModel *model = gtk_tree_view_get_model (GTK_TREE_VIEW (box->view));
  GtkTreeIter iter;

  if (model == NULL || !gtk_tree_model_get_iter_first (model, &iter))
    return FALSE;
  gtk_tree_model_get (model, &iter, COLUMN_CLASS, class, -1);
  return TRUE;
}

static void
choose (ArraClassBox *box, guint class)
{
  g_autofree char *text = arra_class_list_text (box->list, class);

  box->choosing = TRUE;
  gtk_entry_set_text (GTK_ENTRY (box->entry), text);
  gtk_editable_set_position (GTK_EDITABLE (box->entry), -1);
  box->choosing = FALSE;
}

static void
row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column, gpointer data)
{
  ArraClassBox *box = data;
  GtkTreeModel *model = gtk_tree_view_get_model (view);
  GtkTreeIter iter;
  guint class;

  if (!gtk_tree_model_get_iter (model, &iter, path))
    return;
  gtk_tree_model_get (model, &iter, COLUMN_CLASS, &class, -1);
  choose (box, class);
}

/* ---- the text */

static void
text_changed (GtkEditable *entry, gpointer data)
{
  ArraClassBox *box = data;

  if (!box->choosing)
    fill (box);
  box->changed (box->data);
}

/* Enter takes the class that the text begins, and generates when it is clear which one it means. */
static void
activated (GtkEntry *entry, gpointer data)
{
  ArraClassBox *box = data;
  const char *text = gtk_entry_get_text (entry);
  guint class;

  if (*text != '\0' && arra_class_list_count (box->list, text) != 1 && first_class (box, &class))
    {
      const gboolean single
          = gtk_tree_model_iter_n_children (gtk_tree_view_get_model (GTK_TREE_VIEW (box->view)), NULL) == 1;

      choose (box, class);
      if (!single)
        return;
    }
  box->submit (box->data);
}

/* Ctrl+Enter does as Enter, here as in a text. */
static gboolean
key_pressed (GtkWidget *entry, GdkEventKey *event, gpointer data)
{
  ArraClassBox *box = data;
  g_autoptr (GtkTreePath) first = NULL;
  guint class;

  if (arra_form_is_enter (event) && (event->state & GDK_CONTROL_MASK) != 0)
    {
      activated (GTK_ENTRY (entry), box);
      return GDK_EVENT_STOP;
    }
  if ((event->keyval != GDK_KEY_Down && event->keyval != GDK_KEY_KP_Down) || !first_class (box, &class))
    return GDK_EVENT_PROPAGATE;
  first = gtk_tree_path_new_first ();
  gtk_widget_grab_focus (box->view);
  gtk_tree_view_set_cursor (GTK_TREE_VIEW (box->view), first, NULL, FALSE);
  return GDK_EVENT_STOP;
}

/* The row that the keyboard is at is the one that was chosen. */
static gboolean
is_at_chosen (const ArraClassBox *box)
{
  GtkTreeView *view = GTK_TREE_VIEW (box->view);
  GtkTreeModel *model = gtk_tree_view_get_model (view);
  g_autoptr (GtkTreePath) path = NULL;
  g_autofree char *text = NULL;
  GtkTreeIter iter;
  guint class;

  gtk_tree_view_get_cursor (view, &path, NULL);
  if (path == NULL || !gtk_tree_model_get_iter (model, &iter, path))
    return FALSE;
  gtk_tree_model_get (model, &iter, COLUMN_CLASS, &class, -1);
  text = arra_class_list_text (box->list, class);
  return g_str_equal (text, gtk_entry_get_text (GTK_ENTRY (box->entry)));
}

/* Enter takes the row's class, and generates when it is taken already; Ctrl+Enter does both. */
static gboolean
row_key_pressed (GtkWidget *view, GdkEventKey *event, gpointer data)
{
  ArraClassBox *box = data;
  g_autoptr (GtkTreePath) path = NULL;

  if (!arra_form_is_enter (event) || (!is_at_chosen (box) && (event->state & GDK_CONTROL_MASK) == 0))
    return GDK_EVENT_PROPAGATE;
  gtk_tree_view_get_cursor (GTK_TREE_VIEW (view), &path, NULL);
  if (path != NULL)
    row_activated (GTK_TREE_VIEW (view), path, NULL, box);
  box->submit (box->data);
  return GDK_EVENT_STOP;
}

/* ---- the widget */

static void
add_column (GtkTreeView *view, int column)
{
  GtkCellRenderer *cell = gtk_cell_renderer_text_new ();
  GtkTreeViewColumn *shown = gtk_tree_view_column_new_with_attributes (NULL, cell, "text", column, NULL);

  g_object_set (cell, "ellipsize", PANGO_ELLIPSIZE_END, "sensitive", column == COLUMN_NAME, NULL);
  gtk_tree_view_column_set_sizing (shown, GTK_TREE_VIEW_COLUMN_FIXED);
  gtk_tree_view_column_set_expand (shown, column != COLUMN_NUMBER);
  if (column == COLUMN_NUMBER)
    gtk_tree_view_column_set_fixed_width (shown, NUMBER_WIDTH);
  gtk_tree_view_append_column (view, shown);
}

static GtkWidget *
new_rows (ArraClassBox *box)
{
  GtkTreeView *view = GTK_TREE_VIEW (box->view = gtk_tree_view_new ());

  for (int column = COLUMN_NAME; column < N_COLUMNS; column++)
    add_column (view, column);
  gtk_tree_view_set_headers_visible (view, FALSE);
  gtk_tree_view_set_enable_search (view, FALSE);
  gtk_tree_view_set_fixed_height_mode (view, TRUE);
  gtk_tree_view_set_activate_on_single_click (view, TRUE);
  gtk_tree_view_set_tooltip_column (view, COLUMN_OTHERS);
  arra_form_name (box->view, _ ("Classes"));
  g_signal_connect (view, "row-activated", G_CALLBACK (row_activated), box);
  g_signal_connect (view, "key-press-event", G_CALLBACK (row_key_pressed), box);
  box->scrolled = arra_form_scrolled (box->view, _ ("Classes"), TRUE);
  gtk_widget_set_size_request (box->scrolled, -1, LIST_HEIGHT);
  return box->scrolled;
}

static void
free_box (gpointer data)
{
  ArraClassBox *box = data;

  arra_class_list_free (box->list);
  g_free (box);
}

ArraClassBox *
arra_class_box_new (void (*changed) (gpointer data), void (*submit) (gpointer data), gpointer data)
{
  static const char *const none[] = { NULL };
  ArraClassBox *box = g_new0 (ArraClassBox, 1);

  box->changed = changed;
  box->submit = submit;
  box->data = data;
  box->list = arra_class_list_new (none);
  box->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  box->entry = gtk_search_entry_new ();
  arra_form_name (box->entry, _ ("Class"));
  gtk_entry_set_placeholder_text (GTK_ENTRY (box->entry), _ ("A name, or a number"));
  gtk_container_add (GTK_CONTAINER (box->root), box->entry);
  gtk_container_add (GTK_CONTAINER (box->root), new_rows (box));
  g_signal_connect (box->entry, "changed", G_CALLBACK (text_changed), box);
  g_signal_connect (box->entry, "activate", G_CALLBACK (activated), box);
  g_signal_connect (box->entry, "key-press-event", G_CALLBACK (key_pressed), box);
  g_object_set_data_full (G_OBJECT (box->root), "arra-class-box", box, free_box);
  return box;
}

GtkWidget *
arra_class_box_widget (ArraClassBox *box)
{
  return box->root;
}

GtkWidget *
arra_class_box_entry (ArraClassBox *box)
{
  return box->entry;
}

void
arra_class_box_set_classes (ArraClassBox *box, const char *const *classes)
{
  arra_class_list_free (box->list);
  box->list = arra_class_list_new (classes);
  gtk_widget_set_visible (box->scrolled, classes[0] != NULL);
  fill (box);
}

gboolean
arra_class_box_is_searching (ArraClassBox *box)
{
  guint class;

  return first_class (box, &class) && arra_class_list_count (box->list, arra_class_box_get (box)) == 0;
}

const char *
arra_class_box_get (ArraClassBox *box)
{
  return gtk_entry_get_text (GTK_ENTRY (box->entry));
}

void
arra_class_box_set (ArraClassBox *box, const char *text)
{
  gtk_entry_set_text (GTK_ENTRY (box->entry), text);
}
