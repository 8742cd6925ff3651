/* check.c - compares the kernels of one row with the scalar ones, bit for bit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <math.h>
#include <string.h>

#define ROUNDS 40 /* draws for each length up to LENGTHS */
#define LENGTHS 71
#define GUARD 20 /* floats after an output that must stay as they are */

float
draw_float (GRand *rand, Values values)
{
  guint32 bits = g_rand_int (rand);
  float f;

  if (values == VALUES_ZEROS)
    return (bits & 1) ? 0.0f : -0.0f;
  if (values == VALUES_SPECIAL && bits % 16 == 0)
    return (bits & 16) ? NAN : (bits & 32) ? INFINITY : -INFINITY;
  if (values != VALUES_WIDE)
    return (float) g_rand_double_range (rand, -4, 4);
  if ((bits & 0x7f800000) == 0x7f800000)
    bits &= ~0x40000000u;
  memcpy (&f, &bits, sizeof f);
  return f;
}

void
draw_floats (GRand *rand, Values values, float *x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    x[i] = draw_float (rand, values);
}

float *
drawn_floats (GRand *rand, Values values, gsize n)
{
  float *x = g_new (float, MAX (n, 1));

  draw_floats (rand, values, x, n);
  return x;
}

gboolean
same_floats (const float *a, const float *b, gsize n, gsize *at)
{
  for (gsize i = 0; i < n; i++)
    if (memcmp (a + i, b + i, sizeof *a) != 0 && !(isnan (a[i]) && isnan (b[i])))
      {
        *at = i;
        return FALSE;
      }
  return TRUE;
}

char *
difference (const char *what, gsize n, const float *a, const float *b, gsize n_compared)
{
  gsize at;

  if (same_floats (a, b, n_compared, &at))
    return NULL;
  return g_strdup_printf ("%s of %" G_GSIZE_FORMAT ": element %" G_GSIZE_FORMAT " is %a instead of %a", what, n, at,
                          b[at], a[at]);
}

/* Inputs of one draw, at an odd place, and the outputs of both tables with a guard behind. */
typedef struct
{
  gsize n;
  float *buffer[3];
  const float *in[3];
  float *out[2];
  float scalar;
} Draw;

static void
draw_clear (Draw *draw)
{
  for (int i = 0; i < 3; i++)
    g_clear_pointer (&draw->buffer[i], g_free);
  for (int i = 0; i < 2; i++)
    g_clear_pointer (&draw->out[i], g_free);
}

static void
draw_init (Draw *draw, GRand *rand, gsize n, gsize n_in)
{
  Values values = (Values) g_rand_int_range (rand, 0, N_VALUES);

  draw->n = n;
  draw->scalar = (float) g_rand_double_range (rand, 0.1, 5);
  for (int i = 0; i < 3; i++)
    {
      gsize shift = (gsize) g_rand_int_range (rand, 0, 16);
      draw->buffer[i] = drawn_floats (rand, values, shift + n_in);
      draw->in[i] = draw->buffer[i] + shift;
    }
  draw->out[0] = g_new (float, n_in + GUARD);
  draw->out[1] = g_new (float, n_in + GUARD);
  draw_floats (rand, values, draw->out[0], n_in + GUARD);
  memcpy (draw->out[1], draw->out[0], (n_in + GUARD) * sizeof (float));
}

/* Runs one entry; what it returns, if anything, is put behind the guard's first element. */
typedef void (*Call) (const ArraKernels *table, const Draw *draw, float *out);

static char *
check_rows (const ArraKernels *spec, const ArraKernels *variant, GRand *rand, const char *name, gsize step, Call call)
{
  char *fault = NULL;

  for (gsize i = 0; i < ROUNDS * LENGTHS && fault == NULL; i++)
    {
      gsize n = i % LENGTHS == 0 ? (gsize) g_rand_int_range (rand, 71, 3000) : i % LENGTHS;
      Draw draw;

      n = (n + step - 1) / step * step;
      draw_init (&draw, rand, n, n);
      call (spec, &draw, draw.out[0]);
      call (variant, &draw, draw.out[1]);
      fault = difference (name, n, draw.out[0], draw.out[1], n + GUARD);
      draw_clear (&draw);
    }
  return fault;
}

