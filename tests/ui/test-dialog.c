/* test-dialog.c - what the dialog keeps, forgets, names and warns of
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk/gdkkeysyms.h>
#include <gdk/gdkx.h>
#include <glib/gstdio.h>
#include <string.h>

#include "dialog_case.h"
#include "fixture.h"

#define SIZED "[Dialog]\nprompt=a word\nsized=true\nwidth=8\nheight=8\n"
#define NOTE "synthetic – not for diagnosis"

/* ---- the note of medical pictures */

static void
look_at (Case *self, int index)
{
  GtkFlowBox *flow = GTK_FLOW_BOX (case_get (self, GTK_TYPE_FLOW_BOX, "New pictures"));

  gtk_flow_box_unselect_all (flow);
  gtk_flow_box_select_child (flow, gtk_flow_box_get_child_at_index (flow, index));
  case_idle ();
}

static gboolean
is_noted (Case *self)
{
  return case_is_shown (arra_preview_widget (self->dialog->preview), NOTE);
}

/* It follows the picture that is shown, not the checkpoint that is chosen. */
static void
test_note (Case *self, gconstpointer data)
{
  case_open (self, SIZED);
  case_choose (self, "medical");
  g_assert_false (is_noted (self));
  case_generate (self);
  g_assert_true (is_noted (self));
  case_choose (self, "plain");
  g_assert_true (is_noted (self));
  case_pick (self, "Reset to Defaults");
  g_assert_true (is_noted (self));
  case_choose (self, "plain");
  case_generate (self);
  g_assert_false (is_noted (self));
  case_choose (self, "medical");
  g_assert_false (is_noted (self));
  look_at (self, 0);
  g_assert_true (is_noted (self));
  look_at (self, 1);
  g_assert_false (is_noted (self));
  case_choose (self, "plain");
  look_at (self, 0);
  g_assert_true (is_noted (self));
}

/* ---- seeds and recipes */

static char *
recipe_of (Case *self, const char *more)
{
  ArraCheckpoint *checkpoint = arra_checkpoint_box_get (self->dialog->checkpoints);

  return g_strdup_printf (
      "{\"arra_tokens\": 1, \"fingerprint\": \"%s\", \"quant\": \"f32\", \"prompt\": \"another word\", \"width\": 8, \"height\": 8, "
      "\"count\": 1, \"first\": 2, \"seed\": \"77\", \"top_k\": 9, \"text_top_k\": 3, \"max_tokens\": 0%s}",
      arra_checkpoint_fingerprint (checkpoint), more);
}

static void
assert_inserted (Case *self, const char *what)
{
  case_press (self, "Insert");
  g_assert_cmpstr (self->inserted->pdata[self->inserted->len - 1], ==, what);
}

/* The seed of a layer is used once, for that very picture; Keep stays as the user left it. */
static void
test_reuse (Case *self, gconstpointer data)
{
  g_autofree char *recipe = NULL;
  ArraDialogChoices choices;
  ArraRequest request;

  case_open (self, SIZED);
  self->recipe = recipe = recipe_of (self, ", \"template\": \"one {prompt} two\"");
  arra_dialog_look_around (self->dialog);
  for (guint i = 0; i < 2; i++)
    {
      case_pick (self, "Reuse Settings of This Layer");
      g_assert_false (
          gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (case_get (self, GTK_TYPE_CHECK_BUTTON, "Keep seed"))));
      arra_dialog_fill_request (self->dialog, arra_checkpoint_box_get (self->dialog->checkpoints), &request);
      g_assert_cmpstr (request.prompt_template, ==, "one {prompt} two");
      g_assert_cmpuint (request.text_top_k, ==, 3);
      g_assert_cmpuint (request.top_k, ==, 9);
      case_generate (self);
      assert_inserted (self, "native 77/2");
    }
  case_generate (self);
  case_press (self, "Insert");
  g_assert_false (g_str_has_prefix (self->inserted->pdata[2], "native 77/"));
  arra_dialog_get_choices (self->dialog, &choices);
  g_assert_false (choices.keep_seed);
  g_assert_cmpint (choices.text_top_k, ==, 3);
  case_choose (self, "medical");
  arra_dialog_fill_request (self->dialog, arra_checkpoint_box_get (self->dialog->checkpoints), &request);
  g_assert_null (request.prompt_template);
  arra_dialog_get_choices (self->dialog, &choices);
  g_assert_cmpint (choices.text_top_k, ==, -1);
}

