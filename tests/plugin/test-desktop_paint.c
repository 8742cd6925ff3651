/* test-desktop_paint.c - painting with the dialogs in a real GIMP on a screen of its own: what each of them inserts has
 * the very pixels of the command, or of the procedure, which is compared with the command elsewhere
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "desktop.h"
#include "gimp.h"
#include "gimp_window.h"
#include "picture.h"

#define DIALOG "arra-generate"
#define PROMPT "a red fox"
#define FILL "Fill Selection, Matching What Is Around (ARRA)"
#define VARY "Vary Layer (ARRA)"
#define LIKELY "How Likely (ARRA)"
#define SETTINGS_FILE "home/.config/arra/dialog.ini"
#define MODEL_FILE "home/.local/share/arra/checkpoints/tiny.gguf"
#define W 100
#define H 80
/* The image that was opened last, and its uppermost layer. */
#define NOW                                                        \
  "(set! checkpoint (at \"" MODEL_FILE "\"))\n(set! vqgan \"\")\n" \
  "(define image (apply max (all-images)))\n(define layers (all-layers image))\n(define top (car layers))\n"

static GSubprocess *gimp;
static char *model;

static GdkPixbuf *
load (const char *name)
{
  g_autofree char *path = gimp_path (name);

  return picture_load (path);
}

static void
assert_same (const char *name, const char *wanted)
{
  g_autofree char *path = gimp_path (name), *wanted_path = gimp_path (wanted);

  g_assert_cmpuint (picture_difference (path, wanted_path), ==, 0);
}

static void
run (const char *script)
{
  g_autofree char *whole = g_strconcat (NOW, script, NULL);

  gimp_window_run_script (whole);
}

static void
assert_said (const char *line)
{
  g_autofree char *with_end = g_strconcat (line, "\n", NULL);

  if (!gimp_file_holds ("report.txt", with_end))
    g_error ("the script did not say %s", line);
}

/* Opens a picture in a window of its own. */
static void
show_picture (int width, int height, const char *script)
{
  g_autofree char *path = gimp_path ("picture.png");
  g_autofree char *whole = g_strconcat ("(define image (load-xcf (at \"picture.png\")))\n"
                                        "(gimp-display-new image)\n",
                                        script, NULL);

  picture_write (path, width, height, 0);
  gimp_window_run_script (whole);
  g_usleep (G_USEC_PER_SEC);
}

/* What the next dialog begins with. */
static void
write_settings (const char *more)
{
  g_autofree char *path = gimp_path (SETTINGS_FILE), *folder = g_path_get_dirname (path);
  g_autofree char *text = g_strdup_printf ("[Dialog]\nprompt=" PROMPT "\ncheckpoint=%s\ninsert=native\nseed=7\n"
                                           "keep-seed=true\n%s",
                                           model, more);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
wait_for_layers (int n)
{
  g_autofree char *wanted = g_strdup_printf ("layers=%d\n", n);

  for (guint i = 0; i < WORK_SECONDS; i++)
    {
      run ("(say \"layers\" (length layers))");
      if (gimp_file_holds ("report.txt", wanted))
        return;
      g_usleep (G_USEC_PER_SEC);
    }
  g_error ("there are not %d layers", n);
}

static void
press (const char *name)
{
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, name);
}

static void
wait_for (const char *button)
{
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, button, ATSPI_STATE_SENSITIVE, WORK_SECONDS));
}

static void
open_dialog (const char *entry)
{
  g_autofree char *item = g_strconcat (entry, "…", NULL);

  desktop_press ("gimp", ATSPI_ROLE_MENU_ITEM, item);
  wait_for ("Close");
}

static void
close_dialog (void)
{
  const int pid = gimp_plug_in_pid (gimp, 5);

  press ("Close");
  g_assert_true (gimp_pid_ends (pid, WORK_SECONDS));
}

/* @insert: what the button says then */
static void
make (const char *entry, const char *insert, const char *picture)
{
  g_autofree char *name = g_strdup_printf ("%s-%s.png", GIMP_NAME, picture);

  open_dialog (entry);
  press ("Generate");
  wait_for (insert);
  desktop_screenshot (name);
  press (insert);
}

