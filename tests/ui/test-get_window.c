/* test-get_window.c - from nothing to a checkpoint in the open dialog, by pressing buttons
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "dialog_case.h"
#include "fixture.h"
#include "golden_hub.h"

static char *home; /* for data: of all tests, as GLib asks for it once */

typedef struct
{
  Case dialog;
  GoldenHub hub;
  GtkWidget *window; /* "Get Checkpoints" */
} Getting;

static void
set_up (Getting *fixture, gconstpointer data)
{
  g_autofree char *model = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "e2e", "model", NULL),
                  *checkpoints = NULL;

  golden_hub_begin (&fixture->hub);
  golden_hub_put_catalogue (home, model);
  g_setenv ("HF_ENDPOINT", fixture->hub.url, TRUE);
  case_begin (&fixture->dialog, data);
  checkpoints = g_build_filename (fixture->dialog.folder, "checkpoints", NULL);
  fixture_remove (checkpoints); /* there is nothing yet */
}

static void
tear_down (Getting *fixture, gconstpointer data)
{
  if (fixture->window != NULL)
    gtk_widget_destroy (fixture->window);
  case_end (&fixture->dialog, data);
  golden_hub_end (&fixture->hub);
  fixture_remove (home);
}

static void
find_window (GtkWidget *widget, gpointer data)
{
  Getting *fixture = data;

  if (GTK_IS_WINDOW (widget) && g_strcmp0 (gtk_window_get_title (GTK_WINDOW (widget)), "Get Checkpoints") == 0)
    fixture->window = widget;
}

static GtkWidget *
get (Getting *fixture, GType type, const char *name)
{
  GtkWidget *widget = case_find (fixture->window, type, name);

  g_assert_nonnull (widget);
  return widget;
}

/* Runs the main loop until what is named can be pressed. */
static void
wait_for (Getting *fixture, GType type, const char *name)
{
  GtkWidget *widget;

  do
    g_main_context_iteration (NULL, TRUE);
  while ((widget = case_find (fixture->window, type, name)) == NULL || !gtk_widget_is_visible (widget)
         || !gtk_widget_is_sensitive (widget));
}

static void
wait_for_words (Getting *fixture, const char *words)
{
  while (!case_is_shown (fixture->window, words))
    g_main_context_iteration (NULL, TRUE);
}

static void
press (Getting *fixture, const char *name)
{
  gtk_button_clicked (GTK_BUTTON (get (fixture, GTK_TYPE_BUTTON, name)));
}

static void
choose (Getting *fixture, int index)
{
  GtkListBox *list = GTK_LIST_BOX (get (fixture, GTK_TYPE_LIST_BOX, "Checkpoints to get"));

  gtk_list_box_select_row (list, gtk_list_box_get_row_at_index (list, index));
}

/* The dialog without a checkpoint, and the list of those that can be got. */
static void
open_window (Getting *fixture)
{
  g_autoptr (GList) windows = NULL;

  case_open (&fixture->dialog, "");
  g_assert_null (arra_checkpoint_box_get (fixture->dialog.dialog->checkpoints));
  case_press (&fixture->dialog, "Get Checkpoints…");
  windows = gtk_window_list_toplevels ();
  g_list_foreach (windows, (GFunc) (void (*) (void)) find_window, fixture);
  g_assert_nonnull (fixture->window);
  g_object_add_weak_pointer (G_OBJECT (fixture->window), (gpointer *) &fixture->window);
  wait_for_words (fixture, "A little fox");
}

static void
test_got (Getting *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (home, "arra", "checkpoints", "fox-f16.gguf", NULL);
  g_autofree char *fetched
      = g_build_filename (home, "arra", "checkpoints", ".fetch", "fox--little", GOLDEN_HUB_COMMIT, NULL);
  GtkWidget *agree;

  open_window (fixture);
  g_assert_cmpuint (server_sent (fixture->hub.server), ==, 0);
  g_assert_true (case_is_shown (fixture->window, "on this computer (estimated)"));
  choose (fixture, 0);
  g_assert_true (case_is_shown (fixture->window, "of all foxes"));
  press (fixture, "Get…");
  agree = get (fixture, GTK_TYPE_CHECK_BUTTON, "I have read the licence and agree to it");
  wait_for (fixture, GTK_TYPE_CHECK_BUTTON, "I have read the licence and agree to it");
  g_assert_true (case_is_shown (fixture->window, "of-foxes"));
  g_assert_false (gtk_widget_is_sensitive (get (fixture, GTK_TYPE_BUTTON, "Fetch")));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (agree), TRUE);
  press (fixture, "Fetch");
  wait_for (fixture, GTK_TYPE_BUTTON, "Delete What Was Fetched");
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  while (arra_checkpoint_box_get (fixture->dialog.dialog->checkpoints) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (arra_checkpoint_path (arra_checkpoint_box_get (fixture->dialog.dialog->checkpoints)), ==, path);
  g_assert_true (g_file_test (fetched, G_FILE_TEST_EXISTS));
  press (fixture, "Delete What Was Fetched");
  g_assert_false (g_file_test (fetched, G_FILE_TEST_EXISTS));
}

