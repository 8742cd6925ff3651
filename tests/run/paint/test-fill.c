/* test-fill.c - holes are filled, and nothing else changes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "job.h"
#include "mem.h"
#include "models.h"

#define WINDOW 4
#define W 150
#define H 110

static char *tiny;
static ArraCheckpoint *checkpoint;
static guint8 pixels[3 * W * H];

static ArraRequest
request_of (void)
{
  ArraRequest request = models_request (checkpoint, 0, 0);

  request.tries = 2;
  return request;
}

static ArraFill *
begin (const guint8 *mask, const ArraRequest *request)
{
  g_autoptr (GError) error = NULL;
  ArraFill *fill = arra_fill_new (checkpoint, pixels, mask, W, H, request, NULL, &error);

  g_assert_no_error (error);
  return fill;
}

static ArraPicture
paint (ArraFill *fill)
{
  g_autoptr (GError) error = NULL;
  ArraPicture picture;

  arra_job_run (arra_fill_job (fill), NULL, &error);
  g_assert_no_error (error);
  arra_fill_paint (fill, 0, &picture, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (picture.width, ==, W);
  g_assert_cmpuint (picture.height, ==, H);
  return picture;
}

static void
put (guint8 *mask, guint left, guint top, guint width, guint height, guint8 value)
{
  for (guint y = top; y < top + height; y++)
    memset (mask + y * W + left, value, width);
}

/* Outside of the mask to the bit, wherever the hole lies. */
static void
test_outside (void)
{
  static const guint places[][4]
      = { { 0, 0, 20, 20 }, { 60, 40, 33, 25 }, { 130, 90, 20, 20 }, { 0, 50, W, 10 }, { 75, 0, 1, H } };
  const ArraRequest request = request_of ();

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree guint8 *mask = g_malloc0 (W * H);
      g_autoptr (ArraFill) fill = NULL;
      ArraPicture picture;
      guint n_changed = 0;

      put (mask, places[i][0], places[i][1], places[i][2], places[i][3], 255);
      fill = begin (mask, &request);
      picture = paint (fill);
      for (guint k = 0; k < 3 * W * H; k++)
        if (mask[k / 3] == 0)
          g_assert_cmpuint (picture.pixels[k], ==, pixels[k]);
        else
          n_changed += picture.pixels[k] != pixels[k];
      g_assert_cmpuint (n_changed, >, 0);
    }
}

/* What lies in the hole does not show in what is made. */
static void
test_hidden (void)
{
  g_autofree guint8 *mask = g_malloc0 (W * H), *kept = g_memdup2 (pixels, sizeof pixels);
  g_autoptr (ArraFill) first = NULL, second = NULL;
  const ArraRequest request = request_of ();
  ArraPicture a, b;

  put (mask, 50, 40, 30, 30, 255);
  first = begin (mask, &request);
  for (guint k = 0; k < 3 * W * H; k++)
    if (mask[k / 3] != 0)
      pixels[k] = 255 - pixels[k];
  second = begin (mask, &request);
  memcpy (pixels, kept, sizeof pixels);
  a = paint (first);
  b = paint (second);
  g_assert_cmpmem (a.pixels, 3 * W * H, b.pixels, 3 * W * H);
}

/* Half a mask is half of either. */
static void
test_blended (void)
{
  g_autofree guint8 *whole = g_malloc0 (W * H), *half = g_malloc0 (W * H);
  g_autoptr (ArraFill) first = NULL, second = NULL;
  const ArraRequest request = request_of ();
  ArraPicture a, b;

  put (whole, 50, 40, 30, 30, 255);
  put (half, 50, 40, 30, 30, 51);
  first = begin (whole, &request);
  second = begin (half, &request);
  a = paint (first);
  b = paint (second);
  for (guint k = 0; k < 3 * W * H; k++)
    g_assert_cmpint (ABS (5 * (int) b.pixels[k] - 4 * (int) pixels[k] - (int) a.pixels[k]), <=, 6);
}

static void
test_not_finished (void)
{
  g_autofree guint8 *mask = g_malloc0 (W * H);
  g_autoptr (ArraFill) fill = NULL;
  const ArraRequest request = request_of ();
  g_autoptr (GError) error = NULL;
  ArraPicture picture;

  put (mask, 50, 40, 30, 30, 255);
  fill = begin (mask, &request);
  g_assert_false (arra_fill_paint (fill, 0, &picture, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
}

static void
test_refused (void)
{
  g_autofree guint8 *mask = g_malloc0 (W * H);
  ArraRequest request = request_of ();
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_fill_new (checkpoint, pixels, mask, W, H, &request, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "black everywhere"));
  g_clear_error (&error);
  mask[7] = 1;
  request.prompt = " ";
  g_assert_null (arra_fill_new (checkpoint, pixels, mask, W, H, &request, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

/* What a fill takes besides its job is planned, too: a limit that only the job has room within is too low, and that is
 * seen before anything is done. */
static void
test_memory (void)
{
  g_autofree guint8 *mask = g_malloc0 (W * H);
  ArraRequest request = request_of ();
  g_autoptr (ArraFill) fill = NULL, limited = NULL;
  g_autoptr (GError) error = NULL;
  ArraMemoryPlan plan;

  put (mask, 50, 40, 30, 30, 255);
  fill = begin (mask, &request);
  g_assert_true (arra_checkpoint_plan (checkpoint, &arra_fill_job (fill)->request, &plan, &error));
  request.memory_limit = plan.total;
  limited = arra_fill_new (checkpoint, pixels, mask, W, H, &request, NULL, &error);
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  g_assert_null (limited);
  g_clear_error (&error);
  request.memory_limit = plan.total + 64 * W * H;
  limited = arra_fill_new (checkpoint, pixels, mask, W, H, &request, NULL, &error);
  g_assert_no_error (error);
}

/* ---- codes of pixels */

static void
test_encode (void)
{
  const guint patch = arra_vqgan_patch (&checkpoint->vqgan_config), side = 4 * patch;
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *codes = arra_checkpoint_encode (checkpoint, pixels, side, side, 1, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < 16; i++)
    g_assert_cmpuint (codes[i], <, checkpoint->layout->n_codes);
  g_assert_null (arra_checkpoint_encode (checkpoint, pixels, side + 1, side, 1, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  guint patch;
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  checkpoint->defaults.width = checkpoint->defaults.height = WINDOW * patch;
  for (guint i = 0; i < G_N_ELEMENTS (pixels); i++)
    pixels[i] = (guint8) (40 + i * 2654435761u / 16777216u % 160);
  g_test_add_func ("/fill/outside", test_outside);
  g_test_add_func ("/fill/hidden", test_hidden);
  g_test_add_func ("/fill/blended", test_blended);
  g_test_add_func ("/fill/not-finished", test_not_finished);
  g_test_add_func ("/fill/refused", test_refused);
  g_test_add_func ("/fill/memory", test_memory);
  g_test_add_func ("/fill/encode", test_encode);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
