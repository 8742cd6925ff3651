/* test-pixel_loss.c - distances against their definition, and gradients against finite differences
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pixel_loss.h"

#include <math.h>

#include "noise.h"

#define N 2
#define HEIGHT 16
#define WIDTH 8
#define PERIOD 4
#define SIZE (N * HEIGHT * WIDTH * 3)

static const ArraPixelLoss weights
    = { .absolute = 0.7, .squared = 1.3, .perceptual = 2.1, .colour = 3.7, .coarse = 1.9 };

static void
fill (float *x, guint64 seed)
{
  for (gsize i = 0; i < SIZE; i++)
    x[i] = (float) arra_noise_bits (seed, 0, 0, (guint32) i) * 0x1p-31f - 1.0f;
}

static float *
room (void)
{
  return g_new (float, arra_pixel_loss_scratch (N, HEIGHT, WIDTH));
}

/* The mean of a square of the difference's pixels. */
static double
mean_at (const double *d, gsize picture, gsize scale, gsize y, gsize x, gsize c)
{
  gsize side = (gsize) 1 << scale;
  double sum = 0;

  for (gsize i = 0; i < side * side; i++)
    sum += d[((picture * HEIGHT + y * side + i / side) * WIDTH + x * side + i % side) * 3 + c];
  return sum / (double) (side * side);
}

static double
define_perceptual (const double *d)
{
  double sum = 0;

  for (gsize s = 0; s < PIXEL_LOSS_SCALES; s++)
    {
      gsize height = HEIGHT >> s, width = WIDTH >> s;
      double share = 1 / (double) (3 * N * height * width) / PIXEL_LOSS_SCALES;

      for (gsize p = 0; p < N; p++)
        for (gsize i = 0; i < height * width * 3; i++)
          {
            gsize y = i / 3 / width, x = i / 3 % width, c = i % 3;
            double here = mean_at (d, p, s, y, x, c);

            sum += x + 1 < width ? share * fabs (mean_at (d, p, s, y, x + 1, c) - here) : 0;
            sum += y + 1 < height ? share * fabs (mean_at (d, p, s, y + 1, x, c) - here) : 0;
          }
    }
  return sum;
}

static double
define_colour (const double *d)
{
  gsize scale = PIXEL_LOSS_SCALES - 1, height = HEIGHT >> scale, width = WIDTH >> scale;
  double sum = 0;

  for (gsize p = 0; p < N; p++)
    for (gsize i = 0; i < height * width; i++)
      {
        double c[3];

        for (gsize k = 0; k < 3; k++)
          c[k] = mean_at (d, p, scale, i / width, i % width, k);
        for (gsize k = 0; k < 3; k++)
          sum += pow (c[k], 2) + pow (c[k] - c[(k + 1) % 3], 2);
      }
  return sum / (double) (3 * N * height * width);
}

static double
define_coarse (const double *d)
{
  double sum = 0;

  for (gsize s = 1; s < PIXEL_LOSS_SCALES; s++)
    {
      gsize height = HEIGHT >> s, width = WIDTH >> s;

      for (gsize p = 0; p < N; p++)
        for (gsize i = 0; i < height * width * 3; i++)
          sum += fabs (mean_at (d, p, s, i / 3 / width, i / 3 % width, i % 3))
                 / (double) (3 * N * height * width * (PIXEL_LOSS_SCALES - 1));
    }
  return sum;
}

/* The root mean square of the differences between neighbours, of one colour, of the pixels that @among names. */
typedef gboolean (*Among) (int y, int x, const gsize *place);

static gboolean
in_square (int y, int x, const gsize *place)
{
  return y / 8 == (int) place[0] && x / 8 == (int) place[1];
}

static gboolean
in_comb (int y, int x, const gsize *place)
{
  return y % (int) place[3] == (int) place[0] && x % (int) place[3] == (int) place[1];
}

static double
define_strength (const double *x, gsize picture, gsize scale, const gsize *place, gsize direction, Among among)
{
  static const int down[] = { 0, 1, 1, 1 }, across[] = { 1, 0, 1, -1 };
  int height = HEIGHT >> scale, width = WIDTH >> scale, n = 0;
  double sum = 0;

  for (int i = 0; i < height * width; i++)
    {
      int top = i / width, left = i % width;
      int below = top + down[direction], beside = left + across[direction];

      if (!among (top, left, place) || below >= height || beside < 0 || beside >= width)
        continue;
      sum += pow (mean_at (x, picture, scale, (gsize) below, (gsize) beside, place[2])
                      - mean_at (x, picture, scale, (gsize) top, (gsize) left, place[2]),
                  2);
      n++;
    }
  return sqrt (1e-6 + sum / n);
}