#define ROW_CHECK(entry, step, ...)                                                             \
  static void call_##entry (const ArraKernels *table, const Draw *draw, float *out)             \
  {                                                                                             \
    __VA_ARGS__;                                                                                \
  }                                                                                             \
  static char *check_##entry (const ArraKernels *spec, const ArraKernels *variant, GRand *rand) \
  {                                                                                             \
    return check_rows (spec, variant, rand, #entry, step, call_##entry);                        \
  }

#define N draw->n
#define A draw->in[0]
#define B draw->in[1]
#define C draw->in[2]

ROW_CHECK (dot, 1, out[N] = table->dot (A, B, N))
ROW_CHECK (rms_norm, 1, table->rms_norm (A, B, N, 1e-5f, out))
ROW_CHECK (layer_norm, 1, table->layer_norm (A, B, C, N, 1e-5f, out))
ROW_CHECK (rope_half, 2, table->rope_half (out, A, B, N))
ROW_CHECK (silu_mul, 1, table->silu_mul (A, B, N, out))
ROW_CHECK (add, 1, table->add (A, N, out))
ROW_CHECK (guide, 1, table->guide (A, B, draw->scalar, N, out))
ROW_CHECK (exp, 1, table->exp (A, N, out))
ROW_CHECK (max, 1, out[N] = table->max (A, N))
ROW_CHECK (softmax, 1, out[N] = table->softmax (out, N))
ROW_CHECK (widen_bf16, 1, table->widen_bf16 ((const guint8 *) A + 1, N > 0 ? N - 1 : 0, out))
ROW_CHECK (widen_f16, 1, table->widen_f16 ((const guint8 *) A + 1, N > 0 ? N - 1 : 0, out))
ROW_CHECK (widen_q8_0, 32, table->widen_q8_0 ((const guint8 *) A + 1, N, out))
ROW_CHECK (widen_q4_0, 32, table->widen_q4_0 ((const guint8 *) A + 1, N, out))
ROW_CHECK (widen_q4_k, 256, table->widen_q4_k ((const guint8 *) A + 1, N, out))
ROW_CHECK (widen_q6_k, 256, table->widen_q6_k ((const guint8 *) A + 1, N, out))

/* The integers as floats, the scales among them. */
static void
call_quantize_q8a (const ArraKernels *table, const Draw *draw, float *out)
{
  g_autofree ArraBlockQ8A *blocks = g_new0 (ArraBlockQ8A, N / ARRA_QK + 1);

  table->quantize_q8a (A, N, blocks);
  for (gsize b = 0; b < N / ARRA_QK; b++)
    {
      for (gsize i = 0; i < ARRA_QK; i++)
        out[b * ARRA_QK + i] = (float) blocks[b].q[i];
      out[b * ARRA_QK] += 1000 * (float) blocks[b].q[ARRA_QK - 1];
      out[b * ARRA_QK + 1] += 1000 * (float) blocks[b].offset;
      out[b * ARRA_QK + ARRA_QK - 1] = blocks[b].d;
    }
  out[N] = (float) blocks[N / ARRA_QK].q[0] + blocks[N / ARRA_QK].d;
}

static char *
check_quantize_q8a (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_rows (spec, variant, rand, "quantize_q8a", ARRA_QK, call_quantize_q8a);
}

/* A cache of @n numbers, @block of them in @bytes, which begin with a float or a half that is drawn. */
static guint8 *
drawn_cache (GRand *rand, Values values, gsize n, gsize block, gsize bytes)
{
  guint8 *cache = g_malloc (n / block * bytes);

  for (gsize i = 0; i < n / block * bytes; i++)
    cache[i] = (guint8) g_rand_int (rand);
  for (gsize b = 0; b < n / block; b++)
    {
      const float f = draw_float (rand, values);
      const guint16 half = arra_float_to_half (f);

      if (bytes == sizeof f)
        memcpy (cache + b * bytes, &f, sizeof f);
      else
        memcpy (cache + b * bytes, &half, sizeof half);
    }
  return cache;
}

/* Each query sees, behind the positions that all see, some of the @n there are, @bytes apart, from any one on. */
static void
draw_tails (GRand *rand, const ArraAttend *attend, gsize bytes, gsize n, ArraAttendTail *tails)
{
  for (gsize r = 0; r < attend->n_queries; r++)
    {
      const gsize count = (gsize) g_rand_int_range (rand, 0, (gint32) attend->n_queries);
      const gsize first = (gsize) g_rand_int_range (rand, 0, (gint32) (n - count) + 1) * bytes;

      tails[r] = (ArraAttendTail) { (const guint8 *) attend->k + first, (const guint8 *) attend->v + first, count };
    }
}

/* @at: where the entry is in a table; a cache has @block numbers in @bytes. */
static char *
check_attend_of (const ArraKernels *spec,
                 const ArraKernels *variant,
                 GRand *rand,
                 const char *name,
                 gsize at,
                 gsize block,
                 gsize bytes)
{
  char *fault = NULL;
  ArraAttendFunc right, tried;

  memcpy (&right, (const guint8 *) spec + at, sizeof right);
  memcpy (&tried, (const guint8 *) variant + at, sizeof tried);
  for (gsize round = 0; round < 600 && fault == NULL; round++)
    {
      gsize head_dim = round % 5 == 0 ? 128 : (gsize) g_rand_int_range (rand, 1, 150);
      gsize n_pos = (gsize) g_rand_int_range (rand, 1, 40);
      gsize n_queries = (gsize) g_rand_int_range (rand, 1, ARRA_ATTEND_QUERIES + 1), last = n_pos + n_queries - 1;
      gsize stride = head_dim + (gsize) g_rand_int_range (rand, 0, 20);
      Values values = (Values) g_rand_int_range (rand, 0, N_VALUES);
      ArraAttendTail tails[ARRA_ATTEND_QUERIES];
      g_autofree float *q = NULL, *a = NULL, *b = NULL;
      g_autofree guint8 *k = NULL, *v = NULL;
      ArraAttend attend = { .n_queries = n_queries, .n_pos = n_pos, .scale = 0.3f, .score_stride = last };
      gsize n_scores = n_queries * last + GUARD, n_out;

      head_dim = (head_dim + block - 1) / block * block;
      stride = (stride + block - 1) / block * block;
      attend.q_stride = head_dim + (gsize) g_rand_int_range (rand, 0, 20);
      attend.head_dim = head_dim;
      attend.stride = stride;
      n_out = n_scores + (n_queries - 1) * attend.q_stride + head_dim + GUARD;
      attend.q = q = drawn_floats (rand, values, n_queries * attend.q_stride);
      attend.k = k = drawn_cache (rand, values, (last - 1) * stride + head_dim, block, bytes);
      attend.v = v = drawn_cache (rand, values, (last - 1) * stride + head_dim, block, bytes);
      if (round % 2 == 1)
        {
          draw_tails (rand, &attend, stride / block * bytes, last, tails);
          attend.tails = tails;
        }
      a = drawn_floats (rand, VALUES_ORDINARY, n_out);
      b = g_memdup2 (a, n_out * sizeof (float));
      attend.scores = a;
      right (&attend, a + n_scores);
      attend.scores = b;
      tried (&attend, b + n_scores);
      fault = difference (name, head_dim, a, b, n_out);
    }
  return fault;
}

#define ATTEND_CHECK(entry, block, bytes)                                                              \
  static char *check_##entry (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)        \
  {                                                                                                    \
    return check_attend_of (spec, variant, rand, #entry, offsetof (ArraKernels, entry), block, bytes); \
  }

ATTEND_CHECK (attend, 1, sizeof (float))
ATTEND_CHECK (attend_f16, 1, sizeof (guint16))
ATTEND_CHECK (attend_q8_0, ARRA_QK, sizeof (ArraBlockQ8_0))

static char *
check_affine_swish (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  char *fault = NULL;

  for (gsize round = 0; round < 600 && fault == NULL; round++)
    {
      gsize channels = (gsize) g_rand_int_range (rand, 1, 80);
      gsize n_pixels = (gsize) g_rand_int_range (rand, 1, 8);
      gsize n = channels * n_pixels;
      Values values = (Values) g_rand_int_range (rand, 0, N_VALUES);
      g_autofree float *x = drawn_floats (rand, values, n);
      g_autofree float *scale = drawn_floats (rand, values, channels);
      g_autofree float *bias = drawn_floats (rand, values, channels);
      g_autofree float *a = drawn_floats (rand, VALUES_ORDINARY, n + GUARD);
      g_autofree float *b = g_memdup2 (a, (n + GUARD) * sizeof (float));

      spec->affine_swish (x, n_pixels, channels, scale, bias, round % 2 != 0, a);
      variant->affine_swish (x, n_pixels, channels, scale, bias, round % 2 != 0, b);
      fault = difference ("affine_swish", channels, a, b, n + GUARD);
    }
  return fault;
}

#define CASE(entry) { #entry, check_##entry }

const CheckCase check_cases[] = {
  CASE (matmul_f32),
  CASE (matmul_bf16),
  CASE (matmul_f16),
  CASE (matmul_q8_0),
  CASE (quantize_q8a),
  CASE (widen_bf16),
  CASE (matmul_q4_0),
  CASE (matmul_q4_k),
  CASE (matmul_q6_k),
  CASE (widen_q4_0),
  CASE (widen_q4_k),
  CASE (widen_q6_k),
  CASE (matmul_q8_0_panels),
  CASE (matmul_q4_0_panels),
  CASE (matmul_q4_k_panels),
  CASE (matmul_q6_k_panels),
  CASE (widen_f16),
  CASE (widen_q8_0),
  CASE (dot),
  CASE (rms_norm),
  CASE (layer_norm),
  CASE (rope_half),
  CASE (silu_mul),
  CASE (add),
  CASE (guide),
  CASE (exp),
  CASE (max),
  CASE (softmax),
  CASE (attend),
  CASE (attend_f16),
  CASE (attend_q8_0),
  CASE (affine_swish),
  CASE (winograd_in),
  CASE (winograd_out),
  CASE (convolve_finish),
  CASE (affine_swish_vjp),
  CASE (convolve),
  CASE (convolve_weights),
  CASE (product),
};
const gsize n_check_cases = G_N_ELEMENTS (check_cases);
