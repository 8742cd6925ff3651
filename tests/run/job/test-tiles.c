/* test-tiles.c - pictures decoded window by window: one window is the decoder's picture, tiles cover all,
 * wrapped ones have no edge
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "mem.h"
#include "models.h"
#include "tiles.h"

static char *tiny;
static ArraCheckpoint *checkpoint;
static ArraExec executive;
static guint patch;

static void
test_axes (void)
{
  for (guint window = 1; window < 20; window++)
    for (guint extent = window; extent < 90; extent++)
      for (guint wrap = 0; wrap < 2; wrap++)
        {
          const ArraTileAxis axis = arra_tile_axis (extent, window, wrap);
          g_autofree guint *covered = g_new0 (guint, extent);

          for (guint i = 0; i < axis.n; i++)
            {
              const guint begin = arra_tile_begin (&axis, i), end = begin + window;

              g_assert_cmpuint (begin, <, extent);
              g_assert_true (wrap || end <= extent);
              g_assert_true (i == 0 || window < 8 || begin + window / 8 <= arra_tile_begin (&axis, i - 1) + window);
              for (guint at = begin; at < end; at++)
                covered[at % extent]++;
            }
          for (guint at = 0; at < extent; at++)
            g_assert_cmpuint (covered[at], >, 0);
          g_assert_true (wrap || extent > window || axis.n == 1);
        }
}

static guint8 *
decode (const guint32 *codes, const ArraTileAxis *down, const ArraTileAxis *across)
{
  g_autoptr (ArraVqganRun) run
      = arra_vqgan_run_new (checkpoint->vqgan, &executive, down->window, across->window, FALSE, NULL);
  const guint width = across->extent * patch, height = down->extent * patch;
  guint8 *pixels = g_malloc ((gsize) 3 * width * height);
  const guint64 before = arra_mem_held ();
  ArraTiles tiles;
  g_autoptr (GError) error = NULL;

  arra_tiles_init (&tiles, run, &checkpoint->vqgan_config, down, across, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_mem_held () - before, <=, arra_tiles_bytes (&checkpoint->vqgan_config, down, across) + 4096);
  arra_tiles_decode (&tiles, codes, width, height, pixels, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  arra_tiles_clear (&tiles);
  return pixels;
}

static guint32 *
random_codes (guint n)
{
  guint32 *codes = g_new (guint32, n);

  for (guint i = 0; i < n; i++)
    codes[i] = (i * 2654435761u >> 7) % checkpoint->vqgan_config.n_embed;
  return codes;
}

static void
test_one (void)
{
  const ArraTileAxis down = arra_tile_axis (4, 4, FALSE), across = arra_tile_axis (6, 6, FALSE);
  g_autofree guint32 *codes = random_codes (24);
  g_autofree guint8 *tiled = decode (codes, &down, &across), *whole = g_malloc (24 * 3 * patch * patch);
  g_autofree float *planes = g_new (float, 24 * 3 * patch * patch);
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (checkpoint->vqgan, &executive, 4, 6, FALSE, NULL);

  g_assert_true (arra_vqgan_decode (run, codes, 4, 6, planes, NULL, NULL, NULL, NULL));
  arra_vqgan_to_u8 (&checkpoint->vqgan_config, planes, 4 * patch, 6 * patch, whole);
  g_assert_cmpmem (tiled, 24 * 3 * patch * patch, whole, 24 * 3 * patch * patch);
}

/* A picture whose codes are moved by a tile is the picture moved by a tile: its edges are like its inside. */
static void
test_wrapped (void)
{
  const guint n = 9, width = n * patch;
  const ArraTileAxis down = arra_tile_axis (n, 4, TRUE), across = arra_tile_axis (n, 4, TRUE);
  g_autofree guint32 *codes = random_codes (n * n), *moved = g_new (guint32, n * n);
  g_autofree guint8 *first = NULL, *second = NULL;
  const guint step_y = n / down.n, step_x = n / across.n;

  g_assert_cmpuint (n % down.n, ==, 0);
  for (guint y = 0; y < n; y++)
    for (guint x = 0; x < n; x++)
      moved[y * n + x] = codes[(y + step_y) % n * n + (x + step_x) % n];
  first = decode (codes, &down, &across);
  second = decode (moved, &down, &across);
  for (guint y = 0; y < width; y++)
    for (guint x = 0; x < 3 * width; x++)
      g_assert_cmpint (abs (second[y * 3 * width + x]
                            - first[(y + step_y * patch) % width * 3 * width + (x + 3 * step_x * patch) % (3 * width)]),
                       <=, 1);
}

/* More tiles than one, of a picture that is everywhere the same: no tile shows. */
static void
test_even (void)
{
  const ArraTileAxis down = arra_tile_axis (11, 4, FALSE), across = arra_tile_axis (9, 4, FALSE);
  const ArraTileAxis one = arra_tile_axis (4, 4, FALSE);
  g_autofree guint32 *codes = g_new0 (guint32, 99);
  g_autofree guint8 *tiled = decode (codes, &down, &across), *window = decode (codes, &one, &one);
  guint8 least[3] = { 255, 255, 255 }, most[3] = { 0, 0, 0 };

  for (guint i = 0; i < 16 * patch * patch; i++)
    for (guint c = 0; c < 3; c++)
      {
        least[c] = MIN (least[c], window[3 * i + c]);
        most[c] = MAX (most[c], window[3 * i + c]);
      }
  for (guint i = 0; i < 99 * patch * patch; i++)
    for (guint c = 0; c < 3; c++)
      {
        g_assert_cmpuint (tiled[3 * i + c] + 1, >=, least[c]);
        g_assert_cmpuint (tiled[3 * i + c], <=, most[c] + 1);
      }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  executive.kernels = arra_kernels_default (NULL);
  patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  g_test_add_func ("/tiles/axes", test_axes);
  g_test_add_func ("/tiles/one", test_one);
  g_test_add_func ("/tiles/wrapped", test_wrapped);
  g_test_add_func ("/tiles/even", test_even);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
