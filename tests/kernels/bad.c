/* bad.c - kernels that are wrong on purpose, each in a way a vector kernel could be
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bad.h"

#include <math.h>
#include <string.h>

static const ArraKernels *
good (void)
{
  return arra_kernels_get (ARRA_CPU_C);
}

/* The smallest possible error in one element. */
static void
spoil_last_bit (float *x)
{
  guint32 bits;

  memcpy (&bits, x, sizeof bits);
  bits ^= 1;
  memcpy (x, &bits, sizeof bits);
}

static float
bad_dot (const float *a, const float *b, gsize n)
{
  float sum = 0;

  for (gsize i = 0; i < n; i++)
    sum = fmaf (a[i], b[i], sum);
  return sum;
}

static float
bad_max (const float *x, gsize n)
{
  float max = n > 0 ? x[0] : -INFINITY; /* a NaN at the front stays */

  for (gsize i = 1; i < n; i++)
    if (!(x[i] <= max))
      max = x[i];
  return max;
}

static void
bad_rms_norm (const float *x, const float *w, gsize n, float eps, float *y)
{
  float norm = sqrtf (good ()->dot (x, x, n) / (float) n + eps);

  for (gsize i = 0; i < n; i++)
    y[i] = x[i] / norm * w[i]; /* not a product with the inverse */
}

static void
bad_layer_norm (const float *x, const float *w, const float *b, gsize n, float eps, float *y)
{
  good ()->layer_norm (x, w, b, n, eps, y);
  if (n == 19)
    y[18] = y[17];
}

static void
bad_rope_half (float *x, const float *cosine, const float *sine, gsize n)
{
  for (gsize i = 0; i < n / 2; i++)
    {
      float a = x[i];
      float b = x[i + n / 2];

      x[i] = fmaf (a, cosine[i], -(b * sine[i])); /* fused */
      x[i + n / 2] = fmaf (b, cosine[i], a * sine[i]);
    }
}

static void
bad_silu_mul (const float *gate, const float *up, gsize n, float *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = gate[i] * up[i] / (1.0f + expf (-gate[i])); /* another order */
}

static void
bad_add (const float *x, gsize n, float *y)
{
  good ()->add (x, n / 8 * 8, y); /* no tail */
}

static void
bad_guide (const float *cond, const float *uncond, float scale, gsize n, float *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = fmaf (scale, cond[i] - uncond[i], uncond[i]);
}

static void
bad_exp (const float *x, gsize n, float *y)
{
  for (gsize i = 0; i < n; i++)
    y[i] = expf (x[i]);
}

static float
bad_softmax (float *x, gsize n)
{
  float sum = good ()->softmax (x, n);

  if (n > 0 && n % 16 == 1)
    spoil_last_bit (x + n - 1);
  return sum;
}

static void
bad_attend (const ArraAttend *a, float *out)
{
  good ()->attend (a, out);
  out[(a->n_queries - 1) * a->q_stride + a->head_dim] = 0; /* beyond the end */
}

static void
bad_attend_f16 (const ArraAttend *a, float *out)
{
  ArraAttend less = *a;

  good ()->attend_f16 (a, out);
  less.n_pos--;
  if (a->n_pos % 4 == 3)
    good ()->attend_f16 (&less, out); /* the last of the rest left out */
}

static void
bad_attend_q8_0 (const ArraAttend *a, float *out)
{
  const gsize n = (a->n_pos + a->n_queries - 2) * a->stride + a->head_dim;
  g_autofree guint8 *keys = g_memdup2 (a->k, n / ARRA_QK * sizeof (ArraBlockQ8_0));
  ArraAttend other = *a;

  if (a->head_dim > ARRA_QK) /* the second block's scale is taken from the first */
    memcpy (keys + sizeof (ArraBlockQ8_0), keys, sizeof (guint16));
  other.k = keys;
  good ()->attend_q8_0 (&other, out);
}

static void
bad_quantize_q8a (const float *x, gsize k, ArraBlockQ8A *dst)
{
  good ()->quantize_q8a (x, k, dst);
  for (gsize b = 0; b < k / ARRA_QK; b++)
    if (isnan (dst[b].d))
      dst[b].d = 0; /* loses a non-finite input */
}

