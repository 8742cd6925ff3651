/* test-rope.c - frequencies, angles and rotation against libm
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "op_test.h"
#include "rope.h"
#include "vjp_test.h"

#define ROWS 6
#define HEADS 3
#define DIM 20

static void
test_frequencies (void)
{
  float frequencies[64];

  arra_rope_frequencies (10000.0, 128, frequencies);
  g_assert_cmpfloat (frequencies[0], ==, 1.0f);
  for (guint i = 0; i < 64; i++)
    {
      double exact = 1 / pow (10000, 2 * i / 128.0);
      g_assert_cmpfloat (fabs ((double) frequencies[i] - exact), <=, exact * 2e-7);
    }
}

/* A longer reach turns more slowly; at the trained length nothing changes. */
static void
test_dynamic (void)
{
  g_assert_cmpfloat_with_epsilon (arra_rope_dynamic_base (10000, 2, 4096, 4096, 128), 10000, 1e-6);
  g_assert_cmpfloat_with_epsilon (arra_rope_dynamic_base (10000, 2, 15, 8, 16), 10000 * pow (2.75, 16.0 / 14.0), 1e-6);
}

static void
test_angles (void)
{
  const float positions[] = { 0, 1, 17, 4095, 999999, 0.4f };
  float frequencies[DIM / 2], cosine[DIM / 2], sine[DIM / 2];

  arra_rope_frequencies (10000.0, DIM, frequencies);
  for (gsize p = 0; p < G_N_ELEMENTS (positions); p++)
    {
      arra_rope_angles (frequencies, DIM / 2, positions[p], cosine, sine);
      for (guint i = 0; i < DIM / 2; i++)
        {
          float angle = positions[p] * frequencies[i];

          g_assert_cmpfloat_with_epsilon ((double) cosine[i], cos ((double) angle), 1e-7);
          g_assert_cmpfloat_with_epsilon ((double) sine[i], sin ((double) angle), 1e-7);
        }
    }
}

static void
check_rotation (const ArraExec *exec, gconstpointer data)
{
  g_autofree float *x = op_random (1, ROWS * HEADS * DIM);
  float frequencies[DIM / 2], cosine[ROWS * DIM / 2], sine[ROWS * DIM / 2], expected[ROWS * HEADS * DIM];

  arra_rope_frequencies (100.0, DIM, frequencies);
  for (guint row = 0; row < ROWS; row++)
    arra_rope_angles (frequencies, DIM / 2, (float) (3 * row), cosine + row * (DIM / 2), sine + row * (DIM / 2));
  for (guint row = 0; row < ROWS; row++)
    for (guint head = 0; head < HEADS; head++)
      for (guint i = 0; i < DIM / 2; i++)
        {
          const float *from = x + (row * HEADS + head) * DIM;
          float *to = expected + (row * HEADS + head) * DIM;
          double angle = (double) (float) (3 * row) * (double) frequencies[i], a = (double) from[i],
                 b = (double) from[i + DIM / 2];

          to[i] = (float) (a * cos (angle) - b * sin (angle));
          to[i + DIM / 2] = (float) (b * cos (angle) + a * sin (angle));
        }
  arra_rope (exec, ARRA_ROPE_HALVES, x, cosine, sine, ROWS, HEADS, DIM);
  op_assert_close (x, expected, ROWS * HEADS * DIM, 2e-6);
}

static void
test_rotation (void)
{
  op_each_exec (check_rotation, NULL);
}

/* The rows' angles, then the columns', each at the frequencies of half a head. */
static void
test_angles_2d (void)
{
  float frequencies[DIM / 4], cosine[DIM / 2], sine[DIM / 2];

  arra_rope_frequencies (10000.0, DIM / 2, frequencies);
  arra_rope_angles_2d (frequencies, DIM, 3, 11, cosine, sine);
  for (guint i = 0; i < DIM / 2; i++)
    {
      double at = (i < DIM / 4 ? 3 : 11) * (double) frequencies[i % (DIM / 4)];

      g_assert_cmpfloat_with_epsilon ((double) cosine[i], cos (at), 1e-6);
      g_assert_cmpfloat_with_epsilon ((double) sine[i], sin (at), 1e-6);
    }
}

/* ---- vjp: the angles are no inputs, but numbers of the test */

#define V_ROWS 6
#define V_HEADS 2
#define V_DIM 8
#define V_HALF (V_DIM / 2)
#define V_N (V_ROWS * V_HEADS * V_DIM)

static ArraRopePairing pairing;

static void
angles (float *cosine, float *sine)
{
  for (gsize i = 0; i < V_ROWS * V_HALF; i++)
    {
      cosine[i] = cosf (0.3f * (float) i);
      sine[i] = sinf (0.3f * (float) i);
    }
}

static void
define_rope (const double *const *in, double *y)
{
  float cosine[V_ROWS * V_HALF], sine[V_ROWS * V_HALF];

  angles (cosine, sine);
  for (gsize item = 0; item < V_ROWS * V_HEADS; item++)
    for (gsize i = 0; i < V_HALF; i++)
      {
        double c = (double) cosine[item / V_HEADS * V_HALF + i], s = (double) sine[item / V_HEADS * V_HALF + i];
        const double *x = in[0] + item * V_DIM;
        gsize a = pairing == ARRA_ROPE_PAIRS ? 2 * i : i, b = pairing == ARRA_ROPE_PAIRS ? a + 1 : i + V_HALF;

        y[item * V_DIM + a] = x[a] * c - x[b] * s;
        y[item * V_DIM + b] = x[b] * c + x[a] * s;
      }
}

static void
forward_rope (const ArraExec *exec, const float *const *in, float *y)
{
  float cosine[V_ROWS * V_HALF], sine[V_ROWS * V_HALF];

  angles (cosine, sine);
  memcpy (y, in[0], V_N * sizeof *y);
  arra_rope (exec, pairing, y, cosine, sine, V_ROWS, V_HEADS, V_DIM);
}

static void
vjp_rope (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float cosine[V_ROWS * V_HALF], sine[V_ROWS * V_HALF];

  angles (cosine, sine);
  arra_rope_vjp (exec, pairing, dy, cosine, sine, V_ROWS, V_HEADS, V_DIM, grads[0]);
}

/* rotated on, not back */
static void
wrong_rope (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float cosine[V_ROWS * V_HALF], sine[V_ROWS * V_HALF];

  angles (cosine, sine);
  for (gsize i = 0; i < V_ROWS * V_HALF; i++)
    sine[i] = -sine[i];
  arra_rope_vjp (exec, pairing, dy, cosine, sine, V_ROWS, V_HEADS, V_DIM, grads[0]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { V_N }, V_N, define_rope, forward_rope, vjp_rope, wrong_rope };

  pairing = ARRA_ROPE_HALVES;
  vjp_check (&item);
  pairing = ARRA_ROPE_PAIRS;
  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/rope/frequencies", test_frequencies);
  g_test_add_func ("/ops/rope/dynamic", test_dynamic);
  g_test_add_func ("/ops/rope/angles", test_angles);
  g_test_add_func ("/ops/rope/angles-2d", test_angles_2d);
  g_test_add_func ("/ops/rope/rotation", test_rotation);
  g_test_add_func ("/ops/rope/vjp", test_vjp);
  return g_test_run ();
}
