/* test-position_add.c - with and without a class token, against the definition in double, and the gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "position_add.h"
#include "vjp_test.h"

#define BATCH 3
#define LENGTH 5
#define WIDTH 7
#define PLACES (LENGTH + 2) /* more than there are tokens */

static void
define_first (const double *const *in, double *y)
{
  for (gsize i = 0; i < BATCH * LENGTH * WIDTH; i++)
    {
      gsize column = i % WIDTH, place = i / WIDTH % LENGTH, sequence = i / (WIDTH * LENGTH);
      gsize row = sequence * (LENGTH - 1) + place - 1;

      y[i] = in[1][place * WIDTH + column] + (place == 0 ? in[2][column] : in[0][row * WIDTH + column]);
    }
}

static void
forward_first (const ArraExec *exec, const float *const *in, float *y)
{
  arra_position_add (exec, in[0], in[2], in[1], BATCH, LENGTH, WIDTH, y);
}

static void
vjp_first (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_position_add_vjp (exec, dy, BATCH, LENGTH, WIDTH, grads[0], grads[2], grads[1]);
}

/* a sequence is left out */
static void
wrong_first (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_position_add_vjp (exec, dy, BATCH - 1, LENGTH, WIDTH, grads[0], grads[2], grads[1]);
}

static void
test_first (void)
{
  const VjpCase item = { 3,
                         { BATCH * (LENGTH - 1) * WIDTH, PLACES * WIDTH, WIDTH },
                         BATCH * LENGTH * WIDTH,
                         define_first,
                         forward_first,
                         vjp_first,
                         wrong_first };

  vjp_check (&item);
}

static void
define_plain (const double *const *in, double *y)
{
  for (gsize i = 0; i < BATCH * LENGTH * WIDTH; i++)
    y[i] = in[0][i] + in[1][i % (LENGTH * WIDTH)];
}

static void
forward_plain (const ArraExec *exec, const float *const *in, float *y)
{
  arra_position_add (exec, in[0], NULL, in[1], BATCH, LENGTH, WIDTH, y);
}

static void
vjp_plain (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_position_add_vjp (exec, dy, BATCH, LENGTH, WIDTH, grads[0], NULL, grads[1]);
}

static void
test_plain (void)
{
  const VjpCase item = {
    2, { BATCH * LENGTH * WIDTH, LENGTH * WIDTH }, BATCH * LENGTH * WIDTH, define_plain, forward_plain, vjp_plain, NULL
  };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/position-add/first", test_first);
  g_test_add_func ("/ops/position-add/plain", test_plain);
  return g_test_run ();
}