/* What stands for a file manager writes down what it is asked to show. */
static void
put_file_manager (const char *seen)
{
  g_autofree char *applications = g_build_filename (home, "applications", NULL),
                  *entry = g_build_filename (applications, "shows.desktop", NULL),
                  *list = g_build_filename (applications, "mimeapps.list", NULL);
  g_autofree char *text = g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Shows\nMimeType=inode/directory;\n"
                                           "Exec=sh -c 'echo \"$1\" > %s.part; mv %s.part %s' shows %%f\n",
                                           seen, seen, seen);

  g_assert_cmpint (g_mkdir_with_parents (applications, 0700), ==, 0);
  g_assert_true (g_file_set_contents (entry, text, -1, NULL));
  g_assert_true (g_file_set_contents (list, "[Default Applications]\ninode/directory=shows.desktop\n", -1, NULL));
}

/* The folder is made and shown; nothing is contacted. */
static void
test_folder (Getting *fixture, gconstpointer data)
{
  g_autofree char *seen = g_build_filename (home, "seen", NULL),
                  *folder = g_build_filename (home, "arra", "checkpoints\n", NULL), *text = NULL;

  put_file_manager (seen);
  open_window (fixture);
  press (fixture, "Open Folder");
  while (!g_file_get_contents (seen, &text, NULL, NULL))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (text, ==, folder);
  g_assert_cmpuint (server_sent (fixture->hub.server), ==, 0);
}

static void
find_chooser (GtkWidget *widget, gpointer data)
{
  if (GTK_IS_FILE_CHOOSER (widget))
    *(GtkWidget **) data = widget;
}

static void
choose_file (const char *path)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();
  GtkWidget *chooser = NULL;
  g_autofree char *chosen = NULL;

  g_list_foreach (windows, (GFunc) (void (*) (void)) find_chooser, &chooser);
  g_assert_nonnull (chooser);
  gtk_file_chooser_set_filename (GTK_FILE_CHOOSER (chooser), path);
  while ((chosen = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (chooser))) == NULL)
    g_main_context_iteration (NULL, TRUE);
  gtk_dialog_response (GTK_DIALOG (chooser), GTK_RESPONSE_ACCEPT);
}

/* What no computer can run says why, and cannot be chosen; what lacks a part wants it first. */
static void
test_problem (Getting *fixture, gconstpointer data)
{
  g_autofree char *vqgan = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vqgan", "f16", "vqgan.ckpt", NULL);
  GtkListBox *list;

  open_window (fixture);
  list = GTK_LIST_BOX (get (fixture, GTK_TYPE_LIST_BOX, "Checkpoints to get"));
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (gtk_list_box_get_row_at_index (list, 1))));
  g_assert_true (case_is_shown (fixture->window, "it needs about"));
  g_assert_false (gtk_widget_is_sensitive (get (fixture, GTK_TYPE_BUTTON, "Get…")));
  choose (fixture, 1);
  g_assert_true (gtk_widget_is_visible (get (fixture, GTK_TYPE_BUTTON, "Image tokenizer")));
  g_assert_false (gtk_widget_is_sensitive (get (fixture, GTK_TYPE_BUTTON, "Get…")));
  press (fixture, "Image tokenizer");
  choose_file (vqgan);
  g_assert_true (gtk_widget_is_sensitive (get (fixture, GTK_TYPE_BUTTON, "Get…")));
  g_assert_true (case_is_shown (fixture->window, "vqgan.ckpt"));
  choose (fixture, 0);
  g_assert_false (gtk_widget_is_visible (get (fixture, GTK_TYPE_BUTTON, "Image tokenizer")));
  g_assert_true (gtk_widget_is_sensitive (get (fixture, GTK_TYPE_BUTTON, "Get…")));
}

