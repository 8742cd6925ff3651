/* test-patches.c - patches are a picture's numbers in another order
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "patches.h"
#include "vjp_test.h"

#define PICTURES 2
#define WIDTH 9
#define HEIGHT 6
#define PATCH 3
#define ACROSS (WIDTH / PATCH)
#define DOWN (HEIGHT / PATCH)
#define N (PICTURES * 3 * WIDTH * HEIGHT)

static const ArraPatches shape = { PICTURES, HEIGHT, WIDTH, PATCH };

/* where number @i of the rows comes from */
static gsize
origin (gsize i)
{
  gsize channel = i % 3, x = i / 3 % PATCH, y = i / (3 * PATCH) % PATCH;
  gsize patch = i / (3 * PATCH * PATCH), column = patch % ACROSS, row = patch / ACROSS % DOWN;
  gsize picture = patch / (ACROSS * DOWN);

  return ((picture * 3 + channel) * HEIGHT + row * PATCH + y) * WIDTH + column * PATCH + x;
}

static void
define (const double *const *in, double *y)
{
  for (gsize i = 0; i < N; i++)
    y[i] = in[0][origin (i)];
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_patches (exec, &shape, in[0], y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_patches_vjp (exec, &shape, dy, grads[0]);
}

/* the order of the rows taken for that of the pictures */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  for (gsize i = 0; i < N; i++)
    grads[0][i] += dy[i];
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { N }, N, define, forward, vjp, wrong };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/patches/vjp", test_vjp);
  return g_test_run ();
}
