/* test-dialog_family.c - the dialog with a small checkpoint of each kind of prompt: text that the model reads itself,
 * text that an encoder reads, classes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk/gdkkeysyms.h>
#include <glib/gstdio.h>
#include <string.h>

#include "convert_parts.h"
#include "dialog_case.h"
#include "fixture.h"

#define ARGS                                                                                                              \
  "{\"n_head\": 4, \"block_size\": 16, \"class_names\": [\"tench, Tinca tinca\", \"golden retriever\", \"lesser panda, "  \
  "red panda\", \"crane\", \"crane\", \"tabby, tabby cat\", \"tiger cat\", \"Persian cat\", \"Siamese cat\", \"Egyptian " \
  "cat\"]}"

/* ---- checkpoints */

/* (transfer full): of the golden files */
static char *
golden (const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", name, NULL);
}

static void
copy (const char *golden_name, const char *folder, const char *name)
{
  g_autofree char *from = golden (golden_name), *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &text, &size, NULL));
  fixture_put (folder, name, text, (gssize) size);
}

/* (transfer full): a folder of the case's own beside that of its checkpoints */
static char *
new_folder (Case *self, const char *name)
{
  char *folder = g_build_filename (self->folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  return folder;
}

static void
convert (Case *self, const char *model, const char *vqgan, const char *encoder, const char *name)
{
  g_autofree char *out = g_strdup_printf ("%s/checkpoints/%s.gguf", self->folder, name);
  g_autofree char *card = g_strdup_printf ("{\"name\": \"%s\"}", name), *card_path = NULL;
  g_autoptr (GError) error = NULL;

  fixture_put (self->folder, "card.json", card, -1);
  card_path = g_build_filename (self->folder, "card.json", NULL);
  arra_checkpoint_convert_parts (model, vqgan, encoder, card_path, out, ARRA_QUANT_AS_STORED, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* @args: (nullable): those of the golden one, whose classes have no names */
static void
make_classes (Case *self, const char *args, const char *name)
{
  g_autofree char *folder = new_folder (self, name), *vqgan = golden ("llamagen/vq8_like/model.safetensors");
  g_autofree char *model = g_build_filename (folder, "model.safetensors", NULL);

  copy ("llamagen/c2i/model.safetensors", folder, "model.safetensors");
  if (args != NULL)
    fixture_put (folder, "model_args.json", args, -1);
  else
    copy ("llamagen/c2i/model_args.json", folder, "model_args.json");
  convert (self, model, vqgan, NULL, name);
}

static char *
make_encoder (Case *self)
{
  char *folder = new_folder (self, "encoder");

  copy ("vision/t5_encoder/config.json", folder, "config.json");
  copy ("vision/t5_encoder/model.safetensors", folder, "model.safetensors");
  copy ("tokenizer/t5_unigram_A_small_charsmap/tokenizer.json", folder, "tokenizer.json");
  return folder;
}

static void
make_features (Case *self, const char *encoder, const char *name)
{
  g_autofree char *model = golden ("llamagen/t2i/t2i_bf16.pt"), *vqgan = golden ("llamagen/vq8_like/model.safetensors");

  convert (self, model, vqgan, encoder, name);
}

static void
make_text (Case *self, const char *name)
{
  g_autofree char *folder = new_folder (self, name), *path = NULL, *text = NULL;

  copy ("janus/hf/config.json", folder, "config.json");
  copy ("janus/hf/model.safetensors", folder, "model.safetensors");
  path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "ui", "tokenizer.json", NULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  fixture_put (folder, "tokenizer.json", text, -1);
  convert (self, folder, NULL, NULL, name);
}

/* ---- what the dialog shows */

static gboolean
is_text (Case *self)
{
  GtkWidget *text = case_get (self, GTK_TYPE_TEXT_VIEW, "Prompt");

  g_assert_true (gtk_widget_get_mapped (text) != gtk_widget_get_mapped (case_get (self, GTK_TYPE_ENTRY, "Class")));
  return gtk_widget_get_mapped (text);
}

static int
n_rows (Case *self)
{
  GtkTreeView *rows = GTK_TREE_VIEW (case_get (self, GTK_TYPE_TREE_VIEW, "Classes"));

  return gtk_tree_model_iter_n_children (gtk_tree_view_get_model (rows), NULL);
}

static void
type (Case *self, const char *text)
{
  gtk_entry_set_text (GTK_ENTRY (case_get (self, GTK_TYPE_ENTRY, "Class")), text);
  case_idle ();
}

static void
assert_class (Case *self, const char *text)
{
  g_assert_cmpstr (gtk_entry_get_text (GTK_ENTRY (case_get (self, GTK_TYPE_ENTRY, "Class"))), ==, text);
}

static void
click_row (Case *self, int index)
{
  GtkTreeView *rows = GTK_TREE_VIEW (case_get (self, GTK_TYPE_TREE_VIEW, "Classes"));
  g_autoptr (GtkTreePath) path = gtk_tree_path_new_from_indices (index, -1);

  gtk_tree_view_row_activated (rows, path, gtk_tree_view_get_column (rows, 0));
  case_idle ();
}

static void
wait_for_work (Case *self)
{
  while (arra_work_is_running (self->dialog->work))
    g_main_context_iteration (NULL, TRUE);
  case_idle ();
}

static void
press_enter (Case *self)
{
  gtk_widget_activate (case_get (self, GTK_TYPE_ENTRY, "Class"));
  wait_for_work (self);
}

static double
guidance (Case *self)
{
  return gtk_spin_button_get_value (GTK_SPIN_BUTTON (case_get (self, GTK_TYPE_SPIN_BUTTON, "Guidance")));
}

/* The size that is proposed is the model's own, and larger ones are offered; there is nothing for it to choose. */
static void
assert_sizes (Case *self)
{
  GtkComboBox *size = GTK_COMBO_BOX (case_get (self, GTK_TYPE_COMBO_BOX, "Size"));
  g_autofree char *chosen = gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (size));

  g_assert_true (g_str_has_suffix (chosen, "(recommended)"));
  g_assert_cmpint (gtk_tree_model_iter_n_children (gtk_combo_box_get_model (size), NULL), >=, 3);
  g_assert_false (gtk_combo_box_set_active_id (size, "model"));
}

/* ---- classes */

/* A list to search in by every name, from which a picture is two keys away. */
static void
test_classes (Case *self, gconstpointer data)
{
  make_classes (self, ARGS, "classes");
  case_open (self, "");
  case_choose (self, "classes");
  g_assert_false (is_text (self));
  g_assert_cmpint (n_rows (self), ==, 10);
  g_assert_cmpfloat (guidance (self), ==, 4);
  assert_sizes (self);
  type (self, "RED pan");
  g_assert_cmpint (n_rows (self), ==, 1);
  click_row (self, 0);
  assert_class (self, "lesser panda");
  type (self, "cat");
  g_assert_cmpint (n_rows (self), ==, 5);
  g_assert_false (case_shows (self, "is none of them"));
  press_enter (self);
  assert_class (self, "tabby");
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 0);
  type (self, "retriever");
  press_enter (self);
  assert_class (self, "golden retriever");
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 1);
  g_assert_cmpstr (arra_results_current (self->dialog->results)->prompt, ==, "golden retriever");
}