/* Greed is the dialog's top-k of 1, of text as well. */
static void
test_reuse_greedy (Case *self, gconstpointer data)
{
  g_autofree char *recipe = NULL;
  ArraRequest request;

  case_open (self, SIZED);
  self->recipe = recipe = recipe_of (self, ", \"greedy\": true");
  arra_dialog_look_around (self->dialog);
  case_pick (self, "Reuse Settings of This Layer");
  arra_dialog_fill_request (self->dialog, arra_checkpoint_box_get (self->dialog->checkpoints), &request);
  g_assert_cmpuint (request.top_k, ==, 1);
  g_assert_cmpuint (request.text_top_k, ==, 1);
}

/* A layer's recipe may come from anybody: it is told what is wrong with it, and nothing changes. */
static void
test_hostile_recipes (Case *self, gconstpointer data)
{
  static const char *const hostile[] = {
    "",
    "{",
    "[]",
    "null",
    "{}",
    "\xff\xfe",
    "{\"arra_tokens\": 1}",
    "{\"arra_tokens\": 2, \"fingerprint\": \"\"}",
    "{\"arra_tokens\": 1, \"fingerprint\": 7, \"quant\": \"f32\"}",
  };
  static const char *const wrong[] = {
    ", \"temperature\": 1e400", ", \"temperature\": -1", ", \"top_p\": 0",    ", \"guidance_scale\": 1e300",
    ", \"greedy\": \"yes\"",    ", \"width\": -8",       ", \"count\": 0",    ", \"count\": 4294967296",
    ", \"seed\": \"-1\"",       ", \"prompt\": [\"a\"]", ", \"template\": 7",
  };
  g_autofree char *deep = g_strnfill (100000, '[');

  case_open (self, SIZED);
  for (gsize i = 0; i < G_N_ELEMENTS (hostile) + G_N_ELEMENTS (wrong) + 1; i++)
    {
      const gsize at = i - G_N_ELEMENTS (hostile);
      g_autofree char *recipe = i < G_N_ELEMENTS (hostile)  ? g_strdup (hostile[i])
                                : at < G_N_ELEMENTS (wrong) ? recipe_of (self, wrong[at])
                                                            : g_strdup (deep);

      self->recipe = recipe;
      arra_dialog_look_around (self->dialog);
      arra_notice_hide (self->dialog->notice);
      case_pick (self, "Reuse Settings of This Layer");
      g_assert_true (case_shows (self, "The settings of this layer cannot be used"));
      arra_dialog_store (self->dialog);
      g_assert_cmpstr (self->dialog->settings.prompt, ==, "a word");
      g_assert_null (self->dialog->reused);
      self->recipe = NULL;
    }
}

/* ---- Reset, Help, Undo, Enter */

static void
test_reset (Case *self, gconstpointer data)
{
  case_open (self, SIZED "count=5\nseed=3\nkeep-seed=true\n");
  case_pick (self, "Reset to Defaults");
  arra_dialog_store (self->dialog);
  g_assert_cmpstr (self->dialog->settings.prompt, ==, "a word");
  g_assert_cmpuint (self->dialog->settings.count, ==, 1);
  g_assert_cmpuint (self->dialog->settings.seed, >, 0);
  g_assert_cmpuint (self->dialog->settings.seed, !=, 3);
}

static void
test_help (Case *self, gconstpointer data)
{
  case_open (self, SIZED);
  case_pick (self, "Help");
  g_assert_false (case_shows (self, "The help could not be opened"));
  self->help_fault = "nobody reads it";
  case_pick (self, "Help");
  g_assert_true (case_shows (self, "The help could not be opened: nobody reads it"));
}

static void
assert_prompt (Case *self, const char *expected)
{
  g_autofree char *prompt = arra_prompt_box_get (self->dialog->prompt);

  g_assert_cmpstr (prompt, ==, expected);
}

