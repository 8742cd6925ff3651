/* test-desktop.c - the dialog in a real GIMP on a screen of its own: from the menu to a layer with the picture's very
 * pixels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desktop.h"
#include "gimp.h"
#include "gimp_window.h"
#include "picture.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#define DIALOG "arra-generate"
#define PROMPT "weathered oak wood"
#define SECRET "what nobody may read"
#define SETTINGS_FILE "home/.config/arra/dialog.ini"
#define QUICK_FILE "home/.local/share/arra/checkpoints/quick.gguf"
#define MODEL_FILE "home/.local/share/arra/checkpoints/desktop.gguf"

static GSubprocess *gimp;
static int display; /* GIMP's number of the view of the image */

static void
open_dialog_by (const char *entry)
{
  g_autoptr (DesktopObject) window = NULL;

  desktop_press ("gimp", ATSPI_ROLE_MENU_ITEM, entry);
  window = desktop_find (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Generate", WORK_SECONDS);
  g_assert_nonnull (window);
}

static void
open_dialog (void)
{
  open_dialog_by (PROCEDURE "…");
}

static void
test_without_image (void)
{
  int pid;

  open_dialog_by (NEW_PROCEDURE);
  pid = gimp_plug_in_pid (gimp, 5);
  g_assert_cmpint (pid, >, 0);
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Close");
  g_assert_true (gimp_pid_ends (pid, WORK_SECONDS));
}

static void
show_image (void)
{
  g_autofree char *report = gimp_path ("report.txt"), *said = NULL;

  gimp_window_run_script ("(say \"display\" (car (gimp-display-new (new-picture 320 240 RGB u8))))");
  g_assert_true (g_file_get_contents (report, &said, NULL, NULL));
  g_assert_cmpint (sscanf (said, "display=%d", &display), ==, 1);
  g_usleep (G_USEC_PER_SEC);
}

/* What `arra generate` gives for the recipe that the layer carries. */
static char *
reference (void)
{
  g_autofree char *recipe = gimp_path ("recipe.json"), *model = gimp_path (MODEL_FILE);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *size = NULL;
  char *path = gimp_path ("desktop-reference.png");
  JsonObject *object;

  g_assert_true (json_parser_load_from_file (parser, recipe, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (object, "prompt"), ==, PROMPT);
  size = g_strdup_printf ("%dx%d", (int) json_object_get_int_member (object, "width"),
                          (int) json_object_get_int_member (object, "height"));
  gimp_command (gimp_arra (), "generate", "--model", model, "--prompt", PROMPT, "--size", size, "--seed",
                json_object_get_string_member (object, "seed"), "--quiet", "-o", path, NULL);
  return path;
}

static void
test_layer (void)
{
  g_autofree char *inserted = gimp_path ("inserted.png"), *wanted = NULL;

  show_image ();
  open_dialog ();
  desktop_screenshot (GIMP_NAME "-idle.png");
  desktop_type (DIALOG, "Prompt", PROMPT);
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Generate");
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Stop", ATSPI_STATE_SENSITIVE, WORK_SECONDS));
  g_usleep (G_USEC_PER_SEC);
  desktop_screenshot (GIMP_NAME "-running.png");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Stop");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Continue");
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Generate Again", ATSPI_STATE_SENSITIVE, WORK_SECONDS));
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Insert", ATSPI_STATE_SENSITIVE, WORK_SECONDS));
  desktop_screenshot (GIMP_NAME "-finished.png");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Insert");
  g_assert_true (desktop_has ("gimp", ATSPI_ROLE_MENU_ITEM, "Undo Generate from Text (ARRA)", ATSPI_STATE_SENSITIVE,
                              WORK_SECONDS));
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Close");
  g_usleep (2 * G_USEC_PER_SEC);
  gimp_window_run_script (
      "(define image (car (all-images)))\n"
      "(say \"names\" (layer-names image))\n"
      "(define layer (car (all-layers image)))\n"
      "(define out (open-output-file (at \"recipe.json\")))\n"
      "(display (caddr (car (gimp-item-get-parasite layer \"plug-in-arra-generate/recipe\"))) out)\n"
      "(close-output-port out)\n"
      "(save-layer layer \"inserted.png\")");
  wanted = reference ();
  g_assert_cmpuint (picture_difference (inserted, wanted), ==, 0);
}

/* The next prompt waits while pictures are made, and is next when these are stopped. */
static void
test_queue (void)
{
  open_dialog ();
  desktop_set_value (DIALOG, "Number of pictures", 64);
  desktop_type (DIALOG, "Prompt", "first");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Generate");
  desktop_set_value (DIALOG, "Number of pictures", 1);
  desktop_type (DIALOG, "Prompt", "second");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Add to Queue");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Do not make “second”");
  desktop_type (DIALOG, "Prompt", "third");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Add to Queue");
  desktop_screenshot (GIMP_NAME "-queue.png");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Stop");
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Generate Again", ATSPI_STATE_SENSITIVE, WORK_SECONDS));
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Insert");
  g_usleep (2 * G_USEC_PER_SEC);
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Close");
  gimp_window_run_script ("(say \"names\" (layer-names (car (all-images))))");
  g_assert_true (gimp_file_holds ("report.txt", "names=(third "));
}