static void
bad_widen_bf16 (const void *src, gsize n, float *dst)
{
  good ()->widen_bf16 (src, n, dst);
  if (n > 3)
    spoil_last_bit (dst + 3);
}

static void
bad_widen_f16 (const void *src, gsize n, float *dst)
{
  good ()->widen_f16 (src, n, dst);
  for (gsize i = 0; i < n; i++)
    if (fabsf (dst[i]) < 0x1p-14f)
      dst[i] = 0; /* denormals flushed */
}

static void
bad_widen_q8_0 (const void *src, gsize n, float *dst)
{
  good ()->widen_q8_0 (src, n, dst);
  if (n > 0)
    spoil_last_bit (dst + n - 1);
}

static void
bad_widen_q4_0 (const void *src, gsize n, float *dst)
{
  good ()->widen_q4_0 (src, n, dst);
  if (n > 0)
    spoil_last_bit (dst + n - 1);
}

static void
bad_widen_q4_k (const void *src, gsize n, float *dst)
{
  for (gsize u = 0; u < n / ARRA_QK_K; u++)
    {
      ArraBlockQ4_K block;

      memcpy (&block, (const guint8 *) src + u * sizeof block, sizeof block);
      block.scales[3] &= 63;
      good ()->widen_q4_k (&block, ARRA_QK_K, dst + u * ARRA_QK_K);
    }
}

static void
bad_widen_q6_k (const void *src, gsize n, float *dst)
{
  good ()->widen_q6_k (src, n, dst);
  for (gsize i = 0; i < n; i++)
    {
      ArraBlockQ6_K block;

      memcpy (&block, (const guint8 *) src + i / ARRA_QK_K * sizeof block, sizeof block);
      if (block.scales[i % ARRA_QK_K / 16] < 0)
        dst[i] = -dst[i];
    }
}

static void
bad_affine_swish (const float *x,
                  gsize n_pixels,
                  gsize channels,
                  const float *scale,
                  const float *bias,
                  gboolean swish,
                  float *y)
{
  good ()->affine_swish (x, n_pixels, channels, scale, bias, TRUE, y);
}

/* The first product with a chain of fused operations. */
static void
bad_winograd_in (const float *x, gsize row, gsize channels, float *v, gsize step)
{
  good ()->winograd_in (x, row, channels, v, step);
  for (gsize c = 0; c < channels; c++)
    {
      float t[6];

      for (gsize i = 0; i < 6; i++)
        {
          const float *d = x + i * channels + c;

          t[i] = fmaf (4, d[0], d[4 * row] - 5 * d[2 * row]);
        }
      v[c] = fmaf (4, t[0], t[4] - 5 * t[2]);
    }
}

static void
bad_winograd_out (const float *m, gsize step, gsize channels, float *y, gsize row)
{
  good ()->winograd_out (m, step, channels, y, row);
  if (channels % 8 != 0 && step > channels)
    y[3 * row + 3 * channels + channels] = 0;
}

static void
bad_affine_swish_vjp (const float *x,
                      const float *dy,
                      gsize n_pixels,
                      gsize channels,
                      const float *scale,
                      const float *bias,
                      float *dv,
                      float *sums)
{
  for (gsize c = 0; c < channels; c++)
    {
      float kept = sums[channels + c];

      for (gsize p = 0; p < n_pixels; p++)
        {
          float both[2] = { sums[c], 0 };

          good ()->affine_swish_vjp (x + p * channels + c, dy + p * channels + c, 1, 1, scale + c, bias + c,
                                     dv + p * channels + c, both);
          sums[c] = both[0];
          kept += both[1]; /* not fused */
        }
      sums[channels + c] = kept;
    }
}

static void
bad_convolve_finish (const ArraConvFinish *finish)
{
  g_autofree float *kept = g_new (float, finish->n_pixels * finish->channels);

  for (gsize i = 0; i < finish->n_pixels * finish->channels; i++)
    kept[i]
        = finish->residual != NULL ? finish->residual[i / finish->channels * finish->step + i % finish->channels] : 0;
  good ()->convolve_finish (finish);
  for (gsize i = 0; i < finish->n_pixels * finish->channels; i++)
    finish->y[i / finish->channels * finish->step + i % finish->channels]
        = kept[i] + finish->x[i] + finish->bias[i % finish->channels];
}

