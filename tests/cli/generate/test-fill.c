/* test-fill.c - `arra fill`, and the sizes and edges of `arra generate` that are made in windows
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness.h"
#include "picture.h"

static char *model;

#define WALL "generate", "-q", "-m", model, "red brick wall", "--seed", "3"
/* Wider than the model's own pictures: those nearly fit at their edges, as the tiles do that it learnt from. */
#define SKY "generate", "-q", "-m", model, "white clouds in a blue sky", "--size", "384x256"

static void
load (const char *name, ArraRaster *raster)
{
  g_autofree char *path = scratch_path (name);
  g_autoptr (GError) error = NULL;

  arra_raster_load (raster, path, &error);
  g_assert_no_error (error);
}

static void
save (const char *name, gsize width, gsize height, guint channels, const guint8 *pixels)
{
  const ArraRaster raster = { width, height, channels, (guint8 *) pixels };
  const ArraPictureLabels labels = { 0 };
  g_autofree char *path = scratch_path (name);
  g_autoptr (GError) error = NULL;

  arra_raster_save_png (&raster, &labels, path, &error);
  g_assert_no_error (error);
}

static void
assert_size (const char *name, guint width, guint height)
{
  guint w, h;

  picture_size (name, &w, &h);
  g_assert_cmpuint (w, ==, width);
  g_assert_cmpuint (h, ==, height);
}

/* A size that is none of the model's own, stopped by nothing; from its tokens the same picture again. */
static void
test_any_size (void)
{
  g_autoptr (Outcome) made = NULL, again = NULL, decoded = NULL;

  harness_begin ();
  made = arra_run (WALL, "--size", "300x130", "-o", "any.png", "--tokens-out", "any.json", NULL);
  assert_status (made, 0);
  assert_size ("any.png", 300, 130);
  again = arra_run ("generate", "-q", "-m", model, "--resume", "any.json", "-o", "again.png", NULL);
  assert_status (again, 0);
  g_assert_true (same_bytes ("any.png", "again.png"));
  decoded = arra_run ("decode", "-m", model, "any.json", "-o", "decoded.png", NULL);
  assert_status (decoded, 70);
  g_assert_nonnull (strstr (decoded->err, "--resume any.json"));
  harness_end ();
}

#define CODE 8 /* pixels: nearer than that the image tokenizer, which wraps, smooths what does not fit */

/* Mean difference in the same row between column @x and the one @apart to its left, which is at the other edge for the
 * first few. */
static double
step_at (const ArraRaster *raster, gsize x, gsize apart)
{
  const gsize width = raster->width, before = (x + width - apart) % width;
  double sum = 0;

  for (gsize y = 0; y < raster->height; y++)
    for (guint c = 0; c < 3; c++)
      sum += ABS ((int) raster->pixels[3 * (y * width + x) + c] - (int) raster->pixels[3 * (y * width + before) + c]);
  return sum / (3.0 * (double) raster->height);
}

/* How much larger steps over the edge are than those inside. */
static double
jump (const char *name)
{
  g_autoraster ArraRaster raster = { 0 };
  double over = 0, inside = 0;

  load (name, &raster);
  for (gsize x = 0; x < raster.width; x++)
    *(x < CODE ? &over : &inside) += step_at (&raster, x, CODE);
  return over / CODE / (inside / (double) (raster.width - CODE));
}

/* The step between neighbours over the edge is no larger than those inside. */
static void
assert_no_seam (const char *name)
{
  g_autoraster ArraRaster raster = { 0 };
  double most = 0;

  load (name, &raster);
  for (gsize x = 1; x < raster.width; x++)
    most = MAX (most, step_at (&raster, x, 1));
  g_assert_cmpfloat (step_at (&raster, 0, 1), <, most);
}

/* Three skies, whose clouds are cut at the edge of the picture, and are not when that is asked for. */
static void
test_seamless (void)
{
  static const char *const seeds[] = { "1", "2", "3" };
  double tile = 0, cut = 0;

  harness_begin ();
  for (gsize i = 0; i < G_N_ELEMENTS (seeds); i++)
    {
      g_autoptr (Outcome) made = arra_run (SKY, "--seed", seeds[i], "--seamless", "x", "-o", "tile.png", NULL);
      g_autoptr (Outcome) plain = arra_run (SKY, "--seed", seeds[i], "-o", "cut.png", NULL);

      assert_status (made, 0);
      assert_status (plain, 0);
      assert_no_seam ("tile.png");
      tile += jump ("tile.png") / G_N_ELEMENTS (seeds);
      cut += jump ("cut.png") / G_N_ELEMENTS (seeds);
    }
  g_test_message ("over the edge %.2f of inside, cut %.2f", tile, cut);
  g_assert_cmpfloat (tile, <, 0.75 * cut);
  harness_end ();
}