static void
reference (const char *name, const char *option, const char *value)
{
  g_autofree char *path = gimp_path (name);

  gimp_command (gimp_arra (), "generate", "--model", model, "--prompt", PROMPT, "--seed", "7", "-q", "-o", path, option,
                value, NULL);
}

/* ---- what is there */

#define SAY_LAYER                                                     \
  "(say \"masked\" (if (> (car (gimp-layer-get-mask top)) 0) 1 0))\n" \
  "(say \"painting-mask\" (if (= (car (gimp-layer-get-edit-mask top)) TRUE) 1 0))\n"

/* What is not selected is as before, to the bit, and the layer is what the procedure makes. */
static void
test_fill (void)
{
  g_autoptr (GdkPixbuf) before = NULL, after = NULL;
  guint n_changed = 0;

  show_picture (
      W, H, "(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 16 24 20)\n(save-image image \"before.png\")");
  write_settings ("");
  make (FILL, "Insert", "fill");
  wait_for_layers (2);
  close_dialog ();
  run (SAY_LAYER "(save-image image \"after.png\")\n(save-layer top \"dialog.png\")\n"
                 "(gimp-image-remove-layer image top)\n"
                 "(save-layer (car (made-of (call-fill image (cadr layers)))) \"procedure.png\")");
  assert_said ("masked=1");
  assert_said ("painting-mask=0");
  assert_same ("dialog.png", "procedure.png");
  before = load ("before.png");
  after = load ("after.png");
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      if (x >= 20 && x < 44 && y >= 16 && y < 36)
        n_changed += !picture_same_at (after, x, y, before, x, y);
      else
        g_assert_true (picture_same_at (after, x, y, before, x, y));
  g_assert_cmpuint (n_changed, >, 24 * 20 / 2);
}

static void
test_extend (void)
{
  g_autoptr (GdkPixbuf) before = NULL, after = NULL;

  show_picture (W, H, "(gimp-image-resize image 140 90 30 4)");
  write_settings ("");
  make (FILL, "Insert", "extend");
  wait_for_layers (2);
  close_dialog ();
  run ("(save-image image \"after.png\")\n(save-layer top \"dialog.png\")\n(gimp-image-remove-layer image top)\n"
       "(save-layer (car (made-of (call-fill image (cadr layers)))) \"procedure.png\")");
  assert_same ("dialog.png", "procedure.png");
  before = load ("picture.png");
  after = load ("after.png");
  g_assert_cmpint (gdk_pixbuf_get_width (after), ==, 140);
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      g_assert_true (picture_same_at (after, 30 + x, 4 + y, before, x, y));
}

static void
test_vary (void)
{
  show_picture (64, 48, "");
  write_settings ("vary=0.4\n");
  make (VARY, "Insert", "vary");
  wait_for_layers (2);
  close_dialog ();
  run ("(set! vary 0.4)\n(save-layer top \"dialog.png\")\n"
       "(save-layer (car (made-of (call-vary image (cadr layers)))) \"procedure.png\")");
  assert_same ("dialog.png", "procedure.png");
}

/* Its window only asks. */
static void
test_likely (void)
{
  show_picture (64, 48, "");
  write_settings ("");
  desktop_press ("gimp", ATSPI_ROLE_MENU_ITEM, LIKELY "…");
  wait_for ("Show");
  desktop_type (DIALOG, "Prompt", PROMPT);
  desktop_type (DIALOG, "Phrase", "in snow");
  desktop_screenshot (GIMP_NAME "-likely.png");
  press ("Show");
  wait_for_layers (2);
  run ("(save-layer top \"dialog.png\")\n"
       "(save-layer (car (made-of (call-map image (cadr layers) \"in snow\" \"layer\"))) \"procedure.png\")");
  assert_same ("dialog.png", "procedure.png");
}

/* ---- from nothing */