static void
test_undo (Case *self, gconstpointer data)
{
  GtkWidget *view;

  case_open (self, SIZED);
  view = case_get (self, GTK_TYPE_TEXT_VIEW, "Prompt");
  case_key (view, GDK_KEY_z, GDK_CONTROL_MASK);
  assert_prompt (self, "a word");
  arra_prompt_box_set (self->dialog->prompt, "an example");
  case_key (view, GDK_KEY_z, GDK_CONTROL_MASK);
  assert_prompt (self, "a word");
  case_key (view, GDK_KEY_Z, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  assert_prompt (self, "an example");
}

/* Enter makes the picture; with Shift it breaks the line. */
static void
test_enter (Case *self, gconstpointer data)
{
  GtkWidget *view;

  case_open (self, SIZED);
  view = case_get (self, GTK_TYPE_TEXT_VIEW, "Prompt");
  case_key (view, GDK_KEY_Return, GDK_SHIFT_MASK);
  g_assert_false (arra_work_is_running (self->dialog->work));
  case_key (view, GDK_KEY_Return, 0);
  while (arra_work_is_running (self->dialog->work))
    g_main_context_iteration (NULL, TRUE);
  case_idle ();
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 1);
  assert_prompt (self, "a word");
}

/* An empty prompt offers examples. */
static void
test_chips (Case *self, gconstpointer data)
{
  case_open (self, "[Dialog]\nsized=true\nwidth=8\nheight=8\n");
  case_choose (self, "plain");
  g_assert_true (case_shows (self, "an example to click"));
  case_press (self, "an example to click");
  assert_prompt (self, "an example to click");
  g_assert_false (case_shows (self, "an example to click"));
}

/* ---- what is selected */

static guint
n_selected (Case *self)
{
  g_autoptr (GPtrArray) selected = arra_results_selected (self->dialog->results);

  return selected->len;
}

/* What was inserted is not selected any more, and what the user selected stays so. */
static void
test_selected (Case *self, gconstpointer data)
{
  case_open (self, SIZED);
  case_generate (self);
  g_assert_cmpuint (n_selected (self), ==, 1);
  case_press (self, "Insert");
  g_assert_cmpuint (n_selected (self), ==, 0);
  g_assert_false (gtk_widget_is_sensitive (self->dialog->insert));
  case_generate (self);
  case_generate (self);
  g_assert_cmpuint (n_selected (self), ==, 1);
  look_at (self, 0);
  case_generate (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 4);
  g_assert_cmpuint (n_selected (self), ==, 1);
  case_press (self, "Insert the Selected"); /* the preview shows the new one */
  g_assert_cmpstr (self->inserted->pdata[0], ==, self->inserted->pdata[1]);
}

/* ---- where pictures go */

/* In the middle, or where something is selected. */
static void
test_automatic (Case *self, gconstpointer data)
{
  GtkWidget *as;

  self->place = (ArraDialogPlace) { .has_image = TRUE, .canvas_width = 20, .canvas_height = 20 };
  case_open (self, SIZED);
  as = case_get (self, GTK_TYPE_COMBO_BOX, "Insert as");
  g_assert_cmpstr (gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (as)), ==, "Automatically: in the middle");
  self->place.has_selection = TRUE;
  arra_dialog_look_around (self->dialog);
  g_assert_cmpstr (gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (as)), ==, "Automatically: in the selection");
  case_generate (self);
  case_press (self, "Insert");
  g_assert_true (g_str_has_prefix (self->inserted->pdata[0], "automatic "));
}

/* The choice outlives a dialog that was opened without a selection, or without an image. */
static void
test_selection_is_remembered (Case *self, gconstpointer data)
{
  g_autofree char *saved = NULL;

  case_open (self, SIZED "insert=selection\n");
  case_generate (self);
  case_press (self, "Insert");
  g_assert_true (g_str_has_prefix (self->inserted->pdata[0], "native "));
  case_close (self);
  saved = case_saved (self);
  g_assert_nonnull (strstr (saved, "insert=selection\n"));
  self->place
      = (ArraDialogPlace) { .has_image = TRUE, .has_selection = TRUE, .selection_width = 8, .selection_height = 8 };
  case_open (self, "");
  case_generate (self);
  case_press (self, "Insert");
  g_assert_true (g_str_has_prefix (self->inserted->pdata[1], "selection "));
}