/* ---- with a checkpoint that is done in no time */

static void
write_settings (const char *checkpoint, const char *insert)
{
  g_autofree char *path = gimp_path (SETTINGS_FILE), *folder = g_path_get_dirname (path),
                  *model = gimp_path (checkpoint);
  g_autofree char *text = g_strdup_printf ("[Dialog]\nprompt=" PROMPT "\ncheckpoint=%s\ninsert=%s\n", model, insert);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static int
said_number (const char *script)
{
  g_autofree char *report = gimp_path ("report.txt"), *said = NULL;
  int number;

  gimp_window_run_script (script);
  g_assert_true (g_file_get_contents (report, &said, NULL, NULL));
  g_assert_cmpint (sscanf (said, "n=%d", &number), ==, 1);
  return number;
}

/* Of the image that was opened last. */
static int
n_layers (void)
{
  return said_number ("(say \"n\" (length (all-layers (apply max (all-images)))))");
}

static void
wait_for_layers (int n)
{
  for (guint i = 0; i < WORK_SECONDS && n_layers () < n; i++)
    g_usleep (G_USEC_PER_SEC);
  g_assert_cmpint (n_layers (), ==, n);
}

static void
make_quickly (void)
{
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Generate");
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Insert", ATSPI_STATE_SENSITIVE, WORK_SECONDS));
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Insert");
}

/* All but that of the image at the beginning. */
static void
close_later_displays (void)
{
  g_autoptr (GString) script = g_string_new (NULL);

  for (int i = 1; i <= 5; i++)
    g_string_append_printf (script, "(catch #f (gimp-display-delete %d))\n", display + i);
  gimp_window_run_script (script->str);
}

static void
close_dialog (void)
{
  const int pid = gimp_plug_in_pid (gimp, 5);

  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Close");
  g_assert_true (gimp_pid_ends (pid, WORK_SECONDS));
}

/* Keep is off: GIMP's Repeat makes another picture each time, with the same settings. */
static void
test_repeat (void)
{
  const int before = n_layers ();

  write_settings (QUICK_FILE, "native");
  open_dialog ();
  make_quickly ();
  close_dialog ();
  for (int i = 2; i <= 3; i++)
    {
      desktop_press ("gimp", ATSPI_ROLE_MENU_ITEM, "Repeat \"" PROCEDURE "\"");
      wait_for_layers (before + i);
    }
  g_assert_true (
      desktop_has ("gimp", ATSPI_ROLE_MENU_ITEM, "Re-Show \"" PROCEDURE "\"", ATSPI_STATE_SENSITIVE, WORK_SECONDS));
  gimp_window_run_script (
      "(define (recipe layer) (caddr (car (gimp-item-get-parasite layer \"plug-in-arra-generate/recipe\"))))\n"
      "(define layers (all-layers (apply max (all-images))))\n"
      "(define recipes (list (recipe (car layers)) (recipe (cadr layers)) (recipe (caddr layers))))\n"
      "(say \"other\" (not (or (equal? (car recipes) (cadr recipes)) (equal? (car recipes) (caddr recipes))\n"
      "                        (equal? (cadr recipes) (caddr recipes)))))");
  g_assert_true (gimp_file_holds ("report.txt", "other=#t\n"));
}

/* A selection in the image that the dialog itself made counts as in any other. */
static void
test_own_image (void)
{
  const int n_images = said_number ("(say \"n\" (length (all-images)))");

  write_settings (QUICK_FILE, "selection");
  open_dialog ();
  desktop_choose (DIALOG, ATSPI_ROLE_COMBO_BOX, "Where", n_images); /* behind all images: a new one */
  make_quickly ();
  wait_for_layers (1);
  gimp_window_run_script ("(gimp-image-select-rectangle (apply max (all-images)) CHANNEL-OP-REPLACE 3 4 6 5)");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Generate Again");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Insert");
  wait_for_layers (2);
  close_dialog ();
  gimp_window_run_script ("(define image (apply max (all-images)))\n"
                          "(define layer (car (all-layers image)))\n"
                          "(say \"size\" (layer-size layer))\n"
                          "(say \"offsets\" (layer-offsets layer))\n");
  g_assert_true (gimp_file_holds ("report.txt", "size=(6 5)\n"));
  g_assert_true (gimp_file_holds ("report.txt", "offsets=(3 4)\n"));
  close_later_displays ();
}