/* Ctrl+Enter generates from the text and from the list, Enter in the list when its class is the one that was chosen. */
static void
test_keys (Case *self, gconstpointer data)
{
  GtkWidget *entry, *rows;

  make_classes (self, ARGS, "classes");
  case_open (self, "");
  case_choose (self, "classes");
  entry = case_get (self, GTK_TYPE_ENTRY, "Class");
  rows = case_get (self, GTK_TYPE_TREE_VIEW, "Classes");
  type (self, "cat");
  case_key (entry, GDK_KEY_Down, 0);
  case_key (rows, GDK_KEY_Return, GDK_CONTROL_MASK);
  wait_for_work (self);
  assert_class (self, "tabby");
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 1);
  case_key (rows, GDK_KEY_Return, 0);
  wait_for_work (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 2);
  type (self, "retriever");
  case_key (entry, GDK_KEY_Return, GDK_CONTROL_MASK);
  wait_for_work (self);
  assert_class (self, "golden retriever");
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 3);
}

/* Where two have the same name it is their number that is taken; what is none is said, with what is near. */
static void
test_unclear (Case *self, gconstpointer data)
{
  make_classes (self, ARGS, "classes");
  case_open (self, "");
  case_choose (self, "classes");
  type (self, "crane");
  g_assert_true (case_shows (self, "crane (3), crane (4)"));
  click_row (self, 1);
  assert_class (self, "4");
  g_assert_false (case_shows (self, "crane (3), crane (4)"));
  type (self, "wolf");
  g_assert_cmpint (n_rows (self), ==, 0);
  g_assert_true (case_shows (self, "\"wolf\" is none of them"));
  press_enter (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 0);
  type (self, "1");
  g_assert_cmpint (n_rows (self), ==, 1);
  press_enter (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 1);
}