static void
test_images (Case *self, gconstpointer data)
{
  GtkWidget *where;

  self->n_images = 2;
  self->aimed = 1;
  self->place.has_image = TRUE;
  case_open (self, SIZED);
  where = case_get (self, GTK_TYPE_COMBO_BOX, "Where");
  g_assert_true (gtk_widget_get_visible (where));
  g_assert_cmpstr (gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (where)), ==, "image-1");
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (where), "2");
  g_assert_cmpint (self->aimed, ==, 2);
  g_assert_cmpstr (gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (where)), ==, "image-2");
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (where), "0");
  g_assert_cmpint (self->aimed, ==, 0);
  g_assert_cmpstr (gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (where)), ==, "New image");
}

static gboolean
is_listed (GtkWidget *where, const char *name)
{
  GtkTreeModel *model = gtk_combo_box_get_model (GTK_COMBO_BOX (where));
  GtkTreeIter iter;

  for (gboolean more = gtk_tree_model_get_iter_first (model, &iter); more;
       more = gtk_tree_model_iter_next (model, &iter))
    {
      g_autofree char *text = NULL;

      gtk_tree_model_get (model, &iter, 0, &text, -1);
      if (g_strcmp0 (text, name) == 0)
        return TRUE;
    }
  return FALSE;
}

static GtkWidget *
host_window (const char *title)
{
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);

  gtk_window_set_title (GTK_WINDOW (window), title);
  gtk_widget_show (window);
  case_idle ();
  return window;
}

static gulong
xid_of (GtkWidget *window)
{
  return gdk_x11_window_get_xid (gtk_widget_get_window (window));
}

static void
retitle (Case *self, GtkWidget *window, const char *title)
{
  gtk_window_set_title (GTK_WINDOW (window), title);
  case_idle ();
  arra_dialog_look_around (self->dialog);
}

/* The host's window says which of its images is in front: that one is offered as such, also when another one comes to
 * the front. A title without numbers names none, whatever the name of a file looks like. */
static void
test_image_in_front (Case *self, gconstpointer data)
{
  GtkWidget *window = host_window ("*[image-1.0]-image-2.0 (RGB) – GIMP"), *where;

  self->n_images = 3;
  self->aimed = 1;
  self->x11_parent = xid_of (window);
  case_open (self, SIZED);
  where = case_get (self, GTK_TYPE_COMBO_BOX, "Where");
  g_assert_true (is_listed (where, "image-1") && is_listed (where, "image-2 (in front)")
                 && is_listed (where, "image-3"));
  retitle (self, window, "*image-3.0 (RGB) – GIMP");
  g_assert_true (is_listed (where, "image-2") && is_listed (where, "image-3 (in front)"));
  g_assert_cmpint (self->aimed, ==, 1);
  retitle (self, window, "photo-2.png – GIMP");
  g_assert_true (is_listed (where, "image-1") && is_listed (where, "image-2") && is_listed (where, "image-3"));
  gtk_widget_destroy (window);
}

static void
stack (const gulong *windows, int n)
{
  gdk_property_change (gdk_get_default_root_window (), gdk_atom_intern ("_NET_CLIENT_LIST_STACKING", FALSE),
                       gdk_atom_intern ("WINDOW", FALSE), 32, GDK_PROP_MODE_REPLACE, (const guchar *) windows, n);
}

/* A host with a window for each image: the uppermost of them counts, not the one that the dialog was opened from, nor
 * one without an image. */
static void
test_windows_in_front (Case *self, gconstpointer data)
{
  GtkWidget *first = host_window ("image-1.0 – GIMP"), *second = host_window ("image-2.0 – GIMP"),
            *tools = host_window ("Tools"), *where;
  gulong windows[] = { xid_of (first), xid_of (second), xid_of (tools), 1 };

  self->n_images = 2;
  self->aimed = 1;
  self->x11_parent = windows[0];
  stack (windows, 4);
  case_open (self, SIZED);
  where = case_get (self, GTK_TYPE_COMBO_BOX, "Where");
  g_assert_true (is_listed (where, "image-1") && is_listed (where, "image-2 (in front)"));
  stack ((const gulong[]) { windows[1], windows[0] }, 2);
  arra_dialog_look_around (self->dialog);
  g_assert_true (is_listed (where, "image-1 (in front)") && is_listed (where, "image-2"));
  stack (windows, 0);
  gtk_widget_destroy (first);
  gtk_widget_destroy (second);
  gtk_widget_destroy (tools);
}