/* ---- a part of a picture anew */

/* Mean difference of the rows from @begin to before @end. */
static double
difference (const ArraRaster *a, const ArraRaster *b, gsize begin, gsize end)
{
  double sum = 0;

  for (gsize i = 3 * begin * a->width; i < 3 * end * a->width; i++)
    sum += ABS ((int) a->pixels[i] - (int) b->pixels[i]);
  return sum / (3.0 * (double) (end - begin) * (double) a->width);
}

static void
test_from (void)
{
  g_autoptr (Outcome) made = NULL, rows = NULL, all = NULL, picture = NULL, other = NULL;
  g_autoraster ArraRaster before = { 0 }, after = { 0 };

  harness_begin ();
  made = arra_run (WALL, "-o", "wall.png", "--tokens-out", "wall.json", NULL);
  assert_status (made, 0);
  rows = arra_run ("generate", "-q", "-m", model, "red brick wall", "--seed", "4", "--from", "wall.json", "--from-row",
                   "25", "-o", "rows.png", NULL);
  assert_status (rows, 0);
  load ("wall.png", &before);
  load ("rows.png", &after);
  g_assert_cmpuint (after.height, ==, 256);
  /* what is decoded far above the first new row is nearly what it was; what is below is not */
  g_assert_cmpfloat (difference (&before, &after, 0, 128), <, 2);
  g_assert_cmpfloat (difference (&before, &after, 208, 256), >, 5);
  /* of the first row on, with the same noise, all is as it was made */
  all = arra_run (WALL, "--from", "wall.json", "--from-row", "1", "-o", "all.png", "--no-metadata", NULL);
  assert_status (all, 0);
  arra_raster_clear (&after);
  load ("all.png", &after);
  g_assert_cmpfloat (difference (&before, &after, 0, 256), ==, 0);
  picture = arra_run ("generate", "-q", "-m", model, "red brick wall", "--seed", "4", "--from", "wall.png", "--vary",
                      "0.2", "-o", "varied.png", NULL);
  assert_status (picture, 0);
  assert_size ("varied.png", 256, 256);
  other = arra_run ("generate", "-q", "-m", model, "red brick wall", "--seed", "4", "--from", "wall.png", "--vary",
                    "0.2", "-o", "again.png", NULL);
  assert_status (other, 0);
  g_assert_true (same_bytes ("varied.png", "again.png"));
  g_assert_false (same_bytes ("varied.png", "wall.png"));
  harness_end ();
}

/* ---- fill */

#define W 280
#define H 264

/* A picture with a hole; @channels 4: transparent in the hole. */
static void
write_picture (guint channels)
{
  g_autofree guint8 *pixels = g_malloc ((gsize) W * H * channels), *mask = g_malloc0 (3 * W * H);

  for (gsize y = 0; y < H; y++)
    for (gsize x = 0; x < W; x++)
      {
        const gboolean hole = x >= 100 && x < 170 && y >= 90 && y < 150;

        for (guint c = 0; c < channels; c++)
          pixels[(y * W + x) * channels + c]
              = c == 3 ? (hole ? 0 : 255) : (guint8) (90 + 40 * c + (x * 3 + y * 5) % 40);
        memset (mask + 3 * (y * W + x), hole ? 255 : 0, 3);
      }
  save (channels == 4 ? "clear.png" : "picture.png", W, H, channels, pixels);
  save ("mask.png", W, H, 3, mask);
}

static void
assert_filled (const char *name, gsize left, gsize top)
{
  g_autoraster ArraRaster before = { 0 }, after = { 0 };
  guint n_changed = 0;

  load ("picture.png", &before);
  load (name, &after);
  for (gsize y = 0; y < H; y++)
    for (gsize x = 0; x < W; x++)
      {
        const gboolean same
            = memcmp (before.pixels + 3 * (y * W + x), after.pixels + 3 * ((y + top) * after.width + x + left), 3) == 0;

        if (x < 100 || x >= 170 || y < 90 || y >= 150)
          g_assert_true (same);
        else
          n_changed += !same;
      }
  g_assert_true (left > 0 || n_changed > 1000);
}