static double
define_texture (const double *made, const double *wanted)
{
  double sum = 0;

  for (gsize s = 0; s < 2; s++)
    {
      gsize rows = ((HEIGHT >> s) + 7) / 8, columns = ((WIDTH >> s) + 7) / 8;

      for (gsize i = 0; i < N * rows * columns * 12; i++)
        {
          const gsize place[] = { i / 12 / columns % rows, i / 12 % columns, i / 4 % 3 };
          gsize picture = i / 12 / columns / rows;

          sum += fabs (define_strength (made, picture, s, place, i % 4, in_square)
                       - define_strength (wanted, picture, s, place, i % 4, in_square))
                 / (double) (2 * N * rows * columns * 12);
        }
    }
  return sum;
}

static double
define_comb (const double *made, const double *wanted)
{
  double sum = 0;

  for (gsize s = 0; s < 2; s++)
    {
      gsize period = PERIOD >> s;

      for (gsize i = 0; i < N * period * period * 12; i++)
        {
          const gsize place[] = { i / 12 / period % period, i / 12 % period, i / 4 % 3, period };
          gsize picture = i / 12 / period / period;

          sum += fabs (define_strength (made, picture, s, place, i % 4, in_comb)
                       - define_strength (wanted, picture, s, place, i % 4, in_comb))
                 / (double) (2 * N * period * period * 12);
        }
    }
  return sum;
}

static double
define (const double *d)
{
  double absolute = 0, squared = 0;

  for (gsize i = 0; i < SIZE; i++)
    {
      absolute += fabs (d[i]) / SIZE;
      squared += d[i] * d[i] / SIZE;
    }
  return weights.absolute * absolute + weights.squared * squared + weights.perceptual * define_perceptual (d)
         + weights.colour * define_colour (d) + weights.coarse * define_coarse (d);
}

static void
test_gradient (void)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  float made[SIZE], wanted[SIZE], grad[SIZE];
  double d[SIZE], step = 1e-6, worst = 0, most = 0;
  g_autofree float *scratch = room ();
  ArraPixelDistance distance;

  fill (made, 1);
  fill (wanted, 2);
  for (gsize i = 0; i < SIZE; i++)
    d[i] = (double) made[i] - (double) wanted[i];
  distance = arra_pixel_loss (&exec, &weights, made, wanted, N, HEIGHT, WIDTH, scratch, grad);
  g_assert_cmpfloat_with_epsilon (arra_pixel_loss_sum (&weights, &distance), define (d), 1e-6);
  for (gsize i = 0; i < SIZE; i += 5)
    {
      double kept = d[i], more, less;

      d[i] = kept + step;
      more = define (d);
      d[i] = kept - step;
      less = define (d);
      d[i] = kept;
      most = fmax (most, fabs (more - less) / (2 * step));
      worst = fmax (worst, fabs ((more - less) / (2 * step) - (double) grad[i]));
    }
  g_test_message ("largest slope %g, largest error %g", most, worst);
  g_assert_cmpfloat (worst, <, 1e-5 * most);
}

/* How strong texture is hangs on both pictures, not on their difference. */
static void
check_strengths (const ArraPixelLoss *loss, double (*definition) (const double *, const double *))
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  double weight = loss->texture + loss->comb;
  float made[SIZE], wanted[SIZE], grad[SIZE];
  double x[SIZE], y[SIZE], step = 1e-6, worst = 0, most = 0;
  g_autofree float *scratch = room ();
  ArraPixelDistance distance;

  fill (made, 1);
  fill (wanted, 2);
  for (gsize i = 0; i < SIZE; i++)
    {
      made[i] *= i < SIZE / 2 ? 0.4f : 1.3f;
      x[i] = (double) made[i];
      y[i] = (double) wanted[i];
    }
  distance = arra_pixel_loss (&exec, loss, made, wanted, N, HEIGHT, WIDTH, scratch, grad);
  g_assert_cmpfloat_with_epsilon (distance.texture + distance.comb, definition (x, y), 1e-6);
  g_assert_cmpfloat_with_epsilon (arra_pixel_loss_sum (loss, &distance), weight * definition (x, y), 1e-5);
  for (gsize i = 0; i < SIZE; i += 5)
    {
      double kept = x[i], more, less;

      x[i] = kept + step;
      more = definition (x, y);
      x[i] = kept - step;
      less = definition (x, y);
      x[i] = kept;
      most = fmax (most, weight * fabs (more - less) / (2 * step));
      worst = fmax (worst, fabs (weight * (more - less) / (2 * step) - (double) grad[i]));
    }
  g_test_message ("largest slope %g, largest error %g", most, worst);
  g_assert_cmpfloat (worst, <, 1e-4 * most);
}