static void
test_indexed (Case *self, gconstpointer data)
{
  self->place = (ArraDialogPlace) { .has_image = TRUE };
  case_open (self, SIZED);
  g_assert_false (case_shows (self, "This image is indexed"));
  self->place.indexed = TRUE;
  arra_dialog_look_around (self->dialog);
  case_idle ();
  g_assert_true (case_shows (self, "This image is indexed"));
}

/* ---- checkpoints, sizes, hints */

static void
test_new_checkpoint (Case *self, gconstpointer data)
{
  g_autofree char *here = g_build_filename (self->folder, "checkpoints", "plain", NULL),
                  *there = g_build_filename (self->folder, "checkpoints", "later", NULL);
  GtkWidget *button;

  case_open (self, SIZED);
  case_choose (self, "plain");
  button = case_get (self, GTK_TYPE_MENU_BUTTON, "Checkpoint");
  g_assert_null (case_find (self->dialog->window, GTK_TYPE_LIST_BOX_ROW, "new one"));
  g_assert_cmpint (g_rename (here, there), ==, 0);
  fixture_put (there, "arra.json", "{\"name\": \"new one\"}", -1);
  gtk_button_clicked (GTK_BUTTON (button));
  case_wait_found (self);
  g_assert_nonnull (case_find (self->dialog->window, GTK_TYPE_LIST_BOX_ROW, "new one"));
  g_assert_null (case_find (self->dialog->window, GTK_TYPE_LIST_BOX_ROW, "plain"));
  g_assert_nonnull (arra_checkpoint_box_get (self->dialog->checkpoints));
}

/* What is still there stays chosen. */
static void
test_search_again (Case *self, gconstpointer data)
{
  g_autofree char *other = g_build_filename (self->folder, "checkpoints", "broken.gguf", NULL);
  g_autofree char *path = NULL;

  case_open (self, SIZED);
  case_choose (self, "medical");
  path = g_strdup (arra_checkpoint_path (arra_checkpoint_box_get (self->dialog->checkpoints)));
  g_assert_true (g_file_set_contents (other, "GGUF", -1, NULL));
  for (guint i = 0; i < 2; i++)
    {
      arra_dialog_find_checkpoints (self->dialog);
      case_wait_found (self);
      g_assert_cmpstr (arra_checkpoint_path (arra_checkpoint_box_get (self->dialog->checkpoints)), ==, path);
    }
  g_assert_nonnull (case_find (self->dialog->window, GTK_TYPE_LIST_BOX_ROW, "broken.gguf"));
}

/* A size that would be refused is refused where its needs would stand. */
static void
test_refused_size (Case *self, gconstpointer data)
{
  g_autoptr (GString) long_prompt = g_string_new ("a");

  case_open (self, SIZED);
  g_assert_true (case_shows (self, "iB") && !case_shows (self, "The prompt is too long"));
  for (guint i = 0; i < 300; i++)
    g_string_append (long_prompt, " word");
  arra_prompt_box_set (self->dialog->prompt, long_prompt->str);
  case_idle ();
  g_assert_true (!case_shows (self, "iB") && case_shows (self, "The prompt is too long"));
  arra_prompt_box_set (self->dialog->prompt, "a word");
  case_idle ();
  g_assert_true (case_shows (self, "iB") && !case_shows (self, "The prompt is too long"));
}