static void
test_tile (void)
{
  show_picture (W, H, "");
  write_settings ("sized=true\nwidth=64\nheight=32\nseamless=both\n");
  make (PROCEDURE, "Insert", "tile");
  wait_for_layers (2);
  close_dialog ();
  run ("(save-layer top \"dialog.png\")");
  reference ("command.png", "--size=64x32", "--seamless=both");
  assert_same ("dialog.png", "command.png");
}

static void
test_any_size (void)
{
  show_picture (W, H, "");
  write_settings ("sized=true\nwidth=70\nheight=45\n");
  make (PROCEDURE, "Insert", "any-size");
  wait_for_layers (2);
  close_dialog ();
  run ("(save-layer top \"dialog.png\")");
  reference ("command.png", "--size=70x45", NULL);
  assert_same ("dialog.png", "command.png");
}

/* A group, whose uppermost layer is the one that is seen. */
static void
test_several (void)
{
  show_picture (W, H, "");
  write_settings ("sized=true\nwidth=32\nheight=32\ncount=3\n");
  make (PROCEDURE, "Insert 3 Pictures", "several");
  wait_for_layers (2);
  close_dialog ();
  run ("(define made (children top))\n"
       "(say \"seen\" (map (lambda (l) (car (gimp-item-get-visible l))) (cons top made)))\n"
       "(say \"active\" (equal? (active image) (car made)))\n"
       "(save-layer (car made) \"a.png\")\n(save-layer (cadr made) \"b.png\")\n(save-layer (caddr made) \"c.png\")");
  assert_said ("seen=(1 1 0 0)");
  assert_said ("active=#t");
  reference ("several.png", "--size=32x32", "--count=3");
  assert_same ("a.png", "several-1.png");
  assert_same ("b.png", "several-2.png");
  assert_same ("c.png", "several-3.png");
}

/* ---- what was made */

#define REDO "Four Alternatives from Row "

/* The row that a click into the middle of the preview chose. */
static guint
click_row (void)
{
  g_autoptr (DesktopObject) button = NULL;
  g_autofree char *name = NULL;
  guint row;

  desktop_click (DIALOG, ATSPI_ROLE_IMAGE, "Preview");
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, REDO "*", ATSPI_STATE_SHOWING, WORK_SECONDS));
  button = desktop_find (DIALOG, ATSPI_ROLE_PUSH_BUTTON, REDO "*", WORK_SECONDS);
  name = atspi_accessible_get_name (button, NULL);
  g_assert_cmpint (sscanf (name, REDO "%u", &row), ==, 1);
  g_assert_cmpuint (row, >, 1);
  press (name);
  return row;
}

static void
test_redo (void)
{
  g_autofree char *saved = gimp_path ("recipe.json"), *path = gimp_path ("redo.png"), *from = NULL;

  show_picture (W, H, "");
  write_settings ("sized=true\nwidth=64\nheight=64\n");
  make (PROCEDURE, "Insert", "redo-first");
  wait_for_layers (2);
  from = g_strdup_printf ("--from-row=%u", click_row ());
  wait_for ("Insert 4 Pictures");
  desktop_screenshot (GIMP_NAME "-redo.png");
  press ("Insert 4 Pictures");
  wait_for_layers (3);
  close_dialog ();
  run ("(define made (children top))\n"
       "(save-layer (car made) \"a.png\")\n(save-layer (cadr made) \"b.png\")\n"
       "(save-layer (caddr made) \"c.png\")\n(save-layer (cadddr made) \"d.png\")\n"
       "(define out (open-output-file (at \"recipe.json\")))\n"
       "(display (caddr (car (gimp-item-get-parasite (cadr layers) \"plug-in-arra-generate/recipe\"))) out)\n"
       "(close-output-port out)");
  gimp_command (gimp_arra (), "generate", "--model", model, "--prompt", PROMPT, "--from", saved, from, "--count", "4",
                "--seed", "7", "-q", "-o", path, NULL);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *layer = g_strdup_printf ("%c.png", 'a' + (int) i);
      g_autofree char *wanted = g_strdup_printf ("redo-%u.png", i + 1);

      assert_same (layer, wanted);
    }
}