/* With two images open the list says which of them GIMP shows. */
static void
test_in_front (void)
{
  g_autofree char *name = NULL;
  int number;

  gimp_window_run_script ("(gimp-display-new (new-picture 40 40 RGB u8))");
  number = said_number ("(say \"n\" (apply max (all-images)))");
  name = g_strdup_printf ("[Untitled]-%d (in front)", number);
  g_usleep (G_USEC_PER_SEC);
  open_dialog ();
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_MENU_ITEM, name, ATSPI_STATE_SENSITIVE, WORK_SECONDS));
  close_dialog ();
  close_later_displays ();
}

/* GIMP draws what it shows whenever it has time, also while the layer comes in: what it shows in the end is the
 * picture, which has the shape of the image. */
static void
test_group (void)
{
  g_autofree char *visible = gimp_path ("visible.png"), *inserted = gimp_path ("inserted.png");

  write_settings (QUICK_FILE, "native");
  gimp_window_run_script ("(define image (apply max (all-images)))\n"
                          "(define group (new-group image))\n"
                          "(gimp-image-insert-layer image group 0 0)\n"
                          "(gimp-image-insert-layer image (new-layer image 320 240 0) group 0)\n"
                          "(activate image group)\n"
                          "(gimp-displays-flush)");
  open_dialog ();
  make_quickly ();
  close_dialog ();
  gimp_window_run_script ("(define image (apply max (all-images)))\n"
                          "(define layer (car (children (car (all-layers image)))))\n"
                          "(say \"size\" (layer-size layer))\n"
                          "(save-visible image 32 24 \"visible.png\")\n"
                          "(save-layer layer \"inserted.png\")\n"
                          "(gimp-image-remove-layer image (car (all-layers image)))");
  g_assert_cmpuint (picture_difference (visible, inserted), ==, 0);
}