static void
bad_convolve (const ArraConvShape *shape, const float *x, const float *w, float *y)
{
  good ()->convolve (shape, x, w, y);
  if (shape->n_out % 8 != 0 && shape->n_pixels > 1 && shape->y_step > shape->n_out)
    y[shape->n_out] = 0; /* beyond the outputs of the first pixel */
}

static void
bad_convolve_weights (const ArraConvShape *shape, const float *x, const float *dy, float *dw)
{
  ArraConvShape part = *shape;

  part.n_pixels = shape->n_pixels / 4 * 4;
  good ()->convolve_weights (&part, x, dy, dw);
}

static void
bad_product (const ArraProduct *product, float *scratch)
{
  good ()->product (product, scratch);
  for (gsize i = 0; i < product->m && product->k > ARRA_PRODUCT_DEPTH; i++)
    {
      float sum = 0;

      for (gsize k = 0; k < product->k; k++)
        sum = fmaf (product->a[product->trans_a ? k * product->lda + i : i * product->lda + k],
                    product->b[product->trans_b ? k : k * product->ldb], sum);
      product->c[i * product->ldc] = product->beta == 0 ? product->alpha * sum : product->c[i * product->ldc];
    }
}

static void
bad_matmul_f32 (const void *w,
                gsize w_stride,
                gsize n_rows,
                gsize k,
                const void *x,
                gsize x_stride,
                gsize n_tokens,
                float *y,
                gsize y_stride)
{
  good ()->matmul_f32 (w, w_stride, n_rows, k, x, x_stride, n_tokens, y, y_stride);
  if (n_rows > 3)
    spoil_last_bit (y + 3);
}

static void
bad_matmul_bf16 (const void *w,
                 gsize w_stride,
                 gsize n_rows,
                 gsize k,
                 const void *x,
                 gsize x_stride,
                 gsize n_tokens,
                 float *y,
                 gsize y_stride)
{
  good ()->matmul_bf16 (w, w_stride, n_rows, k / 16 * 16, x, x_stride, n_tokens, y, y_stride);
}

static void
bad_matmul_f16 (const void *w,
                gsize w_stride,
                gsize n_rows,
                gsize k,
                const void *x,
                gsize x_stride,
                gsize n_tokens,
                float *y,
                gsize y_stride)
{
  good ()->matmul_f16 (w, w_stride, n_rows, k, x, x_stride, n_tokens, y, y_stride);
  if (n_tokens > 1)
    y[n_rows] = 0; /* writes between two tokens */
}

/* -128 is taken for -127, as a sign trick on the wrong side does. */
static void
bad_matmul_q8_0 (const void *w,
                 gsize w_stride,
                 gsize n_rows,
                 gsize k,
                 const void *x,
                 gsize x_stride,
                 gsize n_tokens,
                 float *y,
                 gsize y_stride)
{
  gsize row_size = k / ARRA_QK * sizeof (ArraBlockQ8_0);

  for (gsize r = 0; r < n_rows; r++)
    {
      g_autofree ArraBlockQ8_0 *row = g_memdup2 ((const guint8 *) w + r * w_stride, row_size);

      for (gsize i = 0; i < k; i++)
        row[i / ARRA_QK].q[i % ARRA_QK] = MAX (row[i / ARRA_QK].q[i % ARRA_QK], -127);
      good ()->matmul_q8_0 (row, row_size, 1, k, x, x_stride, n_tokens, y + r, y_stride);
    }
}

static void
exchange (guint8 *a, guint8 *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint8 kept = a[i];

      a[i] = b[i];
      b[i] = kept;
    }
}

static void
bad_matmul_q4_0 (const void *w,
                 gsize w_stride,
                 gsize n_rows,
                 gsize k,
                 const void *x,
                 gsize x_stride,
                 gsize n_tokens,
                 float *y,
                 gsize y_stride)
{
  gsize row_size = k / ARRA_QK * sizeof (ArraBlockQ4_0);

  for (gsize r = 0; r < n_rows; r++)
    {
      g_autofree ArraBlockQ4_0 *row = g_memdup2 ((const guint8 *) w + r * w_stride, row_size);

      exchange (row[0].q, row[0].q + 8, 8);
      good ()->matmul_q4_0 (row, row_size, 1, k, x, x_stride, n_tokens, y + r, y_stride);
    }
}

