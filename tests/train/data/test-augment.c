/* test-augment.c - changes of pictures: none, one at a time, and the same ones each time
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "augment.h"

#include <math.h>
#include <string.h>

#define SIDE 12
#define N (SIDE * SIDE * 3)

static guint8 rgb[N];

static void
paint (void)
{
  for (guint i = 0; i < N; i++)
    rgb[i] = (guint8) (i * 37 + i / 7 * 11);
}

static void
change (const ArraAugment *augment, guint64 step, guint item, float *out)
{
  float scratch[N];

  arra_augment (augment, rgb, SIDE, 5, step, item, scratch, out);
}

static double
mean_of (const float *x)
{
  double sum = 0;

  for (guint i = 0; i < N; i++)
    sum += (double) x[i] / N;
  return sum;
}

static double
deviation_of (const float *x)
{
  double mean = mean_of (x), sum = 0;

  for (guint i = 0; i < N; i++)
    sum += ((double) x[i] - mean) * ((double) x[i] - mean) / N;
  return sqrt (sum);
}

static void
test_none (void)
{
  const ArraAugment none = { 0 };
  float out[N];

  change (&none, 3, 1, out);
  for (guint i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (out[i], rgb[i] / 255.0, 1e-6);
}

static void
test_repeat (void)
{
  const ArraAugment all = { 2, 0.1, 0.2, 0.5, 0.05 };
  float one[N], other[N];

  change (&all, 7, 2, one);
  change (&all, 7, 2, other);
  g_assert_cmpmem (one, sizeof one, other, sizeof other);
  change (&all, 8, 2, other);
  g_assert_cmpint (memcmp (one, other, sizeof one), !=, 0);
  change (&all, 7, 3, other);
  g_assert_cmpint (memcmp (one, other, sizeof one), !=, 0);
}

/* The offset at which @out is the picture; it must be one of those allowed. */
static gint
find_shift (const float *out)
{
  for (gint dy = -2; dy <= 2; dy++)
    for (gint dx = -2; dx <= 2; dx++)
      {
        gboolean same = TRUE;

        for (gint y = 2; y < SIDE - 2 && same; y++)
          for (gint x = 6; x < 3 * (SIDE - 2) && same; x++)
            same = fabsf (out[y * SIDE * 3 + x] - rgb[(y + dy) * SIDE * 3 + x + 3 * dx] / 255.0f) < 1e-6f;
        if (same)
          return 5 * (dy + 2) + dx + 2;
      }
  g_assert_not_reached ();
}

/* All 25 places occur. */
static void
test_shift (void)
{
  const ArraAugment shift = { .shift = 2 };
  guint32 seen = 0;
  float out[N];

  for (guint step = 0; step < 300; step++)
    {
      change (&shift, step, 0, out);
      seen |= 1u << find_shift (out);
    }
  g_assert_cmpuint (seen, ==, (1u << 25) - 1);
}

/* Brightness moves the mean, contrast leaves it and scales the rest, both within their bounds. */
static void
test_light (void)
{
  const ArraAugment none = { 0 }, brightness = { .brightness = 0.1 }, contrast = { .contrast = 0.2 };
  float plain[N], out[N];
  double least = 1, most = -1;

  change (&none, 0, 0, plain);
  for (guint step = 0; step < 100; step++)
    {
      double ratio;

      change (&brightness, step, 0, out);
      least = MIN (least, mean_of (out) - mean_of (plain));
      most = MAX (most, mean_of (out) - mean_of (plain));
      change (&contrast, step, 0, out);
      g_assert_cmpfloat_with_epsilon (mean_of (out), mean_of (plain), 1e-5);
      ratio = deviation_of (out) / deviation_of (plain);
      g_assert_cmpfloat (fabs (ratio - 1), <, 0.2001);
    }
  g_assert_cmpfloat (least, >, -0.1001);
  g_assert_cmpfloat (least, <, -0.08);
  g_assert_cmpfloat (most, <, 0.1001);
  g_assert_cmpfloat (most, >, 0.08);
}

/* Half of the pictures are blurred; that keeps their mean, nearly, and takes much of their deviation. */
static void
test_blur (void)
{
  const ArraAugment none = { 0 }, blur = { .blur = 0.5 };
  float plain[N], out[N];
  guint n = 0;

  change (&none, 0, 0, plain);
  for (guint step = 0; step < 200; step++)
    {
      change (&blur, step, 0, out);
      if (memcmp (out, plain, sizeof out) == 0)
        continue;
      n++;
      g_assert_cmpfloat_with_epsilon (mean_of (out), mean_of (plain), 0.02);
      g_assert_cmpfloat (deviation_of (out), <, 0.7 * deviation_of (plain));
    }
  g_assert_cmpuint (n, >, 70);
  g_assert_cmpuint (n, <, 130);
}

/* Noise has the deviation that was asked for at most, no mean, and is the same in all colours. */
static void
test_noise (void)
{
  const ArraAugment none = { 0 }, noise = { .noise = 0.1 };
  float plain[N], out[N];
  double most = 0;

  change (&none, 0, 0, plain);
  for (guint step = 0; step < 100; step++)
    {
      change (&noise, step, 0, out);
      for (guint i = 0; i < N; i++)
        out[i] -= plain[i];
      for (guint i = 0; i < N; i += 3)
        g_assert_cmpfloat_with_epsilon (out[i], out[i + 2], 1e-6);
      g_assert_cmpfloat_with_epsilon (mean_of (out), 0, 0.04);
      most = MAX (most, deviation_of (out));
    }
  g_assert_cmpfloat (most, >, 0.08);
  g_assert_cmpfloat (most, <, 0.12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  paint ();
  g_test_add_func ("/train/augment/none", test_none);
  g_test_add_func ("/train/augment/repeat", test_repeat);
  g_test_add_func ("/train/augment/shift", test_shift);
  g_test_add_func ("/train/augment/light", test_light);
  g_test_add_func ("/train/augment/blur", test_blur);
  g_test_add_func ("/train/augment/noise", test_noise);
  return g_test_run ();
}