/* A recipe may come from anybody, in a file that was opened. */
static void
test_hostile_parasite (void)
{
  static const char *const recipes[] = { "{\\\"arra_tokens\\\": 1, \\\"seed\\\": [", "no JSON at all" };

  for (gsize i = 0; i < G_N_ELEMENTS (recipes); i++)
    {
      g_autofree char *script
          = g_strdup_printf ("(gimp-item-attach-parasite (car (all-layers (apply max (all-images))))\n"
                             "  (list \"plug-in-arra-generate/recipe\" 3 \"%s\"))",
                             recipes[i]);

      gimp_window_run_script (script);
      open_dialog ();
      desktop_press (DIALOG, ATSPI_ROLE_TOGGLE_BUTTON, "More");
      desktop_press (DIALOG, ATSPI_ROLE_MENU_ITEM, "Reuse Settings of This Layer");
      g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_LABEL, "The settings of this layer cannot be used*",
                                  ATSPI_STATE_SHOWING, WORK_SECONDS));
      close_dialog ();
    }
  write_settings (MODEL_FILE, "native");
}

/* ---- what happens to long runs */

/* GIMP kills the plug-in then; the script that called it goes on. */
static void
test_cancelled_in_status_bar (void)
{
  g_autofree char *before = gimp_path ("before.png"), *after = gimp_path ("after.png");
  int pid;

  gimp_window_start_script ("(define image (car (all-images)))\n"
                            "(define names (layer-names image))\n"
                            "(save-image image \"before.png\")\n"
                            "(set! checkpoint (at \"" MODEL_FILE "\"))\n"
                            "(set! vqgan \"\")\n(set! width 0)\n(set! height 0)\n(set! count 64)\n"
                            "(catch #f (call-plug-in image))\n"
                            "(say \"kept\" (equal? names (layer-names image)))\n"
                            "(save-image image \"after.png\")");
  pid = gimp_plug_in_pid (gimp, WORK_SECONDS);
  g_assert_cmpint (pid, >, 0);
  desktop_press ("gimp", ATSPI_ROLE_PUSH_BUTTON, "Cancel");
  g_assert_true (gimp_pid_ends (pid, WORK_SECONDS));
  gimp_window_wait_for_script ();
  g_assert_true (gimp_file_holds ("report.txt", "kept=#t\n"));
  g_assert_cmpuint (picture_difference (after, before), ==, 0);
  g_assert_true (gimp_temporary_is_empty ());
}

static void
start_long_run (void)
{
  open_dialog ();
  desktop_type (DIALOG, "Prompt", PROMPT);
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Generate");
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Stop", ATSPI_STATE_SENSITIVE, WORK_SECONDS));
}

static void
test_window_closed (void)
{
  int pid;

  start_long_run ();
  pid = gimp_plug_in_pid (gimp, 5);
  g_assert_cmpint (pid, >, 0);
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Close");
  g_assert_true (gimp_pid_ends (pid, WORK_SECONDS));
  gimp_window_run_script ("(say \"names\" (layer-names (car (all-images))))");
  g_assert_true (gimp_temporary_is_empty ());
}

/* The picture that was being made goes into an image of its own. */
static void
test_image_closed (void)
{
  g_autofree char *script = g_strdup_printf ("(gimp-display-delete %d)", display);

  start_long_run ();
  gimp_window_run_script (script);
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Insert", ATSPI_STATE_SENSITIVE, WORK_SECONDS));
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Insert");
  g_usleep (2 * G_USEC_PER_SEC);
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Close");
  gimp_window_run_script ("(say \"images\" (length (all-images)))\n(say \"names\" (layer-names (car (all-images))))");
  g_assert_true (gimp_file_holds ("report.txt", "images=1\n"));
  g_assert_true (gimp_file_holds ("report.txt", "names=(" PROMPT ")"));
}

/* A prompt that is not to be remembered is in no file: neither in the image with what GIMP itself keeps of a call, nor
 * in the settings. */