/* What was not inserted is there again after Close, and is the very picture. */
static void
test_gallery (void)
{
  show_picture (W, H, "");
  write_settings ("sized=true\nwidth=64\nheight=64\n");
  open_dialog (PROCEDURE);
  press ("Generate");
  wait_for ("Insert");
  close_dialog ();
  open_dialog (PROCEDURE);
  desktop_press (DIALOG, ATSPI_ROLE_TOGGLE_BUTTON, "More");
  desktop_press (DIALOG, ATSPI_ROLE_MENU_ITEM, "Gallery…");
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_LIST_ITEM, PROMPT "*", ATSPI_STATE_SHOWING, WORK_SECONDS));
  desktop_choose (DIALOG, ATSPI_ROLE_TABLE, "Pictures made before", 0);
  desktop_screenshot (GIMP_NAME "-gallery.png");
  press ("Same Picture");
  wait_for ("Insert");
  press ("Insert");
  wait_for_layers (2);
  close_dialog ();
  run ("(save-layer top \"dialog.png\")");
  reference ("command.png", "--size=64x64", NULL);
  assert_same ("dialog.png", "command.png");
}

/* Settings under a name, and the prompt of the last time, bring the last time's picture back. */
static void
test_presets_and_history (void)
{
  show_picture (W, H, "");
  write_settings ("sized=true\nwidth=64\nheight=64\n");
  open_dialog (PROCEDURE);
  press ("Generate");
  wait_for ("Insert");
  desktop_press (DIALOG, ATSPI_ROLE_TOGGLE_BUTTON, "Presets");
  desktop_type (DIALOG, "Name of the preset", "small");
  press ("Save");
  close_dialog ();
  open_dialog (PROCEDURE);
  desktop_type (DIALOG, "Prompt", "something else");
  desktop_set_value (DIALOG, "Number of pictures", 2);
  desktop_press (DIALOG, ATSPI_ROLE_TOGGLE_BUTTON, "Presets");
  desktop_click (DIALOG, ATSPI_ROLE_LIST_ITEM, "small");
  desktop_press (DIALOG, ATSPI_ROLE_TOGGLE_BUTTON, "Prompt history");
  desktop_screenshot (GIMP_NAME "-history.png");
  desktop_click (DIALOG, ATSPI_ROLE_LIST_ITEM, PROMPT);
  press ("Generate");
  wait_for ("Insert");
  press ("Insert");
  wait_for_layers (2);
  close_dialog ();
  run ("(save-layer top \"dialog.png\")");
  reference ("command.png", "--size=64x64", NULL);
  assert_same ("dialog.png", "command.png");
}

static void
prepare (void)
{
  g_autofree char *tiny = NULL, *folder = NULL;

  gimp_window_begin ();
  model = gimp_path (MODEL_FILE);
  tiny = gimp_path ("tiny");
  folder = g_path_get_dirname (model);
  g_mkdir_with_parents (folder, 0700);
  gimp_command (g_getenv ("ARRA_MAKE_CHECKPOINT"), "--preset", "tiny", tiny, NULL);
  gimp_command (gimp_arra (), "convert", tiny, "--quiet", "-o", model, NULL);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  prepare ();
  gimp = gimp_window_open ();
  g_test_add_func ("/plugin/desktop_paint/fill", test_fill);
  g_test_add_func ("/plugin/desktop_paint/extend", test_extend);
  g_test_add_func ("/plugin/desktop_paint/vary", test_vary);
  g_test_add_func ("/plugin/desktop_paint/likely", test_likely);
  g_test_add_func ("/plugin/desktop_paint/tile", test_tile);
  g_test_add_func ("/plugin/desktop_paint/any-size", test_any_size);
  g_test_add_func ("/plugin/desktop_paint/several", test_several);
  g_test_add_func ("/plugin/desktop_paint/redo", test_redo);
  g_test_add_func ("/plugin/desktop_paint/gallery", test_gallery);
  g_test_add_func ("/plugin/desktop_paint/presets-and-history", test_presets_and_history);
  status = g_test_run ();
  g_subprocess_force_exit (gimp);
  g_object_unref (gimp);
  g_free (model);
  gimp_end ();
  return status;
}
