/* test-pixels.c - the layer's pixels are the picture's, in images of every kind
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <libgimp/gimp.h>

#include "gimp.h"
#include "picture.h"

static char *reference;

static guint
off_by (const char *name)
{
  g_autofree char *path = gimp_path (name);

  return picture_difference (path, reference);
}

static void
check (const char *script, const char *name, guint bound)
{
  g_autoptr (GimpRun) run = gimp_run (script);

  gimp_assert_done (run);
  g_assert_cmpuint (off_by (name), <=, bound);
}

static void
test_new_image (void)
{
  g_autoptr (GimpRun) run
      = gimp_run ("(let* ((made (call-plug-in -1)) (layer (vector-ref (caddr made) 0)) (image (image-of layer)))\n"
                  "  (say \"count\" (cadr made))\n"
                  "  (say \"layers\" (vector-length (caddr made)))\n"
                  "  (say \"size\" (layer-size layer))\n"
                  "  (say \"names\" (layer-names image))\n"
                  "  (say \"settings\" (car made))\n"
                  "  (save-layer layer \"new.png\"))");

  gimp_assert_done (run);
  gimp_assert_said (run, "count", "1");
  gimp_assert_said (run, "layers", "1");
  gimp_assert_said (run, "size", "(64 64)");
  gimp_assert_said (run, "names", "(a red fox)");
  g_assert_nonnull (strstr (run->report, "\"seed\":7,"));
  g_assert_nonnull (strstr (run->report, "\"guidance\":4"));
  g_assert_cmpuint (off_by ("new.png"), ==, 0);
}

static void
test_rgb (void)
{
  check ("(save-layer (car (generate (new-picture 100 80 RGB u8))) \"rgb.png\")", "rgb.png", 0);
}

static void
test_precisions (void)
{
  g_autoptr (GimpRun) run
      = gimp_run ("(save-layer (car (generate (new-picture 100 80 RGB u16))) \"u16.png\")\n"
                  "(save-layer (car (generate (new-picture 100 80 RGB float-linear))) \"float.png\")\n"
                  "(save-layer (car (generate (new-picture 100 80 RGB u8-linear))) \"linear.png\")\n");

  gimp_assert_done (run);
  g_assert_cmpuint (off_by ("u16.png"), ==, 0);
  g_assert_cmpuint (off_by ("float.png"), ==, 0);
  g_assert_cmpuint (off_by ("linear.png"), <=, 6);
}

static void
test_grey (void)
{
  g_autoptr (GimpRun) run = gimp_run ("(save-layer (car (generate (new-picture 100 80 GRAY u8))) \"grey.png\")\n");
  g_autofree char *path = gimp_path ("grey.png");

  gimp_assert_done (run);
  g_assert_cmpuint (picture_grey_difference (path, reference), <=, 1);
}

/* The web palette has a colour within half of 51 of every value. */
static void
test_indexed (void)
{
  check ("(let ((image (new-picture 100 80 RGB u8)))\n"
         "  (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-WEB 216 FALSE FALSE \"\")\n"
         "  (let ((layer (car (generate image))))\n"
         "    (save-layer layer \"indexed.png\")))",
         "indexed.png", 26);
}

static void
test_profile (void)
{
  GimpColorProfile *profile = gimp_color_profile_new_rgb_adobe ();
  g_autofree char *path = gimp_path ("adobe.icc");
  gsize size;
  const guint8 *bytes = gimp_color_profile_get_icc_profile (profile, &size);

  g_assert_true (g_file_set_contents (path, (const char *) bytes, (gssize) size, NULL));
  g_object_unref (profile);
  check ("(let ((image (new-picture 100 80 RGB u16)))\n"
         "  (set-profile image (at \"adobe.icc\"))\n"
         "  (save-layer (car (generate image)) \"adobe.png\"))",
         "adobe.png", 1);
}

static void
test_several (void)
{
  static const char *const options[] = { "--count", "3", NULL };
  g_autoptr (GimpRun) run = NULL;

  g_free (gimp_reference ("several.png", options));
  run = gimp_run ("(set! count 3)\n"
                  "(let* ((image (new-picture 64 64 RGB u8)) (layers (generate image)))\n"
                  "  (define group (car (all-layers image)))\n"
                  "  (say \"layers\" (length (layer-names image)))\n"
                  "  (say \"in-it\" (equal? (children group) layers))\n"
                  "  (say \"seen\" (map (lambda (l) (car (gimp-item-get-visible l))) (cons group layers)))\n"
                  "  (say \"active\" (equal? (active image) (car layers)))\n"
                  "  (save-layer (car layers) \"a.png\")\n"
                  "  (save-layer (cadr layers) \"b.png\")\n"
                  "  (save-layer (caddr layers) \"c.png\"))");

  gimp_assert_done (run);
  gimp_assert_said (run, "layers", "2"); /* the group, and the user's */
  gimp_assert_said (run, "in-it", "#t");
  gimp_assert_said (run, "seen", "(1 1 0 0)");
  gimp_assert_said (run, "active", "#t");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("%c.png", 'a' + (int) i), *path = gimp_path (name);
      g_autofree char *numbered = g_strdup_printf ("several-%u.png", i + 1), *wanted = gimp_path (numbered);

      g_assert_cmpuint (picture_difference (path, wanted), ==, 0);
    }
}

