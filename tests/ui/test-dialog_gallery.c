/* test-dialog_gallery.c - pictures outlive the dialog, and come back as they were
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gallery.h>
#include <string.h>

#include "dialog_case.h"
#include "fixture.h"

#define SIZED "[Dialog]\nprompt=a word\nsized=true\nwidth=32\nheight=32\ninsert=native\nseed=7\nkeep-seed=true\n"

static char *gallery;

static void
begin (Case *self, gconstpointer data)
{
  case_begin (self, data);
  self->gallery = gallery = g_build_filename (self->folder, "data", "gallery", NULL);
}

static void
end (Case *self, gconstpointer data)
{
  case_end (self, data);
  g_clear_pointer (&gallery, g_free);
}

static GPtrArray *
kept (void)
{
  return arra_gallery_list (gallery);
}

static guint
n_kept (void)
{
  g_autoptr (GPtrArray) ids = kept ();

  return ids->len;
}

static void
count_tiles (GtkWidget *widget, gpointer data)
{
  guint *n = data;

  *n += GTK_IS_FLOW_BOX_CHILD (widget) ? 1 : 0;
}

static guint
n_tiles (Case *self)
{
  guint n = 0;

  case_walk (self->dialog->gallery, count_tiles, &n);
  return n;
}

static void
open_gallery (Case *self, guint n)
{
  case_pick (self, "Gallery…");
  g_assert_nonnull (self->dialog->gallery);
  while (n_tiles (self) < n)
    g_main_context_iteration (NULL, TRUE);
}

static GtkWidget *
part (Case *self, GType type, const char *name)
{
  GtkWidget *found = case_find (self->dialog->gallery, type, name);

  if (found == NULL)
    g_error ("the gallery has no %s", name);
  return found;
}

static void
choose (Case *self, int index)
{
  GtkFlowBox *flow = GTK_FLOW_BOX (part (self, GTK_TYPE_FLOW_BOX, "Pictures made before"));

  gtk_flow_box_select_child (flow, gtk_flow_box_get_child_at_index (flow, index));
  case_idle ();
}

static void
press (Case *self, const char *name)
{
  GtkWidget *button = part (self, GTK_TYPE_BUTTON, name);

  g_assert_true (gtk_widget_is_sensitive (button));
  gtk_button_clicked (GTK_BUTTON (button));
}

static void
wait_results (Case *self, guint n)
{
  while (arra_results_length (self->dialog->results) < n || arra_work_is_running (self->dialog->work))
    g_main_context_iteration (NULL, TRUE);
  case_idle ();
}

/* Closed without inserting anything, and opened again: the very pixels, to be inserted as any. */
static void
test_same_picture (Case *self, gconstpointer data)
{
  g_autofree guint8 *pixels = NULL;
  const gsize size = 32 * 32 * 3;
  const ArraMade *made;

  case_open (self, SIZED "count=2\n");
  case_generate (self);
  pixels = g_memdup2 (arra_results_current (self->dialog->results)->picture.pixels, size);
  case_close (self);
  g_assert_cmpuint (n_kept (), ==, 2);
  case_open (self, "");
  open_gallery (self, 2);
  choose (self, 0);
  press (self, "Same Picture");
  wait_results (self, 1);
  made = arra_results_current (self->dialog->results);
  g_assert_cmpuint (made->picture.width, ==, 32);
  g_assert_cmpuint (made->answer, ==, 1);
  g_assert_cmpmem (made->picture.pixels, size, pixels, size);
  g_assert_cmpstr (made->prompt, ==, "a word");
  press (self, "Same Picture");
  wait_results (self, 1);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 1);
  case_press (self, "Insert");
  g_assert_cmpuint (self->inserted->len, ==, 1);
  g_assert_cmpstr (self->inserted->pdata[0], ==, "native 7/1");
  g_assert_cmpuint (n_kept (), ==, 2);
}

static void
test_new_seed (Case *self, gconstpointer data)
{
  const ArraMade *made;

  case_open (self, SIZED);
  case_generate (self);
  arra_prompt_box_set (self->dialog->prompt, "something else");
  open_gallery (self, 1);
  choose (self, 0);
  press (self, "Same Settings, New Seed");
  wait_results (self, 2);
  made = arra_results_current (self->dialog->results);
  g_assert_cmpstr (made->prompt, ==, "a word");
  g_assert_cmpuint (made->seed, !=, 7);
  g_assert_cmpuint (made->picture.width, ==, 32);
  g_assert_cmpuint (n_kept (), ==, 2);
}

