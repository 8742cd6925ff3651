/* dialog_case.c - the dialog with a host that a test makes up, and hands for its widgets
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog_case.h"

#include <string.h>

#include "fixture.h"

/* ---- the host */

static gboolean
insert (const ArraDialogInsert *what, gpointer data, GError **error)
{
  Case *self = data;

  self->back = what->pictures[what->n_pictures - 1].scene;
  for (guint i = 0; i < what->n_pictures; i++)
    g_ptr_array_add (self->inserted, g_strdup_printf ("%s %" G_GUINT64_FORMAT "/%u", arra_insert_mode_name (what->mode),
                                                      what->pictures[i].seed, what->pictures[i].answer));
  return TRUE;
}

static void
describe (ArraDialogPlace *place, gpointer data)
{
  const Case *self = data;

  *place = self->place;
  place->has_recipe = self->recipe != NULL;
  place->image = self->aimed;
}

static GPtrArray *
list_images (gpointer data)
{
  const Case *self = data;
  GPtrArray *images = arra_dialog_images_new ();

  for (guint i = 1; i <= self->n_images; i++)
    {
      g_autofree char *name = g_strdup_printf ("image-%u", i);
      arra_dialog_images_add (images, (int) i, name);
    }
  return images;
}

static void
aim (int image, gpointer data)
{
  Case *self = data;

  self->aimed = image;
  self->place.has_image = image > 0;
}

static ArraScene *
look (const ArraDialogLook *what, gpointer data, GError **error)
{
  const Case *self = data;

  if (self->scene == NULL)
    g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT, "there is nothing to look at");
  return self->scene != NULL ? arra_scene_ref (self->scene) : NULL;
}

static char *
recipe_of_layer (gpointer data, GError **error)
{
  return g_strdup (((Case *) data)->recipe);
}

static gboolean
help (gpointer data, GError **error)
{
  const Case *self = data;

  if (self->help_fault != NULL)
    g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND, self->help_fault);
  return self->help_fault == NULL;
}

/* ---- the case */

static void
make_checkpoint (Case *self, const char *name, gboolean medical)
{
  Fixture fixture;
  g_autofree char *path = g_build_filename (self->folder, "checkpoints", name, NULL);
  g_autofree char *card
      = g_strdup_printf ("{\"name\": \"%s\", %s}", name,
                         medical ? "\"medical\": true, \"words\": [\"chest\"]"
                                 : "\"medical\": false, \"example_prompts\": [\"an example to click\"]");
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_init_named (&fixture, "tiny"));
  fixture.seed = medical ? 2 : 1;
  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  g_assert_true (fixture_write (&fixture, path, &error));
  g_assert_no_error (error);
  fixture_put (path, "arra.json", card, -1);
}

void
case_begin (Case *self, gconstpointer data)
{
  /* what is closed is closed at once: a list that is still fading out is not filled again when it opens */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  self->folder = fixture_directory ();
  self->settings_path = g_build_filename (self->folder, "dialog.ini", NULL);
  self->inserted = g_ptr_array_new_with_free_func (g_free);
  make_checkpoint (self, "plain", FALSE);
  make_checkpoint (self, "medical", TRUE);
}

void
case_open (Case *self, const char *settings)
{
  static const char *folders[] = { NULL, NULL };

  g_free ((char *) folders[0]);
  folders[0] = g_build_filename (self->folder, "checkpoints", NULL);
  if (*settings != '\0')
    fixture_put (self->folder, "dialog.ini", settings, -1);
  self->host = (ArraDialogHost) { .insert = insert,
                                  .describe = describe,
                                  .images = self->n_images > 0 ? list_images : NULL,
                                  .aim = aim,
                                  .task = self->task,
                                  .look = look,
                                  .recipe_of_layer = recipe_of_layer,
                                  .help = help,
                                  .data = self,
                                  .settings_path = self->settings_path,
                                  .gallery_path = self->gallery,
                                  .x11_parent = self->x11_parent,
                                  .folders = folders };
  self->dialog = arra_dialog_new (&self->host);
  gtk_widget_show (self->dialog->window);
  case_wait_found (self);
}

void
case_close (Case *self)
{
  gtk_widget_destroy (self->dialog->window);
  arra_dialog_save (self->dialog);
  g_clear_pointer (&self->dialog, arra_dialog_destroy);
  case_idle ();
}

char *
case_saved (Case *self)
{
  char *text;

  g_assert_true (g_file_get_contents (self->settings_path, &text, NULL, NULL));
  return text;
}

void
case_end (Case *self, gconstpointer data)
{
  g_clear_pointer (&self->dialog, arra_dialog_destroy);
  case_idle ();
  g_ptr_array_unref (self->inserted);
  g_clear_pointer (&self->scene, arra_scene_unref);
  fixture_remove (self->folder);
  g_free (self->folder);
  g_free (self->settings_path);
}

void
case_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  gtk_init (argc, argv);
}