/* Without a network it says so, and can be pressed again. */
static void
test_offline (Getting *fixture, gconstpointer data)
{
  g_setenv ("HF_ENDPOINT", "http://nobody.invalid", TRUE);
  open_window (fixture);
  choose (fixture, 0);
  press (fixture, "Get…");
  wait_for_words (fixture, "no network");
  g_assert_true (gtk_widget_is_sensitive (get (fixture, GTK_TYPE_BUTTON, "Get…")));
}

static void
begin_fetch (Getting *fixture)
{
  choose (fixture, 0);
  press (fixture, "Get…");
  wait_for (fixture, GTK_TYPE_CHECK_BUTTON, "I have read the licence and agree to it");
  gtk_toggle_button_set_active (
      GTK_TOGGLE_BUTTON (get (fixture, GTK_TYPE_CHECK_BUTTON, "I have read the licence and agree to it")), TRUE);
  press (fixture, "Fetch");
}

/* A server that says nothing more is stopped, and the same press goes on. */
static void
test_stop (Getting *fixture, gconstpointer data)
{
  Route *route = server_route (fixture->hub.server,
                               "/fox/little/resolve/" GOLDEN_HUB_COMMIT "/model-00001-of-00002.safetensors");

  route->waits = TRUE;
  open_window (fixture);
  begin_fetch (fixture);
  wait_for_words (fixture, "Fetching");
  press (fixture, "Stop");
  wait_for_words (fixture, "Stopped");
  route->waits = FALSE;
  press (fixture, "Fetch");
  wait_for (fixture, GTK_TYPE_BUTTON, "Delete What Was Fetched");
}

static void
press_escape (Getting *fixture)
{
  GdkEvent *event = gdk_event_new (GDK_KEY_PRESS);

  event->key.window = g_object_ref (gtk_widget_get_window (fixture->window));
  event->key.keyval = GDK_KEY_Escape;
  gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (gdk_display_get_default ())));
  gtk_widget_event (fixture->window, event);
  gdk_event_free (event);
}

/* Escape closes it as it does any dialog, but does not take away what is coming. */
static void
test_escape (Getting *fixture, gconstpointer data)
{
  server_route (fixture->hub.server, "/fox/little/resolve/" GOLDEN_HUB_COMMIT "/model-00001-of-00002.safetensors")
      ->waits
      = TRUE;
  open_window (fixture);
  begin_fetch (fixture);
  wait_for_words (fixture, "Fetching");
  press_escape (fixture);
  case_idle ();
  press (fixture, "Stop");
  wait_for_words (fixture, "Stopped");
  press_escape (fixture);
  while (fixture->window != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Closing it stops what it does. */
static void
test_closed (Getting *fixture, gconstpointer data)
{
  server_route (fixture->hub.server, "/fox/little/resolve/" GOLDEN_HUB_COMMIT "/model-00001-of-00002.safetensors")
      ->waits
      = TRUE;
  open_window (fixture);
  begin_fetch (fixture);
  wait_for_words (fixture, "Fetching");
  press (fixture, "Close");
  while (fixture->window != NULL)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char **argv)
{
  int status;

  home = fixture_directory ();
  g_setenv ("no_proxy", "127.0.0.1,nobody.invalid", TRUE);
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_setenv ("HF_HUB_CACHE", home, TRUE);
  gtk_test_init (&argc, &argv, NULL);
  g_test_add ("/get_window/got", Getting, NULL, set_up, test_got, tear_down);
  g_test_add ("/get_window/folder", Getting, NULL, set_up, test_folder, tear_down);
  g_test_add ("/get_window/problem", Getting, NULL, set_up, test_problem, tear_down);
  g_test_add ("/get_window/offline", Getting, NULL, set_up, test_offline, tear_down);
  g_test_add ("/get_window/stop", Getting, NULL, set_up, test_stop, tear_down);
  g_test_add ("/get_window/escape", Getting, NULL, set_up, test_escape, tear_down);
  g_test_add ("/get_window/closed", Getting, NULL, set_up, test_closed, tear_down);
  status = g_test_run ();
  g_free (home);
  return status;
}