static void
test_numbers (Case *self, gconstpointer data)
{
  make_classes (self, NULL, "numbers");
  case_open (self, "");
  case_choose (self, "numbers");
  g_assert_false (is_text (self));
  g_assert_false (gtk_widget_get_mapped (case_get (self, GTK_TYPE_TREE_VIEW, "Classes")));
  type (self, "10");
  g_assert_true (case_shows (self, "0 to 9"));
  type (self, "9");
  press_enter (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 1);
}

/* Each kind of prompt stays what it was while another checkpoint is chosen; the last one comes back with its
 * checkpoint.
 */
static void
test_both (Case *self, gconstpointer data)
{
  g_autofree char *prompt = NULL;

  make_classes (self, ARGS, "classes");
  case_open (self, "");
  case_choose (self, "plain");
  g_assert_true (is_text (self));
  arra_prompt_box_set (self->dialog->prompt, "a calm sea");
  case_choose (self, "classes");
  assert_class (self, "");
  type (self, "tench");
  case_choose (self, "plain");
  prompt = arra_prompt_box_get (self->dialog->prompt);
  g_assert_cmpstr (prompt, ==, "a calm sea");
  case_choose (self, "classes");
  assert_class (self, "tench");
  case_close (self);
  case_open (self, "");
  g_assert_false (is_text (self));
  assert_class (self, "tench");
}

/* ---- guidance that ends */

static GtkWidget *
interval (Case *self)
{
  return case_get (self, GTK_TYPE_SPIN_BUTTON, "Guidance interval");
}

static void
set_interval (Case *self, int value)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (interval (self)), value);
  case_idle ();
}

static void
assert_interval (Case *self, int value)
{
  g_assert_true (gtk_widget_get_visible (interval (self)));
  g_assert_cmpint (gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (interval (self))), ==, value);
}

/* Whether the picture made last says so. */
static gboolean
recipe_has (Case *self, const char *text)
{
  return strstr (arra_results_current (self->dialog->results)->recipe, text) != NULL;
}

/* It is asked for where the authors of a model have it, taken there alone, and kept: in the settings, in presets, and
 * in the recipe of a layer. */
static void
test_interval (Case *self, gconstpointer data)
{
  g_autofree char *recipe = NULL, *saved = NULL;

  make_classes (self, ARGS, "classes");
  case_open (self, "");
  case_choose (self, "plain");
  g_assert_false (gtk_widget_get_visible (interval (self)));
  case_choose (self, "classes");
  assert_interval (self, -1);
  type (self, "tench");
  press_enter (self);
  g_assert_false (recipe_has (self, "cfg_interval"));
  set_interval (self, 2);
  press_enter (self);
  g_assert_true (recipe_has (self, "\"cfg_interval\": 2"));
  self->recipe = recipe = g_strdup (arra_results_current (self->dialog->results)->recipe);
  case_close (self);
  saved = case_saved (self);
  g_assert_nonnull (strstr (saved, "cfg-interval=2\n"));
  case_open (self, "");
  assert_interval (self, 2);
  set_interval (self, 5);
  arra_dialog_look_around (self->dialog);
  case_pick (self, "Reuse Settings of This Layer");
  assert_interval (self, 2);
  case_choose (self, "plain");
  arra_prompt_box_set (self->dialog->prompt, "a calm sea");
  case_generate (self);
  g_assert_false (recipe_has (self, "cfg_interval"));
  case_choose (self, "classes");
  assert_interval (self, -1);
}