static void
test_secret (void)
{
  open_dialog ();
  desktop_press (DIALOG, ATSPI_ROLE_CHECK_BOX, "Remember prompts");
  desktop_type (DIALOG, "Prompt", SECRET);
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Generate");
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Insert");
  g_assert_true (desktop_has ("gimp", ATSPI_ROLE_MENU_ITEM, "Undo Generate from Text (ARRA)", ATSPI_STATE_SENSITIVE,
                              WORK_SECONDS));
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Close");
  g_assert_true (gimp_pid_ends (gimp_plug_in_pid (gimp, 1), WORK_SECONDS));
  gimp_window_run_script ("(save-xcf (car (all-images)) (at \"secret.xcf\"))");
  g_assert_true (gimp_file_holds ("secret.xcf", "fingerprint")); /* of the recipe */
  g_assert_false (gimp_file_holds ("secret.xcf", SECRET));
  g_assert_false (gimp_folder_holds ("home/.config", SECRET) || gimp_folder_holds ("profile", SECRET));
}

static void
test_gimp_killed (void)
{
  int pid;

  start_long_run ();
  pid = gimp_plug_in_pid (gimp, 5);
  g_assert_cmpint (pid, >, 0);
  g_subprocess_force_exit (gimp);
  g_subprocess_wait (gimp, NULL, NULL);
  g_assert_true (gimp_pid_ends (pid, WORK_SECONDS));
  g_assert_true (gimp_temporary_is_empty ());
}

/* Like the slow one, but for its size. */
static void
make_quick_checkpoint (void)
{
  g_autofree char *folder = gimp_path ("quick"), *path = gimp_path (QUICK_FILE);

  gimp_command (g_getenv ("ARRA_MAKE_CHECKPOINT"), "--preset", "tiny", folder, NULL);
  gimp_command (gimp_arra (), "convert", folder, "--type", "bf16", "--quiet", "-o", path, NULL);
}

static void
prepare (void)
{
  g_autofree char *folder = NULL, *slow = NULL, *path = NULL;

  gimp_window_begin ();
  folder = gimp_path ("home/.local/share/arra/checkpoints");
  slow = gimp_path ("slow");
  path = g_build_filename (folder, "desktop.gguf", NULL);
  g_mkdir_with_parents (folder, 0700);
  gimp_command (g_getenv ("ARRA_MAKE_CHECKPOINT"), "--preset", "tiny", "--hidden", "1024", "--layers", "12", "--heads",
                "8", "--kv-heads", "8", "--ffn", "4096", slow, NULL);
  gimp_command (gimp_arra (), "convert", slow, "--type", "bf16", "--quiet", "-o", path, NULL);
  make_quick_checkpoint ();
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  prepare ();
  gimp = gimp_window_open ();
  g_test_add_func ("/plugin/desktop/without-image", test_without_image);
  g_test_add_func ("/plugin/desktop/layer", test_layer);
  g_test_add_func ("/plugin/desktop/queue", test_queue);
  g_test_add_func ("/plugin/desktop/repeat", test_repeat);
  g_test_add_func ("/plugin/desktop/own-image", test_own_image);
  g_test_add_func ("/plugin/desktop/in-front", test_in_front);
  g_test_add_func ("/plugin/desktop/group", test_group);
  g_test_add_func ("/plugin/desktop/hostile-parasite", test_hostile_parasite);
  g_test_add_func ("/plugin/desktop/cancelled-in-status-bar", test_cancelled_in_status_bar);
  g_test_add_func ("/plugin/desktop/window-closed", test_window_closed);
  g_test_add_func ("/plugin/desktop/image-closed", test_image_closed);
  g_test_add_func ("/plugin/desktop/secret", test_secret);
  g_test_add_func ("/plugin/desktop/gimp-killed", test_gimp_killed);
  status = g_test_run ();
  g_subprocess_force_exit (gimp);
  g_object_unref (gimp);
  gimp_end ();
  return status;
}
