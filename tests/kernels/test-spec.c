/* test-spec.c - the scalar kernels compute what they say, against double precision
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"

#include <math.h>
#include <string.h>

#define N 203

static const ArraKernels *c;
static float a[N], b[N], w[N], y[N];

static void
draw (void)
{
  GRand *rand = g_rand_new_with_seed (11);

  for (gsize i = 0; i < N; i++)
    {
      a[i] = (float) g_rand_double_range (rand, -3, 3);
      b[i] = (float) g_rand_double_range (rand, -3, 3);
      w[i] = (float) g_rand_double_range (rand, 0.5, 2);
    }
  g_rand_free (rand);
}

static void
assert_near (double value, double expected)
{
  g_assert_cmpfloat_with_epsilon (value, expected, 3e-6 * (1 + fabs (expected)));
}

static double
sum_of (gsize n, double (*term) (gsize i))
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += term (i);
  return sum;
}

static double
term_product (gsize i)
{
  return (double) a[i] * (double) b[i];
}

static double
term_value (gsize i)
{
  return (double) a[i];
}

static double
term_square (gsize i)
{
  return (double) a[i] * (double) a[i];
}

/* The order of the sum: lanes of 16, folded in halves; 2^24 + 1 + 1 tells it from others. */
static void
test_lanes (void)
{
  float ones[33], x[33];

  for (gsize i = 0; i < G_N_ELEMENTS (ones); i++)
    ones[i] = 1;
  memset (x, 0, sizeof x);
  x[0] = 0x1p24f;
  x[16] = 1; /* the same lane, one at a time: each is lost */
  x[32] = 1;
  g_assert_cmpfloat (c->dot (x, ones, 33), ==, 0x1p24f);
  memset (x, 0, sizeof x);
  x[0] = 0x1p24f;
  x[1] = 1; /* folded among themselves before they meet the large one */
  x[9] = 1;
  g_assert_cmpfloat (c->dot (x, ones, 33), ==, 0x1p24f + 2);
}

static void
test_sums (void)
{
  assert_near (c->dot (a, b, N), sum_of (N, term_product));
  g_assert_cmpfloat (c->dot (a, b, 0), ==, 0);
}

static void
test_norms (void)
{
  double mean = sum_of (N, term_value) / N;
  double variance = sum_of (N, term_square) / N - mean * mean;
  double rms = sqrt (sum_of (N, term_square) / N + 1e-5);

  c->rms_norm (a, w, N, 1e-5f, y);
  for (gsize i = 0; i < N; i++)
    assert_near (y[i], (double) a[i] / rms * (double) w[i]);
  c->layer_norm (a, w, b, N, 1e-5f, y);
  for (gsize i = 0; i < N; i++)
    assert_near (y[i], ((double) a[i] - mean) / sqrt (variance + 1e-5) * (double) w[i] + (double) b[i]);
}

static void
test_elementwise (void)
{
  c->silu_mul (a, b, N, y);
  for (gsize i = 0; i < N; i++)
    assert_near (y[i], (double) a[i] / (1 + exp (-(double) a[i])) * (double) b[i]);
  c->guide (a, b, 4, N, y);
  for (gsize i = 0; i < N; i++)
    assert_near (y[i], (double) b[i] + 4 * ((double) a[i] - (double) b[i]));
  c->exp (a, N, y);
  for (gsize i = 0; i < N; i++)
    assert_near (y[i], exp ((double) a[i]));
  memcpy (y, b, sizeof y);
  c->add (a, N, y);
  for (gsize i = 0; i < N; i++)
    g_assert_cmpfloat (y[i], ==, a[i] + b[i]);
  c->affine_swish (a, 1, N, w, b, TRUE, y);
  for (gsize i = 0; i < N; i++)
    {
      double v = (double) a[i] * (double) w[i] + (double) b[i];
      assert_near (y[i], v / (1 + exp (-v)));
    }
}

/* Turning by t keeps the length and adds t to the angle of each pair (x[i], x[i + n / 2]). */
static void
test_rope (void)
{
  float cosine[50], sine[50];

  for (gsize i = 0; i < 50; i++)
    {
      cosine[i] = cosf (0.1f * (float) i);
      sine[i] = sinf (0.1f * (float) i);
    }
  memcpy (y, a, sizeof y);
  c->rope_half (y, cosine, sine, 100);
  for (gsize i = 0; i < 50; i++)
    {
      double angle = atan2 ((double) a[i + 50], (double) a[i]) + (double) (0.1f * (float) i);
      double length = hypot ((double) a[i], (double) a[i + 50]);

      assert_near (y[i], length * cos (angle));
      assert_near (y[i + 50], length * sin (angle));
    }
  g_assert_cmpfloat (y[100], ==, a[100]);
}

