/* test-place.c - where the layers come, what they are called, and what they and the image carry
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp.h"
#include "picture.h"

#define LABEL_ALONE "digitalsourcetype/trainedAlgorithmicMedia"
#define LABEL_COMPOSITE "digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
#define RECIPE "plug-in-arra-generate/recipe"
#define NOTE "synthetic – not for diagnosis"

static const guint8 background[3] = { 40, 90, 160 };

static void
test_native (void)
{
  g_autoptr (GimpRun) run = gimp_run ("(let* ((image (new-picture 200 100 RGB u8)) (layer (car (generate image))))\n"
                                      "  (say \"size\" (layer-size layer))\n"
                                      "  (say \"offsets\" (layer-offsets layer))\n"
                                      "  (say \"names\" (layer-names image)))");

  gimp_assert_done (run);
  gimp_assert_said (run, "size", "(64 64)");
  gimp_assert_said (run, "offsets", "(0 0)");
  gimp_assert_said (run, "names", "(a red fox background)");
}

static void
test_canvas (void)
{
  g_autoptr (GimpRun) run = gimp_run ("(choose-place \"canvas\")\n"
                                      "(let* ((image (new-picture 200 100 RGB u8)) (layer (car (generate image))))\n"
                                      "  (say \"size\" (layer-size layer))\n"
                                      "  (say \"offsets\" (layer-offsets layer)))");

  gimp_assert_done (run);
  gimp_assert_said (run, "size", "(200 100)");
  gimp_assert_said (run, "offsets", "(0 0)");
}

/* Of the picture's own size: inside the ellipse it shows the picture, outside the image is as it was. */
static void
test_selection (void)
{
  g_autoptr (GimpRun) run = gimp_run ("(choose-place \"selection\")\n"
                                      "(let ((image (new-picture 300 200 RGB u8)))\n"
                                      "  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 50 20 64 64)\n"
                                      "  (let ((layer (car (generate image))))\n"
                                      "    (say \"size\" (layer-size layer))\n"
                                      "    (say \"offsets\" (layer-offsets layer))\n"
                                      "    (say \"masked\" (if (> (car (gimp-layer-get-mask layer)) 0) 1 0)))\n"
                                      "  (save-image image \"selection.png\"))");
  g_autofree char *path = gimp_path ("selection.png"), *wanted = gimp_reference ("reference.png", NULL);
  g_autoptr (GdkPixbuf) picture = NULL, reference = NULL;

  gimp_assert_done (run);
  gimp_assert_said (run, "size", "(64 64)");
  gimp_assert_said (run, "offsets", "(50 20)");
  gimp_assert_said (run, "masked", "1");
  picture = picture_load (path);
  reference = picture_load (wanted);
  g_assert_true (picture_is_plain (picture, 0, 0, 300, 20, background));
  g_assert_true (picture_is_plain (picture, 0, 0, 50, 200, background));
  g_assert_true (picture_is_plain (picture, 50, 20, 8, 8, background)); /* a corner of the box, outside the ellipse */
  for (int y = 16; y < 48; y++)
    for (int x = 16; x < 48; x++)
      for (int c = 0; c < 3; c++)
        g_assert_cmpint (picture_at (picture, 50 + x, 20 + y)[c], ==, picture_at (reference, x, y)[c]);
}

/* Of other proportions: the picture's middle fills the box. GIMP scales in linear light, so busy pictures become a
 * little lighter. */
static void
test_selection_scaled (void)
{
  g_autoptr (GimpRun) run = gimp_run ("(choose-place \"selection\")\n"
                                      "(let ((image (new-picture 300 200 RGB u8)))\n"
                                      "  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 50 20 256 128)\n"
                                      "  (let ((layer (car (generate image))))\n"
                                      "    (say \"size\" (layer-size layer))\n"
                                      "    (say \"offsets\" (layer-offsets layer))\n"
                                      "    (save-layer layer \"scaled.png\")))");
  g_autofree char *path = gimp_path ("scaled.png"), *wanted = gimp_reference ("reference.png", NULL);
  g_autoptr (GdkPixbuf) picture = NULL, reference = NULL;
  double sums[2] = { 0 };

  gimp_assert_done (run);
  gimp_assert_said (run, "size", "(250 128)"); /* the canvas ends there */
  gimp_assert_said (run, "offsets", "(50 20)");
  picture = picture_load (path);
  reference = picture_load (wanted);
  for (int y = 0; y < 128; y++)
    for (int x = 0; x < 250; x++)
      {
        sums[0] += picture_at (picture, x, y)[1];
        sums[1] += picture_at (reference, x * 64 / 250, 16 + y / 4)[1];
      }
  g_test_message ("mean %.2f, of the picture's middle %.2f", sums[0] / 32000, sums[1] / 32000);
  g_assert_cmpfloat_with_epsilon (sums[0] / 32000, sums[1] / 32000, 10);
}

/* In the middle without a selection, in the selection with one. */
static void
test_automatic (void)
{
  g_autoptr (GimpRun) run
      = gimp_run ("(choose-place \"automatic\")\n"
                  "(let* ((image (new-picture 200 100 RGB u8)) (layer (car (generate image))))\n"
                  "  (say \"offsets\" (layer-offsets layer))\n"
                  "  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 50 20 40 30)\n"
                  "  (let ((second (car (generate image))))\n"
                  "    (say \"size\" (layer-size second))\n"
                  "    (say \"painting-mask\" (if (= (car (gimp-layer-get-edit-mask second)) TRUE) 1 0))))");

  gimp_assert_done (run);
  gimp_assert_said (run, "offsets", "(68 18)");
  gimp_assert_said (run, "size", "(40 30)");
  gimp_assert_said (run, "painting-mask", "0");
}

