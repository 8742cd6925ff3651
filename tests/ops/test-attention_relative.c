/* test-attention_relative.c - attention with a bias by distance, against the definition in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attention_relative.h"

#include <math.h>
#include <string.h>

#define LENGTH 19
#define HEADS 3
#define DIM 5
#define N (LENGTH * HEADS * DIM)
#define SPAN (2 * LENGTH - 1)
#define SCALE 0.7f

static float q[N], k[N], v[N], bias[HEADS * SPAN];

static void
fill (void)
{
  guint32 state = 7;
  float *const parts[] = { q, k, v, bias };
  const gsize counts[] = { N, N, N, HEADS * SPAN };

  for (gsize p = 0; p < G_N_ELEMENTS (parts); p++)
    for (gsize i = 0; i < counts[p]; i++)
      {
        state = state * 1664525 + 1013904223;
        parts[p][i] = (float) (state >> 8) / (1 << 23) - 1.0f;
      }
}

static gsize
place (gsize row, gsize head)
{
  return (row * HEADS + head) * DIM;
}

/* One row of one head */
static void
define (gsize row, gsize head, gsize n_seen, double *out)
{
  double weights[LENGTH], total = 0;

  memset (out, 0, DIM * sizeof *out);
  for (gsize key = 0; key < n_seen; key++)
    {
      double score = 0;

      for (gsize i = 0; i < DIM; i++)
        score += (double) q[place (row, head) + i] * (double) k[place (key, head) + i];
      weights[key] = exp (score * (double) SCALE + (double) bias[head * SPAN + key + LENGTH - 1 - row]);
      total += weights[key];
    }
  for (gsize key = 0; key < n_seen; key++)
    for (gsize i = 0; i < DIM; i++)
      out[i] += weights[key] / total * (double) v[place (key, head) + i];
}

static void
run (guint threads, gsize n_seen, float *out)
{
  const ArraRelativeShape shape = { LENGTH, HEADS, DIM, n_seen, SCALE, bias };
  g_autoptr (ArraPool) pool = arra_pool_new (threads, NULL);
  ArraExec exec = { arra_kernels_default (NULL), pool };
  g_autofree float *scratch = g_new (float, arra_attention_relative_scratch (LENGTH, DIM, threads));

  arra_attention_relative (&exec, &shape, q, k, v, scratch, out);
}

static void
test_definition (void)
{
  static const gsize seen[] = { LENGTH, 7, 1 };

  fill ();
  for (gsize s = 0; s < G_N_ELEMENTS (seen); s++)
    {
      float out[N];
      double expected[DIM];

      run (1, seen[s], out);
      for (gsize row = 0; row < LENGTH; row++)
        for (gsize head = 0; head < HEADS; head++)
          {
            define (row, head, seen[s], expected);
            for (gsize i = 0; i < DIM; i++)
              g_assert_cmpfloat (fabs (expected[i] - (double) out[place (row, head) + i]), <, 1e-5);
          }
    }
}

static void
test_threads (void)
{
  float one[N], three[N];

  fill ();
  run (1, 11, one);
  run (3, 11, three);
  g_assert_cmpmem (one, sizeof one, three, sizeof three);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attention-relative/definition", test_definition);
  g_test_add_func ("/attention-relative/threads", test_threads);
  return g_test_run ();
}