static void
test_max (void)
{
  const float x[] = { -1, NAN, -0.0f, -5, NAN };

  g_assert_cmpfloat (c->max (x, 0), ==, -INFINITY);
  g_assert_cmpfloat (c->max (x, 2), ==, -1);
  g_assert_true (c->max (x, 5) == 0 && !signbit (c->max (x, 5)));
}

/* Attention with positions 13 floats apart, head of 9. */
static void
test_attend (void)
{
  const gsize n_pos = 12, head = 9, stride = 13;
  float scores[12], out[9];
  double p[12], sum = 0;
  const ArraAttend attend = { .q = w,
                              .n_queries = 1,
                              .k = a,
                              .v = b,
                              .stride = stride,
                              .n_pos = n_pos,
                              .head_dim = head,
                              .scale = 0.5f,
                              .scores = scores };

  c->attend (&attend, out);
  for (gsize i = 0; i < n_pos; i++)
    {
      double dot = 0;
      for (gsize j = 0; j < head; j++)
        dot += (double) w[j] * (double) a[i * stride + j];
      p[i] = exp (0.5 * dot);
      sum += p[i];
    }
  for (gsize i = 0; i < n_pos; i++)
    assert_near (scores[i], p[i] / sum);
  for (gsize j = 0; j < head; j++)
    {
      double mixed = 0;
      for (gsize i = 0; i < n_pos; i++)
        mixed += p[i] / sum * (double) b[i * stride + j];
      assert_near (out[j], mixed);
    }
}

/* Positions that a query sees elsewhere count as those behind the others do; without tails query r sees r more. */
static void
test_attend_tails (void)
{
  const gsize head = 9, stride = 9;
  float together[2 * 10], apart[2 * 10], expected[2 * 9], out[2 * 9];
  const ArraAttendTail tails[] = { { NULL, NULL, 0 }, { a + 7 * stride, b + 7 * stride, 1 } };
  ArraAttend attend = { .q = w,
                        .q_stride = head,
                        .n_queries = 2,
                        .k = a,
                        .v = b,
                        .stride = stride,
                        .n_pos = 7,
                        .head_dim = head,
                        .scale = 0.5f,
                        .scores = together,
                        .score_stride = 10 };

  c->attend (&attend, expected);
  attend.tails = tails;
  attend.scores = apart;
  c->attend (&attend, out);
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
  g_assert_cmpmem (apart + 10, 8 * sizeof *apart, together + 10, 8 * sizeof *together);
}

/* Over halves and blocks attention is, bit for bit, that over the floats they stand for. */
static void
test_attend_narrow (void)
{
  const gsize n_pos = 5, head = 64, n = n_pos * head;
  guint16 halves[5 * 64];
  ArraBlockQ8_0 blocks[5 * 64 / ARRA_QK];
  float wide[5 * 64], q[64], scores[5], expected[64], out[64];
  ArraAttend attend
      = { .q = q, .n_queries = 1, .stride = head, .n_pos = n_pos, .head_dim = head, .scale = 0.125f, .scores = scores };

  for (gsize i = 0; i < head; i++)
    q[i] = (float) i * 0.1f - 3;
  for (gsize i = 0; i < n; i++)
    halves[i] = arra_float_to_half (a[i % 100] + (float) i * 0.01f);
  c->widen_f16 (halves, n, wide);
  attend.k = attend.v = wide;
  c->attend (&attend, expected);
  attend.k = attend.v = halves;
  c->attend_f16 (&attend, out);
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
  g_assert_true (arra_quantize_row_q8_0 (wide, n, blocks));
  c->widen_q8_0 (blocks, n, wide);
  attend.k = attend.v = wide;
  c->attend (&attend, expected);
  attend.k = attend.v = blocks;
  c->attend_q8_0 (&attend, out);
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
}