static void
test_texture (void)
{
  check_strengths (&(const ArraPixelLoss) { .texture = 1.7 }, define_texture);
}

static void
test_comb (void)
{
  check_strengths (&(const ArraPixelLoss) { .comb = 2.3, .period = PERIOD }, define_comb);
}

/* As much in each square as there should be, but all of it at one place within a code. */
static void
test_weave (void)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  const ArraPixelLoss both = { .texture = 1, .comb = 1, .period = 8 };
  float made[SIZE] = { 0 }, wanted[SIZE] = { 0 };
  g_autofree float *scratch = room ();
  ArraPixelDistance distance;

  for (gsize i = 0; i < SIZE; i++)
    {
      gsize y = i / 3 / WIDTH % HEIGHT, x = i / 3 % WIDTH;

      made[i] = y % 8 == 3 && x == 3 ? 1 : 0;
      wanted[i] = y % 8 == 4 && x == (y / 8 == 0 ? 2 : 4) ? 1 : 0;
    }
  distance = arra_pixel_loss (&exec, &both, made, wanted, N, HEIGHT, WIDTH, scratch, NULL);
  g_assert_cmpfloat (distance.comb, >, 10 * distance.texture);
}

/* The same grains elsewhere are as strong. */
static void
test_moved (void)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  const ArraPixelLoss all = { .absolute = 1, .texture = 1 };
  float made[SIZE], wanted[SIZE], blurred[SIZE] = { 0 };
  g_autofree float *scratch = room ();
  ArraPixelDistance moved, flat;

  for (gsize i = 0; i < SIZE; i++)
    {
      gsize y = i / 3 / WIDTH, x = i / 3 % WIDTH;

      wanted[i] = (x + y) % 2 == 0 ? 0.5f : -0.5f;
      made[i] = -wanted[i];
    }
  moved = arra_pixel_loss (&exec, &all, made, wanted, N, HEIGHT, WIDTH, scratch, NULL);
  flat = arra_pixel_loss (&exec, &all, blurred, wanted, N, HEIGHT, WIDTH, scratch, NULL);
  g_assert_cmpfloat (moved.absolute, >, flat.absolute);
  g_assert_cmpfloat (moved.texture, <, 1e-6);
  g_assert_cmpfloat (flat.texture, >, 0.1);
}

static void
test_threads (void)
{
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  const ArraExec alone = { arra_kernels_get (ARRA_CPU_C), NULL }, two = { alone.kernels, pool };
  float made[SIZE], wanted[SIZE], a[SIZE], b[SIZE];
  g_autofree float *scratch = room ();
  ArraPixelDistance one, other;

  fill (made, 1);
  fill (wanted, 2);
  one = arra_pixel_loss (&alone, &weights, made, wanted, N, HEIGHT, WIDTH, scratch, a);
  other = arra_pixel_loss (&two, &weights, made, wanted, N, HEIGHT, WIDTH, scratch, b);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  g_assert_cmpmem (&one, sizeof one, &other, sizeof other);
}

/* What differs by a constant has the same edges, but another colour. */
static void
test_constant (void)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  float made[SIZE], wanted[SIZE];
  g_autofree float *scratch = room ();
  ArraPixelDistance distance;

  for (gsize i = 0; i < SIZE; i++)
    {
      wanted[i] = (float) (i % 64) / 64.0f;
      made[i] = wanted[i] + 0.25f;
    }
  distance = arra_pixel_loss (&exec, &weights, made, wanted, N, HEIGHT, WIDTH, scratch, NULL);
  g_assert_cmpfloat (distance.absolute, ==, 0.25);
  g_assert_cmpfloat (distance.squared, ==, 0.0625);
  g_assert_cmpfloat (distance.perceptual, ==, 0);
  g_assert_cmpfloat (distance.colour, ==, 0.0625);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pixel-loss/gradient", test_gradient);
  g_test_add_func ("/pixel-loss/texture", test_texture);
  g_test_add_func ("/pixel-loss/comb", test_comb);
  g_test_add_func ("/pixel-loss/weave", test_weave);
  g_test_add_func ("/pixel-loss/moved", test_moved);
  g_test_add_func ("/pixel-loss/threads", test_threads);
  g_test_add_func ("/pixel-loss/constant", test_constant);
  return g_test_run ();
}