static void
test_fill (void)
{
  g_autoptr (Outcome) made = NULL, clear = NULL, wide = NULL;

  harness_begin ();
  write_picture (4);
  write_picture (3);
  made = arra_run ("fill", "picture.png", "--mask", "mask.png", "-m", model, "-p", "red brick wall", "--seed", "1",
                   "--tries", "1", "-n", "2", "-o", "filled.png", NULL);
  assert_status (made, 0);
  g_assert_nonnull (strstr (made->out, "filled-2.png"));
  assert_filled ("filled-1.png", 0, 0);
  assert_filled ("filled-2.png", 0, 0);
  g_assert_false (same_bytes ("filled-1.png", "filled-2.png"));
  clear = arra_run ("fill", "-q", "clear.png", "-m", model, "-p", "red brick wall", "--seed", "1", "--tries", "1", "-o",
                    "clear-filled.png", NULL);
  assert_status (clear, 0);
  assert_filled ("clear-filled.png", 0, 0);
  wide = arra_run ("fill", "-q", "picture.png", "--extend", "left=33,bottom=8", "-m", model, "-p", "red brick wall",
                   "--seed", "1", "--tries", "1", "-o", "wide.png", NULL);
  assert_status (wide, 0);
  assert_size ("wide.png", W + 33, H + 8);
  assert_filled ("wide.png", 33, 0);
  harness_end ();
}

static const struct
{
  int status;
  const char *words;
  const char *arguments[12];
} refusals[] = {
  { 64, "no picture", { "-p", "a", "-o", "o.png" } },
  { 64, "no output", { "picture.png", "-p", "a" } },
  { 64, "no prompt: say what is made, as in: arra fill ", { "picture.png", "-o", "o.png" } },
  { 64, "'up=3' is no side", { "picture.png", "-p", "a", "--extend", "up=3", "-o", "o.png" } },
  { 64, "--extend: '-3'", { "picture.png", "-p", "a", "--extend", "left=-3", "-o", "o.png" } },
  { 64, "--tries: 0", { "picture.png", "-p", "a", "--tries", "0", "-o", "o.png" } },
  { 64, "picture.png", { "picture.png", "-p", "a", "--mask", "mask.png", "-o", "picture.png" } },
  { 64, "mask.png", { "picture.png", "-p", "a", "--mask", "mask.png", "-o", "mask.png" } },
  { 64, "small.png has 2 x 2", { "picture.png", "-p", "a", "--mask", "small.png", "-o", "o.png" } },
  { 64,
    "picture.png has no transparent parts, and neither --mask nor --extend",
    { "picture.png", "-p", "a", "-o", "o.png" } },
  { 64, "parts, --extend left=0 adds no pixel", { "picture.png", "-p", "a", "--extend", "left=0", "-o", "o.png" } },
  { 64, "parts, black.png is black everywhere", { "picture.png", "-p", "a", "--mask", "black.png", "-o", "o.png" } },
  { 70, "nobody.png", { "nobody.png", "-p", "a", "-o", "o.png" } },
};

static void
test_refused (void)
{
  static const guint8 small[12], black[3 * W * H];

  harness_begin ();
  write_picture (3);
  save ("small.png", 2, 2, 3, small);
  save ("black.png", W, H, 3, black);
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const char *const *a = refusals[i].arguments;
      g_autoptr (Outcome) outcome
          = arra_run ("fill", "-m", model, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], NULL);

      g_test_message ("%s", outcome->err);
      assert_status (outcome, refusals[i].status);
      g_assert_nonnull (strstr (outcome->err, refusals[i].words));
    }
  harness_end ();
}

/* A folder of pictures without edges that fit gets none with them, nor those of more tries. */
static void
test_series (void)
{
  static const char *const others[][4]
      = { { "--seamless", "x", NULL }, { "--seamless", "both", NULL }, { "--seamless", "y", "--tries", "2" } };
  g_autofree char *prompts = NULL;
  g_autoptr (Outcome) made = NULL, same = NULL;

  harness_begin ();
  prompts = scratch_path ("prompts.txt");
  g_assert_true (g_file_set_contents (prompts, "large cloudy sky\n", -1, NULL));
  made = arra_run ("generate", "-m", model, "--prompts", prompts, "--seamless", "y", "--tries", "1", "-o", "set", NULL);
  assert_status (made, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (Outcome) other = arra_run ("generate", "-m", model, "--prompts", prompts, "-o", "set", others[i][0],
                                            others[i][1], others[i][2], others[i][3], NULL);

      assert_status (other, 64);
      assert_says (other->err, "set holds another series");
    }
  same = arra_run ("generate", "-m", model, "--prompts", prompts, "--seamless", "y", "--tries", "1", "-o", "set", NULL);
  assert_status (same, 0);
  assert_says (same->out, "0 of them new");
  harness_end ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  model = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", "data", "checkpoints", "textures.gguf", NULL);
  g_test_add_func ("/fill/any-size", test_any_size);
  g_test_add_func ("/fill/seamless", test_seamless);
  g_test_add_func ("/fill/from", test_from);
  g_test_add_func ("/fill/fill", test_fill);
  g_test_add_func ("/fill/series", test_series);
  g_test_add_func ("/fill/refused", test_refused);
  result = g_test_run ();
  g_free (model);
  return result;
}