/* Thumbnails come by themselves, for what is in sight. */
static void
test_thumbnails (Case *self, gconstpointer data)
{
  GtkWidget *flow;
  GtkWidget *image = NULL;

  case_open (self, SIZED);
  case_generate (self);
  open_gallery (self, 1);
  flow = part (self, GTK_TYPE_FLOW_BOX, "Pictures made before");
  image = case_find (GTK_WIDGET (gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (flow), 0)), GTK_TYPE_IMAGE, NULL);
  g_assert_nonnull (image);
  while (gtk_image_get_storage_type (GTK_IMAGE (image)) != GTK_IMAGE_SURFACE)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_favourites_and_deleting (Case *self, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = NULL;

  case_open (self, SIZED "count=3\n");
  case_generate (self);
  ids = kept ();
  open_gallery (self, 3);
  choose (self, 2);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (part (self, GTK_TYPE_TOGGLE_BUTTON, "Favourite")), TRUE);
  while (!arra_gallery_is_favourite (gallery, ids->pdata[2]))
    g_main_context_iteration (NULL, FALSE);
  choose (self, 0);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (part (self, GTK_TYPE_TOGGLE_BUTTON, "Favourite"))));
  press (self, "Delete");
  gtk_window_close (GTK_WINDOW (self->dialog->gallery));
  while (self->dialog->gallery != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_kept (), ==, 2);
  open_gallery (self, 2);
  press (self, "Delete All…");
  {
    g_autoptr (GList) windows = gtk_window_list_toplevels ();

    for (GList *at = windows; at != NULL; at = at->next)
      if (GTK_IS_MESSAGE_DIALOG (at->data))
        gtk_dialog_response (GTK_DIALOG (at->data), GTK_RESPONSE_ACCEPT);
  }
  while (n_kept () > 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_tiles (self), ==, 0);
}

/* Switched off, nothing is written; prompts that are not remembered are not kept here either. */
static void
test_private (Case *self, gconstpointer data)
{
  g_autofree char *saved = NULL;
  g_autoptr (GPtrArray) ids = NULL;
  g_autoptr (ArraGalleryItem) item = NULL;

  case_open (self, SIZED "remember=false\n");
  arra_prompt_box_set (self->dialog->prompt, "a secret");
  case_generate (self);
  ids = kept ();
  g_assert_cmpuint (ids->len, ==, 1);
  item = arra_gallery_look (gallery, ids->pdata[0]);
  g_assert_null (item->problem);
  g_assert_null (item->prompt);
  open_gallery (self, 1);
  choose (self, 0);
  press (self, "Same Picture");
  wait_results (self, 2);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (part (self, GTK_TYPE_CHECK_BUTTON, "Keep new pictures here")),
                                FALSE);
  case_generate (self);
  g_assert_cmpuint (n_kept (), ==, 1);
  saved = case_saved (self);
  g_assert_nonnull (strstr (saved, "gallery=false"));
}

/* A file that is cut is said, and can be deleted; a checkpoint that is gone is, too. */
static void
test_broken (Case *self, gconstpointer data)
{
  case_open (self, SIZED);
  case_generate (self);
  fixture_put (gallery, "1000000000000000-0.tokens.json", "{\"arra_tokens\": 1,", -1);
  open_gallery (self, 2);
  choose (self, 1);
  g_assert_true (case_is_shown (self->dialog->gallery, "1000000000000000-0.tokens.json"));
  g_assert_false (gtk_widget_is_sensitive (part (self, GTK_TYPE_BUTTON, "Same Picture")));
  press (self, "Delete");
  while (n_kept () > 1)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_tiles (self), ==, 1);
}

/* What is made from an image of the user's is not kept: its tokens would hold that image. */
static void
test_scene (Case *self, gconstpointer data)
{
  self->task = ARRA_TASK_VARY;
  self->scene = arra_scene_new (1, 0, 0, 40, 32, FALSE, NULL);
  memset (self->scene->pixels, 90, 40 * 32 * 3);
  case_open (self, SIZED);
  case_generate (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 1);
  g_assert_cmpuint (n_kept (), ==, 0);
}

int
main (int argc, char **argv)
{
  static const CaseTest cases[] = {
    { "/ui/dialog-gallery/same-picture", test_same_picture },
    { "/ui/dialog-gallery/new-seed", test_new_seed },
    { "/ui/dialog-gallery/thumbnails", test_thumbnails },
    { "/ui/dialog-gallery/favourites-and-deleting", test_favourites_and_deleting },
    { "/ui/dialog-gallery/private", test_private },
    { "/ui/dialog-gallery/broken", test_broken },
    { "/ui/dialog-gallery/scene", test_scene },
  };

  case_init (&argc, &argv);
  return case_run (cases, G_N_ELEMENTS (cases), begin, end);
}