/* Under the prompt stands what the checkpoint that is chosen never learnt. */
static void
test_unknown_words (Case *self, gconstpointer data)
{
  case_open (self, "");
  case_wait_found (self);
  case_choose (self, "medical");
  arra_prompt_box_set (self->dialog->prompt, "two chests");
  case_idle ();
  g_assert_true (case_shows (self, "'two' is not among what this checkpoint learnt"));
  arra_prompt_box_set (self->dialog->prompt, "chests");
  case_idle ();
  g_assert_false (case_shows (self, "this checkpoint learnt"));
  arra_prompt_box_set (self->dialog->prompt, "a cat, a chest");
  case_idle ();
  g_assert_true (case_shows (self, "'cat' is not among"));
  case_choose (self, "plain");
  g_assert_false (case_shows (self, "this checkpoint learnt"));
}

static void
test_hints (Case *self, gconstpointer data)
{
  case_open (self, "");
  g_assert_true (case_shows (self, "What should the picture show?"));
  g_assert_true (case_shows (self, "Describe a picture"));
  arra_prompt_box_set (self->dialog->prompt, "an example");
  case_idle ();
  g_assert_false (case_shows (self, "What should the picture show?"));
  g_assert_false (case_shows (self, "Describe a picture"));
  g_assert_true (case_shows (self, "Press Generate"));
}

static GtkWidget *
folder_chooser (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *at = windows; at != NULL; at = at->next)
    if (GTK_IS_FILE_CHOOSER_DIALOG (at->data))
      return at->data;
  return NULL;
}

/* A chooser reads folders in its own time: waits until @folder is the one that it shows and would give. */
static void
wait_for_folder (GtkWidget *chooser, const char *folder)
{
  for (;;)
    {
      g_autofree char *shown = gtk_file_chooser_get_current_folder (GTK_FILE_CHOOSER (chooser));
      g_autofree char *given = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (chooser));

      if (g_strcmp0 (shown, folder) == 0 && g_strcmp0 (given, folder) == 0)
        return;
      case_idle ();
      g_usleep (G_USEC_PER_SEC / 100);
    }
}

/* Among files of late a path that is typed could not be added. */
static void
test_add_folder (Case *self, gconstpointer data)
{
  case_open (self, "");
  arra_dialog_add_folder (self->dialog);
  case_idle ();
  wait_for_folder (folder_chooser (), g_get_home_dir ());
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (folder_chooser ()), self->folder);
  wait_for_folder (folder_chooser (), self->folder);
  gtk_dialog_response (GTK_DIALOG (folder_chooser ()), GTK_RESPONSE_ACCEPT);
  g_assert_null (folder_chooser ());
  case_wait_found (self);
  arra_dialog_add_folder (self->dialog);
  case_idle ();
  wait_for_folder (folder_chooser (), self->folder);
  gtk_dialog_response (GTK_DIALOG (folder_chooser ()), GTK_RESPONSE_CANCEL);
  g_assert_null (folder_chooser ());
}

int
main (int argc, char **argv)
{
  static const CaseTest cases[] = {
    { "/ui/dialog/note", test_note },
    { "/ui/dialog/reuse", test_reuse },
    { "/ui/dialog/reuse-greedy", test_reuse_greedy },
    { "/ui/dialog/hostile-recipes", test_hostile_recipes },
    { "/ui/dialog/reset", test_reset },
    { "/ui/dialog/help", test_help },
    { "/ui/dialog/undo", test_undo },
    { "/ui/dialog/enter", test_enter },
    { "/ui/dialog/chips", test_chips },
    { "/ui/dialog/selected", test_selected },
    { "/ui/dialog/automatic", test_automatic },
    { "/ui/dialog/selection-is-remembered", test_selection_is_remembered },
    { "/ui/dialog/images", test_images },
    { "/ui/dialog/image-in-front", test_image_in_front },
    { "/ui/dialog/windows-in-front", test_windows_in_front },
    { "/ui/dialog/indexed", test_indexed },
    { "/ui/dialog/new-checkpoint", test_new_checkpoint },
    { "/ui/dialog/search-again", test_search_again },
    { "/ui/dialog/refused-size", test_refused_size },
    { "/ui/dialog/hints", test_hints },
    { "/ui/dialog/add-folder", test_add_folder },
    { "/ui/dialog/unknown-words", test_unknown_words },
  };

  case_init (&argc, &argv);
  return case_run (cases, G_N_ELEMENTS (cases), case_begin, case_end);
}
