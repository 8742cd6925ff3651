/* test-paint.c - what is made from an image that is there: holes filled, canvases gone on with, layers varied, and
 * tiles
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "gimp.h"
#include "picture.h"

#define W 100
#define H 80
#define MODEL_FILE "tiny.gguf"
/* A picture of a user as it is loaded, and the checkpoint. */
#define BEGIN                                                      \
  "(set! checkpoint (at \"" MODEL_FILE "\"))\n(set! vqgan \"\")\n" \
  "(define image (load-xcf (at \"picture.png\")))\n"               \
  "(define layer (car (all-layers image)))\n"

static char *model;

static void
write_picture (const char *name, int width, int height, int shift)
{
  g_autofree char *path = gimp_path (name);

  picture_write (path, width, height, shift);
}

static GdkPixbuf *
load (const char *name)
{
  g_autofree char *path = gimp_path (name);

  return picture_load (path);
}

/* Runs `arra` with arguments until NULL behind those that all have. */
static void
reference (const char *command, const char *name, ...)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  const char *arg;
  va_list list;

  g_ptr_array_add (args, g_strdup (gimp_arra ()));
  g_ptr_array_add (args, g_strdup (command));
  va_start (list, name);
  while ((arg = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (args, g_str_has_suffix (arg, ".png") ? gimp_path (arg) : g_strdup (arg));
  va_end (list);
  for (const char *const *more = (const char *const[]) { "--model", model, "--prompt", "a red fox", "--seed", "7", "-q",
                                                         "--no-metadata", "-o", NULL };
       *more != NULL; more++)
    g_ptr_array_add (args, g_strdup (*more));
  g_ptr_array_add (args, gimp_path (name));
  g_ptr_array_add (args, NULL);
  process = g_subprocess_newv ((const char *const *) args->pdata, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

static void
run (const char *script)
{
  g_autofree char *whole = g_strconcat (BEGIN, script, NULL);
  g_autoptr (GimpRun) run = gimp_run (whole);

  gimp_assert_done (run);
}

/* The report of the last script. */
static void
assert_said (const char *line)
{
  g_autofree char *with_end = g_strconcat (line, "\n", NULL);

  if (!gimp_file_holds ("report.txt", with_end))
    g_error ("the script did not say %s", line);
}

/* ---- holes */

/* White where all of a pixel is to be made, black where it stays, grey between: the picture's selection. */
#define SAVE_SELECTION                                                                  \
  "(define shape (car (gimp-image-duplicate image)))\n"                                 \
  "(define paper (car (all-layers shape)))\n"                                           \
  "(define kept (car (gimp-selection-save shape)))\n"                                   \
  "(gimp-selection-none shape)\n(gimp-context-set-foreground '(0 0 0))\n(fill paper)\n" \
  "(gimp-image-select-item shape CHANNEL-OP-REPLACE kept)\n"                            \
  "(gimp-context-set-foreground '(255 255 255))\n(fill paper)\n(save-png shape (at \"shape.png\"))\n"

#define SAY_LAYER                                                                     \
  "(say \"size\" (layer-size made))\n(say \"offsets\" (layer-offsets made))\n"        \
  "(say \"masked\" (if (> (car (gimp-layer-get-mask made)) 0) 1 0))\n"                \
  "(say \"painting-mask\" (if (= (car (gimp-layer-get-edit-mask made)) TRUE) 1 0))\n" \
  "(say \"layers\" (length (all-layers image)))\n"

/* What a feathered selection leaves out is as before, to the bit. */
static void
test_selection (void)
{
  g_autoptr (GdkPixbuf) before = NULL, after = NULL, shape = NULL;
  guint n_made = 0, n_changed = 0;

  run ("(gimp-context-set-feather TRUE)\n(gimp-context-set-feather-radius 6 6)\n"
       "(gimp-image-select-ellipse image CHANNEL-OP-REPLACE 12 14 40 30)\n" SAVE_SELECTION
       "(save-image image \"before.png\")\n"
       "(define made (car (made-of (call-fill image layer))))\n" SAY_LAYER "(save-image image \"after.png\")");
  assert_said ("masked=1");
  assert_said ("painting-mask=0");
  assert_said ("layers=2");
  before = load ("before.png");
  after = load ("after.png");
  shape = load ("shape.png");
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      {
        const guint8 share = *picture_at (shape, x, y);

        if (share == 0)
          g_assert_true (picture_same_at (after, x, y, before, x, y));
        if (share != 255)
          continue;
        n_made++;
        n_changed += !picture_same_at (after, x, y, before, x, y);
      }
  g_assert_cmpuint (n_made, >, 200);
  g_assert_cmpuint (n_changed, >, n_made / 2);
}

/* What `arra fill` makes of the same hole. Another layer lies over the picture: by choice it does not count. */
static void
test_layer_alone (void)
{
  g_autoptr (GdkPixbuf) visible = NULL, alone = NULL, wanted = NULL, hidden = NULL;

  write_picture ("over.png", W, H, 40);
  run ("(define over (car (gimp-file-load-layer 1 image (at \"over.png\"))))\n"
       "(gimp-image-insert-layer image over 0 0)\n"
       "(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 16 24 20)\n"
       "(define visible (car (made-of (call-fill image layer))))\n(save-layer visible \"visible.png\")\n"
       "(gimp-image-remove-layer image visible)\n"
       "(choose-around \"layer\")\n(define made (car (made-of (call-fill image layer))))\n" SAY_LAYER
       "(save-layer made \"alone.png\")");
  assert_said ("size=(24 20)");
  assert_said ("offsets=(20 16)");
  {
    g_autoptr (GdkPixbuf) mask = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, W, H), part = NULL;
    g_autofree char *path = gimp_path ("hole.png");

    gdk_pixbuf_fill (mask, 0);
    part = gdk_pixbuf_new_subpixbuf (mask, 20, 16, 24, 20);
    gdk_pixbuf_fill (part, 0xffffffff);
    g_assert_true (gdk_pixbuf_save (mask, path, "png", NULL, NULL));
  }
  reference ("fill", "below-filled.png", "picture.png", "--mask", "hole.png", NULL);
  reference ("fill", "over-filled.png", "over.png", "--mask", "hole.png", NULL);
  visible = load ("visible.png");
  alone = load ("alone.png");
  wanted = load ("below-filled.png");
  hidden = load ("over-filled.png");
  for (int y = 0; y < 20; y++)
    for (int x = 0; x < 24; x++)
      {
        g_assert_true (picture_same_at (alone, x, y, wanted, 20 + x, 16 + y));
        g_assert_true (picture_same_at (visible, x, y, hidden, 20 + x, 16 + y));
      }
}

/* A canvas that became larger: what was there stays, nothing is transparent any more, and the rest is what `arra fill
 * --extend` makes. */
static void
test_canvas (void)
{
  g_autoptr (GdkPixbuf) before = load ("picture.png"), after = NULL, wanted = NULL;

  run ("(gimp-image-resize image 140 90 30 4)\n"
       "(define made (car (made-of (call-fill image layer))))\n" SAY_LAYER "(save-image image \"wide.png\")");
  assert_said ("size=(140 90)");
  assert_said ("offsets=(0 0)");
  reference ("fill", "wide-reference.png", "picture.png", "--extend", "left=30,top=4,right=10,bottom=6", NULL);
  after = load ("wide.png");
  wanted = load ("wide-reference.png");
  g_assert_cmpint (gdk_pixbuf_get_width (after), ==, 140);
  g_assert_cmpint (gdk_pixbuf_get_height (after), ==, 90);
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      g_assert_true (picture_same_at (after, 30 + x, 4 + y, before, x, y));
  for (int y = 0; y < 90; y++)
    for (int x = 0; x < 140; x++)
      g_assert_true (picture_same_at (after, x, y, wanted, x, y));
  if (gdk_pixbuf_get_has_alpha (after))
    for (int y = 0; y < 90; y++)
      for (int x = 0; x < 140; x++)
        g_assert_cmpuint (picture_at (after, x, y)[3], ==, 255);
}

static void
test_nothing_to_fill (void)
{
  g_autoptr (GimpRun) run = gimp_run (BEGIN "(call-fill image layer)");

  g_assert_nonnull (strstr (run->err, "There is nothing to fill"));
}

/* ---- layers */

static void
assert_varied (const char *name, const char *option, const char *value)
{
  g_autoptr (GdkPixbuf) layer = load (name), wanted = NULL;

  reference ("generate", "varied-reference.png", "--from", "layer.png", option, value, NULL);
  wanted = load ("varied-reference.png");
  for (int y = 0; y < 48; y++)
    for (int x = 0; x < 64; x++)
      g_assert_true (picture_same_at (layer, x, y, wanted, x, y));
}

/* As `arra generate --from`; in the place of the layer, which is no multiple of anything in the end. */
static void
test_vary (void)
{
  write_picture ("layer.png", 64, 48, 0);
  run ("(define small (car (gimp-file-load-layer 1 image (at \"layer.png\"))))\n"
       "(gimp-image-insert-layer image small 0 0)\n(gimp-layer-set-offsets small 7 5)\n"
       "(define made (car (made-of (call-vary image small))))\n" SAY_LAYER "(save-layer made \"varied.png\")\n"
       "(set! from-row 3)\n(save-layer (car (made-of (call-vary image small))) \"from-row.png\")\n"
       "(set! from-row 0)\n(gimp-layer-resize small 51 21 0 0)\n"
       "(define odd (car (made-of (call-vary image small))))\n(say \"odd\" (layer-size odd))\n");
  assert_said ("size=(64 48)");
  assert_said ("offsets=(7 5)");
  assert_said ("masked=0");
  assert_said ("odd=(51 21)");
  assert_varied ("varied.png", "--vary", "0.3");
  assert_varied ("from-row.png", "--from-row", "3");
}

/* ---- maps */

static void
map_reference (const char *name, const char *phrase)
{
  g_autofree char *layer = gimp_path ("layer.png"), *path = gimp_path (name);

  gimp_command (gimp_arra (), "map", layer, "--model", model, "--prompt", "a red fox", "-q", "-o", path,
                phrase != NULL ? "--phrase" : NULL, phrase, NULL);
}

static int
grey_at (GdkPixbuf *picture, int x, int y)
{
  return picture_at (picture, x, y)[0];
}

/* As `arra map`, in the place of the layer: a layer, or the selection, which is nothing beside it. */
static void
test_map (void)
{
  g_autoptr (GdkPixbuf) likely = NULL, phrase = NULL, likely_wanted = NULL, phrase_wanted = NULL;

  write_picture ("layer.png", 64, 48, 0);
  map_reference ("likely-wanted.png", NULL);
  map_reference ("phrase-wanted.png", "in snow");
  run ("(define small (car (gimp-file-load-layer 1 image (at \"layer.png\"))))\n"
       "(gimp-image-insert-layer image small 0 0)\n(gimp-layer-set-offsets small 7 5)\n"
       "(define made (car (made-of (call-map image small \"\" \"layer\"))))\n" SAY_LAYER
       "(save-layer made \"likely.png\")\n(gimp-image-remove-layer image made)\n"
       "(define made (car (made-of (call-map image small \"in snow\" \"layer\"))))\n"
       "(say \"name\" (car (gimp-item-get-name made)))\n(save-layer made \"phrase.png\")\n"
       "(gimp-image-remove-layer image made)\n"
       "(define values (call-map image small \"\" \"selection\"))\n"
       "(say \"made\" (cadr values))\n(say \"settings\" (car values))\n"
       "(define (value x y) (say (string-append \"at-\" (number->string x) \"-\" (number->string y))\n"
       "                         (car (gimp-selection-value image x y))))\n"
       "(define (row x y) (if (< x 100) (begin (value x y) (row (+ x 8) y))))\n"
       "(define (rows y) (if (< y 80) (begin (row 0 y) (rows (+ y 8)))))\n(rows 0)");
  assert_said ("size=(64 48)");
  assert_said ("offsets=(7 5)");
  assert_said ("layers=3");
  assert_said ("name=What \342\200\234in snow\342\200\235 adds");
  assert_said ("made=0");
  likely = load ("likely.png");
  phrase = load ("phrase.png");
  likely_wanted = load ("likely-wanted.png");
  phrase_wanted = load ("phrase-wanted.png");
  for (int y = 0; y < 48; y++)
    for (int x = 0; x < 64; x++)
      {
        g_assert_true (picture_same_at (likely, x, y, likely_wanted, x, y));
        g_assert_true (picture_same_at (phrase, x, y, phrase_wanted, x, y));
      }
  for (int y = 0; y < H; y += 8)
    for (int x = 0; x < W; x += 8)
      {
        const gboolean inside = x >= 7 && x < 71 && y >= 5 && y < 53;
        g_autofree char *line
            = g_strdup_printf ("at-%d-%d=%d", x, y, inside ? grey_at (likely_wanted, x - 7, y - 5) : 0);

        assert_said (line);
      }
}

/* ---- sizes and edges */

static void
test_tile (void)
{
  g_autofree char *tile = gimp_path ("tile.png"), *wanted = gimp_path ("tile-reference.png"),
                  *any = gimp_path ("any.png"), *any_wanted = gimp_path ("any-reference.png");

  run ("(set! width 64)\n(set! height 32)\n(choose-edges \"both\")\n(save-layer (car (generate -1)) \"tile.png\")\n"
       "(choose-edges \"none\")\n(set! width 70)\n(set! height 45)\n(save-layer (car (generate -1)) \"any.png\")");
  reference ("generate", "tile-reference.png", "--size", "64x32", "--seamless", "both", NULL);
  reference ("generate", "any-reference.png", "--size", "70x45", NULL);
  g_assert_cmpuint (picture_difference (tile, wanted), ==, 0);
  g_assert_cmpuint (picture_difference (any, any_wanted), ==, 0);
}

static void
make_checkpoint (void)
{
  g_autofree char *folder = gimp_path ("tiny");

  model = gimp_path (MODEL_FILE);
  gimp_command (g_getenv ("ARRA_MAKE_CHECKPOINT"), "--preset", "tiny", folder, NULL);
  gimp_command (gimp_arra (), "convert", folder, "--quiet", "-o", model, NULL);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  gimp_begin ();
  make_checkpoint ();
  write_picture ("picture.png", W, H, 0);
  g_test_add_func ("/plugin/paint/selection", test_selection);
  g_test_add_func ("/plugin/paint/layer-alone", test_layer_alone);
  g_test_add_func ("/plugin/paint/canvas", test_canvas);
  g_test_add_func ("/plugin/paint/nothing-to-fill", test_nothing_to_fill);
  g_test_add_func ("/plugin/paint/vary", test_vary);
  g_test_add_func ("/plugin/paint/map", test_map);
  g_test_add_func ("/plugin/paint/tile", test_tile);
  status = g_test_run ();
  g_free (model);
  gimp_end ();
  return status;
}
