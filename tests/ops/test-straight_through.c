/* test-straight_through.c - what comes through codes, and where it stops
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph_conv.h"

#define ROWS 3
#define WIDTH 2

static const float codebook[] = { -1, -1, 1, 1 };

typedef struct
{
  const float *x, *slopes;
  const guint32 *codes;
  float *dx, chosen[ROWS * WIDTH];
  gboolean bounded;
} Case;

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Case *c = user;
  ArraNode *x = arra_tape_leaf (tape, ROWS, WIDTH, c->x, c->dx);
  ArraNode *y = arra_graph_straight_through (tape, x, codebook, c->codes, c->bounded);

  for (gsize i = 0; i < ROWS * WIDTH && arra_tape_computes (tape); i++)
    c->chosen[i] = y->data[i];
  arra_graph_given_gradient (tape, y, c->slopes);
  arra_tape_backward (tape);
  return TRUE;
}

static void
check (gboolean bounded, const float *expected)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autoptr (ArraTape) tape = arra_tape_new (&exec, 8, NULL);
  const float x[] = { 0.5f, -0.25f, 1.5f, 1.5f, -2, -2 }, slopes[] = { 3, -4, 5, -6, 7, -8 };
  const guint32 codes[] = { 1, 1, 0 };
  float dx[ROWS * WIDTH] = { 0 };
  Case c = { x, slopes, codes, dx, { 0 }, bounded };

  g_assert_true (arra_tape_run (tape, TRUE, compute, &c, NULL));
  for (gsize i = 0; i < ROWS * WIDTH; i++)
    {
      g_assert_cmpfloat (c.chosen[i], ==, i < 4 ? 1 : -1);
      g_assert_cmpfloat (dx[i], ==, expected[i]);
    }
}

static void
test_free (void)
{
  const float all[] = { 3, -4, 5, -6, 7, -8 };

  check (FALSE, all);
}

/* Above 1 a step down may come back, a step up may not go on; below -1 the other way round. */
static void
test_bounded (void)
{
  const float inward[] = { 3, -4, 5, 0, 0, -8 };

  check (TRUE, inward);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/straight-through/free", test_free);
  g_test_add_func ("/ops/straight-through/bounded", test_bounded);
  return g_test_run ();
}