/* What was chosen for another model is not what a host repeats with this one. */
static void
test_interval_of_none (Case *self, gconstpointer data)
{
  g_autofree char *settings
      = g_strdup_printf ("[Dialog]\ncheckpoint=%s/checkpoints/plain\nsampled=true\ncfg-interval=5\n", self->folder);
  ArraDialogChoices choices;

  make_classes (self, ARGS, "classes");
  case_open (self, settings);
  g_assert_false (gtk_widget_get_visible (interval (self)));
  arra_dialog_get_choices (self->dialog, &choices);
  g_assert_cmpint (choices.cfg_interval, ==, -1);
  case_choose (self, "classes");
  set_interval (self, 5);
  arra_dialog_get_choices (self->dialog, &choices);
  g_assert_cmpint (choices.cfg_interval, ==, 5);
}

/* ---- text */

static void
assert_makes (Case *self, const char *checkpoint, double guidance_scale)
{
  const guint before = arra_results_length (self->dialog->results);

  case_choose (self, checkpoint);
  g_assert_true (is_text (self));
  g_assert_cmpfloat (guidance (self), ==, guidance_scale);
  assert_sizes (self);
  arra_prompt_box_set (self->dialog->prompt, "a cat, red");
  case_generate (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, before + 1);
}

static void
test_text (Case *self, gconstpointer data)
{
  g_autofree char *encoder = make_encoder (self);

  make_features (self, encoder, "features");
  make_text (self, "text");
  case_open (self, "");
  assert_makes (self, "features", 7.5);
  assert_makes (self, "text", 5);
}

static void
find_chooser (gpointer data, gpointer found)
{
  if (GTK_IS_FILE_CHOOSER_DIALOG (data))
    *(GtkWidget **) found = data;
}

static void
choose_folder (Case *self, const char *folder)
{
  g_autoptr (GList) windows = NULL;
  g_autofree char *chosen = NULL;
  GtkWidget *chooser = NULL;

  case_press (self, "Choose Text Encoder…");
  windows = gtk_window_list_toplevels ();
  g_list_foreach (windows, find_chooser, &chooser);
  g_assert_nonnull (chooser);
  gtk_file_chooser_set_filename (GTK_FILE_CHOOSER (chooser), folder);
  while (chosen = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (chooser)), g_strcmp0 (chosen, folder) != 0)
    {
      g_free (chosen);
      g_main_context_iteration (NULL, TRUE);
    }
  gtk_dialog_response (GTK_DIALOG (chooser), GTK_RESPONSE_ACCEPT);
  case_wait_found (self);
}

/* A text encoder that is not there is asked for, and remembered when it fits. */
static void
test_encoder (Case *self, gconstpointer data)
{
  g_autofree char *encoder = make_encoder (self), *other = new_folder (self, "none");

  make_features (self, NULL, "features");
  case_open (self, "");
  case_choose (self, "features");
  g_assert_true (case_shows (self, "has no text encoder"));
  choose_folder (self, other);
  g_assert_true (case_shows (self, "has no text encoder"));
  choose_folder (self, encoder);
  g_assert_false (case_shows (self, "has no text encoder"));
  assert_makes (self, "features", 7.5);
  case_close (self);
  case_open (self, "");
  assert_makes (self, "features", 7.5);
}

int
main (int argc, char **argv)
{
  static const CaseTest cases[] = {
    { "/ui/dialog-family/keys", test_keys },
    { "/ui/dialog-family/classes", test_classes },
    { "/ui/dialog-family/unclear", test_unclear },
    { "/ui/dialog-family/numbers", test_numbers },
    { "/ui/dialog-family/both", test_both },
    { "/ui/dialog-family/text", test_text },
    { "/ui/dialog-family/encoder", test_encoder },
    { "/ui/dialog-family/interval", test_interval },
    { "/ui/dialog-family/interval-of-none", test_interval_of_none },
  };

  case_init (&argc, &argv);
  return case_run (cases, G_N_ELEMENTS (cases), case_begin, case_end);
}
