/* test-picture_window.c - which codes lie in a window, and where windows may lie
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_window.h"

#include <string.h>

#define ROWS 3
#define COLUMNS 5
#define LAST G_MAXUINT32

static const guint32 caption[] = { 7, 8 };

static const guint32 *
prompt_of (gpointer owner, guint item, guint *n)
{
  *n = 2;
  return caption;
}

/* Codes tell their place. */
static void
codes_of (gpointer owner, guint item, guint32 *codes)
{
  for (guint i = 0; i < ROWS * COLUMNS; i++)
    codes[i] = 100 * item + 10 * (i / COLUMNS) + i % COLUMNS;
}

static void
features_of (gpointer owner, guint item, float *features)
{
  features[0] = (float) item;
}

static void
count_free (gpointer owner)
{
  ++*(guint *) owner;
}

static ArraPictureItems
make (guint *freed)
{
  return (ArraPictureItems) { .n = 4,
                              .rows = ROWS,
                              .columns = COLUMNS,
                              .feature_width = 1,
                              .prompt = prompt_of,
                              .codes = codes_of,
                              .features = features_of,
                              .owner = freed,
                              .free_owner = count_free };
}

static ArraPictureWindow *
open_window (ArraPictureItems *items, guint rows, guint columns, gboolean tiles)
{
  g_autoptr (GError) error = NULL;
  ArraPictureWindow *window = arra_picture_window_open (items, rows, columns, tiles, "x.yaml", &error);

  g_assert_no_error (error);
  return window;
}

static void
check_codes (const ArraPictureItems *items, guint32 a, guint32 b, guint32 c, guint32 d)
{
  guint32 codes[4];

  items->codes (items->owner, 2, codes);
  g_assert_cmpuint (codes[0], ==, a);
  g_assert_cmpuint (codes[1], ==, b);
  g_assert_cmpuint (codes[2], ==, c);
  g_assert_cmpuint (codes[3], ==, d);
}

static void
test_within (void)
{
  guint freed = 0, n;
  ArraPictureItems items = make (&freed);
  ArraPictureWindow *window = open_window (&items, 2, 2, FALSE);
  float feature;

  g_assert_cmpuint (items.n, ==, 4);
  g_assert_cmpuint (items.rows, ==, 2);
  g_assert_cmpuint (items.columns, ==, 2);
  check_codes (&items, 200, 201, 210, 211);
  arra_picture_window_move (window, LAST, LAST);
  check_codes (&items, 213, 214, 223, 224);
  arra_picture_window_move (window, 0, G_MAXUINT32 / 2);
  check_codes (&items, 201, 202, 211, 212);
  g_assert_true (items.prompt (items.owner, 2, &n) == caption);
  items.features (items.owner, 2, &feature);
  g_assert_cmpfloat (feature, ==, 2);
  arra_picture_items_clear (&items);
  g_assert_cmpuint (freed, ==, 1);
}

static void
test_tiles (void)
{
  guint freed = 0;
  ArraPictureItems items = make (&freed);
  ArraPictureWindow *window = open_window (&items, 2, 2, TRUE);

  arra_picture_window_move (window, LAST, LAST);
  check_codes (&items, 224, 220, 204, 200);
  arra_picture_items_clear (&items);
}

/* As large as a tile, it is the tile moved along; as a picture without sides, it stays. */
static void
test_whole (void)
{
  guint freed = 0;
  ArraPictureItems tile = make (&freed), picture = make (&freed);
  ArraPictureWindow *window = open_window (&tile, ROWS, COLUMNS, TRUE);
  guint32 codes[ROWS * COLUMNS];

  arra_picture_window_move (window, LAST, 0);
  tile.codes (tile.owner, 0, codes);
  g_assert_cmpuint (codes[0], ==, 20);
  g_assert_cmpuint (codes[COLUMNS], ==, 0);
  window = open_window (&picture, ROWS, COLUMNS, FALSE);
  arra_picture_window_move (window, LAST, LAST);
  picture.codes (picture.owner, 0, codes);
  g_assert_cmpuint (codes[0], ==, 0);
  arra_picture_items_clear (&tile);
  arra_picture_items_clear (&picture);
}

static void
test_refused (void)
{
  static const guint sides[][2] = { { 0, 2 }, { 2, 0 }, { ROWS + 1, 2 }, { 2, COLUMNS + 1 } };
  guint freed = 0;
  ArraPictureItems items = make (&freed);

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_picture_window_open (&items, sides[i][0], sides[i][1], TRUE, "x.yaml", &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, "x.yaml"));
      g_assert_cmpuint (items.rows, ==, ROWS);
    }
  arra_picture_items_clear (&items);
  g_assert_cmpuint (freed, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture-window/within", test_within);
  g_test_add_func ("/picture-window/tiles", test_tiles);
  g_test_add_func ("/picture-window/whole", test_whole);
  g_test_add_func ("/picture-window/refused", test_refused);
  return g_test_run ();
}