/* The group that the layer comes into was shown before, and shows it. */
static void
check_group (const char *active)
{
  g_autofree char *script = g_strdup_printf (
      "(let* ((image (new-picture 64 64 RGB u8)) (group (new-group image)) (inner (new-layer image 64 64 0)))\n"
      "  (gimp-image-insert-layer image group 0 0)\n"
      "  (gimp-image-insert-layer image inner group 0)\n"
      "  (fill inner)\n"
      "  (activate image %s)\n"
      "  (save-visible image 64 64 \"before.png\")\n"
      "  (generate image)\n"
      "  (say \"top\" (length (layer-names image)))\n"
      "  (save-visible image 64 64 \"group.png\"))",
      active);
  g_autofree char *path = gimp_path ("group.png"), *wanted = gimp_reference ("reference.png", NULL);
  g_autoptr (GimpRun) run = gimp_run (script);

  gimp_assert_done (run);
  gimp_assert_said (run, "top", "2"); /* the group, and the picture below it */
  g_assert_cmpuint (picture_difference (path, wanted), ==, 0);
}

static void
test_group (void)
{
  check_group ("group");
  check_group ("inner");
}

static void
test_recipe_and_label (void)
{
  g_autoptr (GimpRun) run
      = gimp_run ("(save-xcf (image-of (car (generate -1))) (at \"alone.xcf\"))\n"
                  "(let ((image (new-picture 64 64 RGB u8))) (generate image) (save-xcf image (at \"user.xcf\")))\n"
                  "(set! include-recipe FALSE)\n"
                  "(save-xcf (image-of (car (generate -1))) (at \"without.xcf\"))\n");

  gimp_assert_done (run);
  g_assert_true (gimp_file_holds ("alone.xcf", LABEL_ALONE));
  g_assert_true (gimp_file_holds ("alone.xcf", RECIPE));
  g_assert_true (gimp_file_holds ("alone.xcf", "\"seed\": \"7\""));
  g_assert_true (gimp_file_holds ("alone.xcf", "\"prompt\": \"a red fox\""));
  g_assert_false (gimp_file_holds ("user.xcf", LABEL_ALONE));
  g_assert_true (gimp_file_holds ("user.xcf", LABEL_COMPOSITE));
  g_assert_true (gimp_file_holds ("user.xcf", RECIPE));
  g_assert_false (gimp_file_holds ("without.xcf", "digitalsourcetype"));
  g_assert_false (gimp_file_holds ("without.xcf", RECIPE));
}

static void
test_without_prompt (void)
{
  g_autoptr (GimpRun) run = gimp_run ("(set! include-prompt FALSE)\n"
                                      "(let ((made (call-plug-in -1)))\n"
                                      "  (say \"settings\" (car made))\n"
                                      "  (save-xcf (image-of (vector-ref (caddr made) 0)) (at \"private.xcf\")))");

  gimp_assert_done (run);
  g_assert_null (strstr (run->report, "red fox"));
  g_assert_false (gimp_file_holds ("private.xcf", "red fox"));
  g_assert_true (gimp_file_holds ("private.xcf", RECIPE));
}

/* Not for the user to switch off. */
static void
test_medical (void)
{
  g_autofree char *model = gimp_data (MODEL), *vqgan = gimp_data (VQGAN);
  g_autofree char *card = gimp_path ("card.json"), *path = gimp_path ("medical.gguf");
  g_autoptr (GimpRun) run = NULL;

  g_assert_true (g_file_set_contents (card, "{\"name\": \"test x-ray\", \"medical\": true}", -1, NULL));
  gimp_command (gimp_arra (), "convert", model, "--vqgan", vqgan, "--card", card, "--type", "f32", "-o", path, NULL);
  run = gimp_run ("(set! checkpoint (at \"medical.gguf\"))\n(set! vqgan \"\")\n(set! include-recipe FALSE)\n"
                  "(let ((image (image-of (car (generate -1)))))\n"
                  "  (say \"names\" (layer-names image))\n"
                  "  (save-xcf image (at \"medical.xcf\")))");
  gimp_assert_done (run);
  gimp_assert_said (run, "names", "(a red fox (" NOTE "))");
  g_assert_true (gimp_file_holds ("medical.xcf", "Xmp.dc.description"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  gimp_begin ();
  g_test_add_func ("/plugin/place/native", test_native);
  g_test_add_func ("/plugin/place/canvas", test_canvas);
  g_test_add_func ("/plugin/place/selection", test_selection);
  g_test_add_func ("/plugin/place/selection-scaled", test_selection_scaled);
  g_test_add_func ("/plugin/place/automatic", test_automatic);
  g_test_add_func ("/plugin/place/group", test_group);
  g_test_add_func ("/plugin/place/recipe-and-label", test_recipe_and_label);
  g_test_add_func ("/plugin/place/without-prompt", test_without_prompt);
  g_test_add_func ("/plugin/place/medical", test_medical);
  status = g_test_run ();
  gimp_end ();
  return status;
}