/* Two rows of three pixels, two taps, two inputs, three outputs. */
static void
test_convolve (void)
{
  const gsize taps[] = { 0, 5 };
  const ArraConvShape s = { taps, 2, 2, 3, 4, 2, 3, 9, 2, 12, 3 };
  float out[24], dw[16];

  memcpy (out, b, sizeof out);
  memcpy (dw, a, sizeof dw);
  c->convolve (&s, a, w, out);
  c->convolve_weights (&s, b, w, dw);
  for (gsize row = 0; row < 2; row++)
    for (gsize p = 0; p < 3; p++)
      for (gsize o = 0; o < 3; o++)
        {
          double sum = (double) b[row * 12 + p * 3 + o];
          for (gsize k = 0; k < 4; k++)
            sum += (double) a[row * 9 + p * 2 + taps[k / 2] + k % 2] * (double) w[k * 4 + o];
          assert_near (out[row * 12 + p * 3 + o], sum);
        }
  for (gsize k = 0; k < 4; k++)
    for (gsize o = 0; o < 4; o++)
      {
        double sum = (double) a[k * 4 + o];
        for (gsize p = 0; p < 6 && o < 3; p++)
          sum += (double) b[p / 3 * 9 + p % 3 * 2 + taps[k / 2] + k % 2] * (double) w[p / 3 * 12 + p % 3 * 3 + o];
        assert_near (dw[k * 4 + o], sum);
      }
}

static void
test_affine_swish_vjp (void)
{
  float dv[15], sums[6] = { 1, 2, 3, 4, 5, 6 };

  c->affine_swish_vjp (a, b, 5, 3, w, w + 3, dv, sums);
  for (gsize i = 0; i < 3; i++)
    {
      double first = (double) (1 + i), second = (double) (4 + i);
      for (gsize p = 0; p < 5; p++)
        {
          double x = (double) a[p * 3 + i], v = x * (double) w[i] + (double) w[3 + i], s = 1 / (1 + exp (-v));
          double d = (double) b[p * 3 + i] * (s + v * s * (1 - s));
          assert_near (dv[p * 3 + i], d);
          first += d;
          second += d * x;
        }
      assert_near (sums[i], first);
      assert_near (sums[3 + i], second);
    }
}

static void
test_matmul (void)
{
  guint16 bf16[96], f16[96];
  ArraBlockQ8_0 q8[3];
  ArraBlockQ8A q8a[3];
  float narrow[96], sums[3], dots[3];

  for (gsize i = 0; i < 96; i++)
    {
      narrow[i] = arra_bf16_to_float (arra_float_to_bf16 (a[i])); /* 8 bits: exact in every type */
      bf16[i] = arra_float_to_bf16 (narrow[i]);
      f16[i] = arra_float_to_half (narrow[i]);
    }
  for (gsize r = 0; r < 3; r++)
    dots[r] = c->dot (narrow + 32 * r, b, 32);
  c->matmul_f32 (narrow, 128, 3, 32, b, 0, 1, sums, 3);
  g_assert_cmpmem (sums, sizeof sums, dots, sizeof dots);
  c->matmul_bf16 (bf16, 64, 3, 32, b, 0, 1, sums, 3);
  g_assert_cmpmem (sums, sizeof sums, dots, sizeof dots);
  c->matmul_f16 (f16, 64, 3, 32, b, 0, 1, sums, 3);
  g_assert_cmpmem (sums, sizeof sums, dots, sizeof dots);
  g_assert_true (arra_quantize_row_q8_0 (narrow, 96, q8));
  c->quantize_q8a (b, 96, q8a);
  c->matmul_q8_0 (q8, sizeof q8, 1, 96, q8a, 0, 1, sums, 1);
  g_assert_cmpfloat_with_epsilon (sums[0], c->dot (narrow, b, 96), 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  c = arra_kernels_get (ARRA_CPU_C);
  draw ();
  g_test_add_func ("/kernels/spec/lanes", test_lanes);
  g_test_add_func ("/kernels/spec/sums", test_sums);
  g_test_add_func ("/kernels/spec/norms", test_norms);
  g_test_add_func ("/kernels/spec/elementwise", test_elementwise);
  g_test_add_func ("/kernels/spec/rope", test_rope);
  g_test_add_func ("/kernels/spec/max", test_max);
  g_test_add_func ("/kernels/spec/attend", test_attend);
  g_test_add_func ("/kernels/spec/attend-tails", test_attend_tails);
  g_test_add_func ("/kernels/spec/attend-narrow", test_attend_narrow);
  g_test_add_func ("/kernels/spec/matmul", test_matmul);
  g_test_add_func ("/kernels/spec/convolve", test_convolve);
  g_test_add_func ("/kernels/spec/affine-swish-vjp", test_affine_swish_vjp);
  return g_test_run ();
}