int
case_run (const CaseTest *cases, gsize n, CaseFunc begin, CaseFunc end)
{
  for (gsize i = 0; i < n; i++)
    g_test_add (cases[i].name, Case, NULL, begin, cases[i].run, end);
  return g_test_run ();
}

/* ---- the main loop */

void
case_idle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
case_wait_found (Case *self)
{
  while (self->dialog->finding != NULL)
    g_main_context_iteration (NULL, TRUE);
  case_idle ();
}

void
case_generate (Case *self)
{
  gtk_button_clicked (GTK_BUTTON (self->dialog->generate));
  while (arra_work_is_running (self->dialog->work))
    g_main_context_iteration (NULL, TRUE);
  case_idle ();
}

void
case_choose (Case *self, const char *name)
{
  GtkWidget *row = case_get (self, GTK_TYPE_LIST_BOX_ROW, name);

  g_signal_emit_by_name (gtk_widget_get_parent (row), "row-activated", row);
  case_idle ();
}

/* ---- widgets */

static void
walk_more (GtkWidget *widget, gpointer data)
{
  gpointer *pair = data;

  case_walk (widget, (GtkCallback) pair[0], pair[1]);
}

void
case_walk (GtkWidget *root, GtkCallback func, gpointer data)
{
  gpointer pair[] = { (gpointer) func, data };

  func (root, data);
  if (GTK_IS_MENU_BUTTON (root) && gtk_menu_button_get_popover (GTK_MENU_BUTTON (root)) != NULL)
    case_walk (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (root))), func, data);
  if (GTK_IS_CONTAINER (root))
    gtk_container_forall (GTK_CONTAINER (root), walk_more, pair);
}

typedef struct
{
  GType type;
  const char *name;
  GtkWidget *found;
} Wanted;

static void
compare (GtkWidget *widget, gpointer data)
{
  Wanted *wanted = data;

  if (wanted->found == NULL && g_type_is_a (G_OBJECT_TYPE (widget), wanted->type)
      && g_strcmp0 (atk_object_get_name (gtk_widget_get_accessible (widget)), wanted->name) == 0)
    wanted->found = widget;
}

GtkWidget *
case_find (GtkWidget *root, GType type, const char *name)
{
  Wanted wanted = { type, name, NULL };

  case_walk (root, compare, &wanted);
  return wanted.found;
}

GtkWidget *
case_get (Case *self, GType type, const char *name)
{
  GtkWidget *found = case_find (self->dialog->window, type, name);

  if (found == NULL)
    g_error ("there is no %s called %s", g_type_name (type), name);
  return found;
}

static void
look_for_text (GtkWidget *widget, gpointer data)
{
  Wanted *wanted = data;

  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget)
      && strstr (gtk_label_get_text (GTK_LABEL (widget)), wanted->name) != NULL)
    wanted->found = widget;
}

gboolean
case_is_shown (GtkWidget *root, const char *text)
{
  Wanted wanted = { GTK_TYPE_LABEL, text, NULL };

  case_walk (root, look_for_text, &wanted);
  return wanted.found != NULL;
}

gboolean
case_shows (Case *self, const char *text)
{
  return case_is_shown (self->dialog->window, text);
}

static void
compare_item (GtkWidget *widget, gpointer data)
{
  Wanted *wanted = data;

  if (GTK_IS_MENU_ITEM (widget)
      && g_strcmp0 (atk_object_get_name (gtk_widget_get_accessible (widget)), wanted->name) == 0)
    wanted->found = widget;
}

void
case_pick (Case *self, const char *name)
{
  GtkWidget *more = case_get (self, GTK_TYPE_MENU_BUTTON, "More");
  Wanted wanted = { GTK_TYPE_MENU_ITEM, name, NULL };

  case_walk (GTK_WIDGET (gtk_menu_button_get_popup (GTK_MENU_BUTTON (more))), compare_item, &wanted);
  if (wanted.found == NULL)
    g_error ("there is no %s in the menu", name);
  g_assert_true (gtk_widget_is_sensitive (wanted.found));
  gtk_menu_item_activate (GTK_MENU_ITEM (wanted.found));
  case_idle ();
}

void
case_press (Case *self, const char *name)
{
  GtkWidget *button = case_get (self, GTK_TYPE_BUTTON, name);

  g_assert_true (gtk_widget_is_sensitive (button));
  gtk_button_clicked (GTK_BUTTON (button));
  case_idle ();
}

void
case_key (GtkWidget *widget, guint key, GdkModifierType state)
{
  GdkEvent *event = gdk_event_new (GDK_KEY_PRESS);
  GdkWindow *window = gtk_widget_get_window (widget);

  event->key.window = g_object_ref (window);
  event->key.keyval = key;
  event->key.state = state;
  gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (gdk_window_get_display (window))));
  gtk_widget_event (widget, event);
  gdk_event_free (event);
  case_idle ();
}