/* What `arra generate --keep` keeps, in its order. */
static void
test_ranked (void)
{
  static const char *const options[] = { "--count", "3", "--keep", "2", NULL };
  g_autoptr (GimpRun) run = NULL;

  g_free (gimp_reference ("ranked.png", options));
  run = gimp_run ("(set! count 3)\n(set! keep 2)\n"
                  "(let* ((made (call-plug-in (new-picture 64 64 RGB u8))) (layers (made-of made)))\n"
                  "  (say \"settings\" (car made))\n"
                  "  (say \"layers\" (length layers))\n"
                  "  (save-layer (car layers) \"nearest.png\")\n"
                  "  (save-layer (cadr layers) \"next.png\"))");
  gimp_assert_done (run);
  gimp_assert_said (run, "layers", "2");
  g_assert_nonnull (strstr (run->report, "\"keep\":2,"));
  g_assert_nonnull (strstr (run->report, "\"scores\":["));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = gimp_path (i == 0 ? "nearest.png" : "next.png");
      g_autofree char *wanted = gimp_path (i == 0 ? "ranked-1.png" : "ranked-2.png");

      g_assert_cmpuint (picture_difference (path, wanted), ==, 0);
    }
}

static void
copy_golden (const char *name, const char *folder, const char *as)
{
  g_autofree char *from_path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", name, NULL);
  g_autoptr (GFile) from = g_file_new_for_path (from_path), to = g_file_new_build_filename (folder, as, NULL);
  g_autoptr (GError) error = NULL;

  g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* A model whose prompts a text encoder reads, which lies elsewhere: as with the command's --text-encoder. */
static void
test_text_encoder (void)
{
  g_autofree char *folder = gimp_path ("encoder"), *wanted = gimp_path ("wanted.png"), *made = gimp_path ("text.png");
  g_autofree char *model = gimp_data ("golden/llamagen/t2i/t2i_bf16.pt"), *script = NULL;
  g_autofree char *vqgan = gimp_data ("golden/llamagen/vq8_like/model.safetensors");
  g_autoptr (GimpRun) run = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  copy_golden ("vision/t5_encoder/config.json", folder, "config.json");
  copy_golden ("vision/t5_encoder/model.safetensors", folder, "model.safetensors");
  copy_golden ("tokenizer/t5_unigram_A_small_charsmap/tokenizer.json", folder, "tokenizer.json");
  gimp_command (gimp_arra (), "generate", "--model", model, "--vqgan", vqgan, "--text-encoder", folder, "--prompt",
                "a red fox", "--seed", "7", "--quiet", "-o", wanted, NULL);
  script = g_strdup_printf ("(set! checkpoint \"%s\")\n(set! vqgan \"%s\")\n(set! text-encoder (at \"encoder\"))\n"
                            "(set! width 0)\n(set! height 0)\n"
                            "(let ((made (call-plug-in (new-picture 64 64 RGB u8))))\n"
                            "  (say \"settings\" (car made))\n"
                            "  (save-layer (car (made-of made)) \"text.png\"))",
                            model, vqgan);
  run = gimp_run (script);
  gimp_assert_done (run);
  g_assert_nonnull (strstr (run->report, "\"text-encoder\":"));
  g_assert_cmpuint (picture_difference (made, wanted), ==, 0);
}

/* One of several again, alone. */
static void
test_first (void)
{
  static const char *const options[] = { "--first", "2", NULL };
  g_autofree char *wanted = gimp_reference ("third.png", options), *path = gimp_path ("third-layer.png");
  g_autoptr (GimpRun) run = gimp_run ("(set! first 2)\n"
                                      "(save-layer (car (generate -1)) \"third-layer.png\")");

  gimp_assert_done (run);
  g_assert_cmpuint (picture_difference (path, wanted), ==, 0);
  g_assert_cmpuint (picture_difference (path, reference), >, 0);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  gimp_begin ();
  reference = gimp_reference ("reference.png", NULL);
  g_test_add_func ("/plugin/pixels/new-image", test_new_image);
  g_test_add_func ("/plugin/pixels/rgb", test_rgb);
  g_test_add_func ("/plugin/pixels/precisions", test_precisions);
  g_test_add_func ("/plugin/pixels/grey", test_grey);
  g_test_add_func ("/plugin/pixels/indexed", test_indexed);
  g_test_add_func ("/plugin/pixels/profile", test_profile);
  g_test_add_func ("/plugin/pixels/several", test_several);
  g_test_add_func ("/plugin/pixels/ranked", test_ranked);
  g_test_add_func ("/plugin/pixels/text-encoder", test_text_encoder);
  g_test_add_func ("/plugin/pixels/first", test_first);
  status = g_test_run ();
  g_free (reference);
  gimp_end ();
  return status;
}