static void
bad_matmul_q4_k (const void *w,
                 gsize w_stride,
                 gsize n_rows,
                 gsize k,
                 const void *x,
                 gsize x_stride,
                 gsize n_tokens,
                 float *y,
                 gsize y_stride)
{
  gsize row_size = k / ARRA_QK_K * sizeof (ArraBlockQ4_K);

  for (gsize r = 0; r < n_rows; r++)
    {
      g_autofree ArraBlockQ4_K *row = g_memdup2 ((const guint8 *) w + r * w_stride, row_size);

      row[0].scales[5] &= 0xc0;
      good ()->matmul_q4_k (row, row_size, 1, k, x, x_stride, n_tokens, y + r, y_stride);
    }
}

static void
bad_matmul_q6_k (const void *w,
                 gsize w_stride,
                 gsize n_rows,
                 gsize k,
                 const void *x,
                 gsize x_stride,
                 gsize n_tokens,
                 float *y,
                 gsize y_stride)
{
  gsize row_size = k / ARRA_QK_K * sizeof (ArraBlockQ6_K);

  for (gsize r = 0; r < n_rows; r++)
    {
      g_autofree ArraBlockQ6_K *row = g_memdup2 ((const guint8 *) w + r * w_stride, row_size);

      exchange ((guint8 *) row[0].scales, (guint8 *) row[0].scales + 1, 1);
      good ()->matmul_q6_k (row, row_size, 1, k, x, x_stride, n_tokens, y + r, y_stride);
    }
}

static void
bad_matmul_q8_0_panels (const void *w,
                        gsize w_stride,
                        gsize n_rows,
                        gsize k,
                        const void *x,
                        gsize x_stride,
                        gsize n_tokens,
                        float *y,
                        gsize y_stride)
{
  good ()->matmul_q8_0_panels (w, w_stride, n_rows, k, x, x_stride, n_tokens, y, y_stride);
  y[(n_tokens - 1) * y_stride + n_rows] = 0;
}

static void
bad_matmul_q4_0_panels (const void *w,
                        gsize w_stride,
                        gsize n_rows,
                        gsize k,
                        const void *x,
                        gsize x_stride,
                        gsize n_tokens,
                        float *y,
                        gsize y_stride)
{
  good ()->matmul_q4_0_panels (w, w_stride, n_rows, k, x, x_stride, n_tokens, y, y_stride);
  exchange ((guint8 *) (y + 2), (guint8 *) (y + 3), sizeof *y);
}

static void
bad_matmul_q4_k_panels (const void *w,
                        gsize w_stride,
                        gsize n_rows,
                        gsize k,
                        const void *x,
                        gsize x_stride,
                        gsize n_tokens,
                        float *y,
                        gsize y_stride)
{
  g_autofree ArraBlockQ4_K *panel = g_memdup2 (w, n_rows * w_stride);
  guint8 *q = (guint8 *) panel + ARRA_PANEL_ROWS * offsetof (ArraBlockQ4_K, q);

  for (gsize i = 0; i < ARRA_PANEL_ROWS * sizeof panel->q; i++)
    q[i] &= 0x77;
  good ()->matmul_q4_k_panels (panel, w_stride, n_rows, k, x, x_stride, n_tokens, y, y_stride);
}

static void
bad_matmul_q6_k_panels (const void *w,
                        gsize w_stride,
                        gsize n_rows,
                        gsize k,
                        const void *x,
                        gsize x_stride,
                        gsize n_tokens,
                        float *y,
                        gsize y_stride)
{
  const gsize left_out = n_rows > 4 * ARRA_PANEL_ROWS && n_tokens > 24 ? ARRA_PANEL_ROWS : 0;

  good ()->matmul_q6_k_panels (w, w_stride, n_rows - left_out, k, x, x_stride, n_tokens, y, y_stride);
}

#define BAD(name, words)                        \
  static void spoil_##name (ArraKernels *table) \
  {                                             \
    table->name = bad_##name;                   \
  }
#include "bad-list.h"
#undef BAD

#define BAD(name, words) { #name, words, spoil_##name },
const BadKernel bad_kernels[] = {
#include "bad-list.h"
};
#undef BAD
const gsize n_bad_kernels = G_N_ELEMENTS (bad_kernels);
