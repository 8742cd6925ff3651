/* kernels.h - one table of raw-pointer kernels: scalar C is the specification, an ISA overlays entries
 *
 * Every kernel of this table gives the same bits on every ISA. What makes that possible:
 *  - a float sum runs over ARRA_LANES virtual lanes (element i goes to lane i % ARRA_LANES, lanes start at 0, each lane
 * adds in rising order with fma), then the lanes are folded 16 -> 8 -> 4 -> 2 -> 1, lane j adding lane j + half;
 *  - an integer sum is exact, so its order is free;
 *  - exp and log are those of detmath.h, operation by operation; division and sqrt are IEEE's;
 *  - nothing is contracted or reassociated by the compiler (-ffp-contract=off).
 * A row's result never depends on how many rows or tokens are computed together. "The same bits" leaves out the sign
 * and payload of a NaN: where one variant gives a NaN, every variant does.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "cpu.h"

#define ARRA_LANES 16
#define ARRA_QK 32        /* weights per quantised block */
#define ARRA_QK_K 256     /* weights of a superblock: of eight blocks whose scales are small integers times its own */
#define ARRA_PANEL_ROWS 8 /* rows that lie together in a panel (panels.h) */

/* GGUF's Q8_0: d is an IEEE half. value = d * q */
typedef struct
{
  guint16 d;
  gint8 q[ARRA_QK];
} ArraBlockQ8_0;
G_STATIC_ASSERT (sizeof (ArraBlockQ8_0) == 34);

/* GGUF's Q4_0: byte i holds q of weight i in its low half, of weight i + 16 in its high half. value = d * (q - 8) */
typedef struct
{
  guint16 d;
  guint8 q[ARRA_QK / 2];
} ArraBlockQ4_0;
G_STATIC_ASSERT (sizeof (ArraBlockQ4_0) == 18);

/* GGUF's Q4_K. Block b: value = d * scale[b] * q - dmin * min[b]; scales and minima, 6 bits each, are packed into 12
 * bytes; of 32 bytes of q, the low halves are one block, the high halves the next. */
typedef struct
{
  guint16 d, dmin;
  guint8 scales[12];
  guint8 q[ARRA_QK_K / 2];
} ArraBlockQ4_K;
G_STATIC_ASSERT (sizeof (ArraBlockQ4_K) == 144);

/* GGUF's Q6_K. Sixteen weights share a scale: value = d * scale * (q - 32), q's low four bits in @low, its high two in
 * @high. */
typedef struct
{
  guint8 low[ARRA_QK_K / 2];
  guint8 high[ARRA_QK_K / 4];
  gint8 scales[ARRA_QK_K / 16];
  guint16 d;
} ArraBlockQ6_K;
G_STATIC_ASSERT (sizeof (ArraBlockQ6_K) == 210);

/* Activations quantised on the fly, one block for each ARRA_QK inputs: made by quantize_q8a alone. q is in -127..127.
 */
typedef struct
{
  float d;
  gint32 offset; /* -128 times the sum of q: where a sum starts that takes a weight as the unsigned weight + 128 */
  gint8 q[ARRA_QK];
} ArraBlockQ8A;
G_STATIC_ASSERT (sizeof (ArraBlockQ8A) == 40);

/* A block whose largest |x| is below this is quantised as zero (127 / max would leave the range of float). */
#define ARRA_Q8A_SMALLEST 0x1p-119f

/* y[t * y_stride + r] = sum over i of w[r][i] * x[t][i], for r < n_rows and t < n_tokens.
 * @w: n_rows rows, @w_stride bytes apart, of the kernel's weight type. @x: float rows @x_stride BYTES apart, or for
 * quantised types ArraBlockQ8A rows @x_stride bytes apart. @y_stride in floats. @k: row length in elements (a multiple
 * of the type's block). float types: the lane sum above, fma (w, x, lane). Quantised ones: for rising blocks b of 32,
 * with isum the integer sum of their products, q8_0, q4_0: acc = fma ((float) isum, d * dx, acc), q4_0's weights being
 * q - 8; q6_k: the same, isum being that of the first 16 (of q - 32) times their scale and that of the others times
 * theirs; q4_k: acc = fma ((float) isum, (d * scale) * dx, acc), then fma (dmin * min, (float) (-sum of x's q) * dx,
 * acc). */
typedef void ArraMatmul (const void *w,
                         gsize w_stride,
                         gsize n_rows,
                         gsize k,
                         const void *x,
                         gsize x_stride,
                         gsize n_tokens,
                         float *y,
                         gsize y_stride);
typedef ArraMatmul *ArraMatmulFunc;

#define ARRA_ATTEND_QUERIES 4 /* at once, at most */

/* What one query sees behind the positions that all see: @n of them, from @k and @v on. */
typedef struct
{
  const void *k, *v;
  gsize n;
} ArraAttendTail;

/* Queries of one head over positions that are cached. Query r, of head_dim floats at q + r * q_stride, sees n_pos of
 * them, and then its tail; without tails, as when queries follow each other in a sequence, r positions more. Position p
 * has its key at k + p * stride (in numbers of the kernel's type) and its value at v likewise. */
typedef struct
{
  const float *q;
  gsize q_stride, n_queries;
  const void *k, *v;
  gsize stride, n_pos, head_dim;
  const ArraAttendTail *tails; /* (nullable): [n_queries] */
  float scale;
  float *scores; /* scratch, score_stride floats for each query: as many as any of them sees, or more */
  gsize score_stride;
} ArraAttend;

/* For each query scores[p] = dot (q, k_p) * scale, softmax, out[i] = sum over rising p of fma (scores[p], v_p[i],
 * out[i]), at out + r * q_stride. */
typedef void (*ArraAttendFunc) (const ArraAttend *attend, float *out);

/* A rectangle of pixels of a convolution. Pixel (r, p) reads inputs x + r * x_row + p * x_step + taps[t] and has
 * outputs y + r * y_row + p * y_step. Weights are [n_taps][n_in][w_step], of which the first n_out count. Steps and
 * rows in floats. */
typedef struct
{
  const gsize *taps;
  gsize n_taps, n_in, n_out, w_step;
  gsize n_rows, n_pixels;
  gsize x_row, x_step, y_row, y_step;
} ArraConvShape;

#define ARRA_PRODUCT_DEPTH 256                          /* products that are added before C is */
#define ARRA_PRODUCT_SCRATCH (544 * ARRA_PRODUCT_DEPTH) /* floats: most that a variant packs at once */

/* C[m][n] = alpha * op(A) op(B) + beta * C, row-major; op(A) is m x k, op(B) is k x n. C is not read where beta is 0.
 */
typedef struct
{
  gboolean trans_a, trans_b;
  gsize m, n, k;
  float alpha, beta;
  const float *a;
  gsize lda;
  const float *b;
  gsize ldb;
  float *c;
  gsize ldc;
} ArraProduct;

/* What is left to do for the pixels of a convolution: @n_pixels, @channels of each. */
typedef struct
{
  gsize n_pixels, channels;
  const float *x; /* dense */
  const float *bias;
  const float *residual; /* (nullable): @step floats from a pixel to the next, as those of @y; may be @y */
  float *y;
  gsize step;
  double *sums, *squares; /* (nullable) both or none: of each channel */
} ArraConvFinish;

typedef struct
{
  const char *name;

  /* --- the path that decides tokens: bit-exact on every ISA --- */
  ArraMatmulFunc matmul_f32;
  ArraMatmulFunc matmul_bf16;
  ArraMatmulFunc matmul_f16;
  ArraMatmulFunc matmul_q8_0;
  ArraMatmulFunc matmul_q4_0;
  ArraMatmulFunc matmul_q4_k;
  ArraMatmulFunc matmul_q6_k;

  /* The same products of panels (panels.h): row r of @w_stride bytes is one of panel r / ARRA_PANEL_ROWS, which begins
   * where its first row would. n_rows a multiple of ARRA_PANEL_ROWS. They are faster than those of rows, but where
   * q8_0_by_rows says that Q8_0's are not. */
  ArraMatmulFunc matmul_q8_0_panels;
  ArraMatmulFunc matmul_q4_0_panels;
  ArraMatmulFunc matmul_q4_k_panels;
  ArraMatmulFunc matmul_q6_k_panels;

  /* dst = the block form of x[0..k-1], k a multiple of 32: d = max|x| / 127, q = round to nearest even of x * (127 /
   * max|x|) (d = 0 and q = 0 for a zero block). A non-finite input gives d = NaN and q = 0, so that it is not lost. */
  void (*quantize_q8a) (const float *x, gsize k, ArraBlockQ8A *dst);

  void (*widen_bf16) (const void *src, gsize n, float *dst);
  void (*widen_f16) (const void *src, gsize n, float *dst);
  void (*widen_q8_0) (const void *src, gsize n, float *dst); /* n a multiple of 32 */
  void (*widen_q4_0) (const void *src, gsize n, float *dst);
  /* n a multiple of 256; (d * scale) * q - dmin * min, each step rounded */
  void (*widen_q4_k) (const void *src, gsize n, float *dst);
  void (*widen_q6_k) (const void *src, gsize n, float *dst); /* (d * scale) * (q - 32) */

  float (*dot) (const float *a, const float *b, gsize n); /* the lane sum */

  /* y = (x * (1 / sqrt (mean (x^2) + eps))) * w; the sum is the lane sum; y may be x */
  void (*rms_norm) (const float *x, const float *w, gsize n, float eps, float *y);
  /* y = (x - mean) / sqrt (var + eps) * w + b, two passes, lane sums, each step rounded; y may be x */
  void (*layer_norm) (const float *x, const float *w, const float *b, gsize n, float eps, float *y);
  /* half rotation: for i < n/2: y[i] = x[i] cos[i] - x[i + n/2] sin[i]; y[i + n/2] = x[i + n/2] cos[i] + x[i] sin[i],
   * in place; each product rounded, then added; n even */
  void (*rope_half) (float *x, const float *cosine, const float *sine, gsize n);
  /* out = silu (gate) * up, silu (g) = g / (1 + exp (-g)); out may be gate or up */
  void (*silu_mul) (const float *gate, const float *up, gsize n, float *out);
  void (*add) (const float *x, gsize n, float *y); /* y += x */
  /* u + scale * (c - u), each step rounded; out may be cond or uncond */
  void (*guide) (const float *cond, const float *uncond, float scale, gsize n, float *out);
  void (*exp) (const float *x, gsize n, float *y); /* arra_expf of each; y may be x */
  float (*max) (const float *x, gsize n);          /* NaN is skipped, a zero is +0; -inf for n = 0 */
  /* softmax in place: x = exp (x - max), divided by the lane sum; returns the sum */
  float (*softmax) (float *x, gsize n);
  ArraAttendFunc attend; /* over floats */
  /* The same over what the conversions to float give, halves and blocks of q8_0: head_dim and stride are multiples of
   * the block. */
  ArraAttendFunc attend_f16;
  ArraAttendFunc attend_q8_0;

  /* --- pictures: the same bits for any thread count on one machine, within 1/255 elsewhere --- */
  /* x, y: [n_pixels][channels], y may be x. v = fma (x, scale[c], bias[c]) with per-channel arrays prepared from the
   * group statistics; y = v / (1 + exp (-v)) when @swish, else v */
  void (*affine_swish) (const float *x,
                        gsize n_pixels,
                        gsize channels,
                        const float *scale,
                        const float *bias,
                        gboolean swish,
                        float *y);
  /* Winograd's F(4x4, 3x3) (arXiv 1509.09308, with its B and A): a square of 6 x 6 pixels, rows @row floats apart,
   * becomes 36 rows of @channels, @step apart, in the order of the products; and 36 such rows 4 x 4 pixels. Along
   * columns first. */
  void (*winograd_in) (const float *x, gsize row, gsize channels, float *v, gsize step);
  void (*winograd_out) (const float *m, gsize step, gsize channels, float *y, gsize row);
  /* y = residual + (x + bias); over rising pixels sums[c] += y and squares[c] += y * y, in double, the product rounded
   */
  void (*convolve_finish) (const ArraConvFinish *finish);

  /* --- training on pictures: the same bits on every ISA --- */
  /* The gradient through affine_swish with swish: v = fma (x, scale[c], bias[c]), s = 1 / (1 + exp (-v)), dv = dy * (s
   * * fma (v, 1 - s, 1)); over rising pixels sums[c] += dv and sums[channels + c] = fma (dv, x, …). dv may be dy. */
  void (*affine_swish_vjp) (const float *x,
                            const float *dy,
                            gsize n_pixels,
                            gsize channels,
                            const float *scale,
                            const float *bias,
                            float *dv,
                            float *sums);
  /* y += convolution: for each output a chain of fma (x, w, y) over rising taps, then inputs */
  void (*convolve) (const ArraConvShape *shape, const float *x, const float *w, float *y);
  /* dw += the gradient of the weights: for each weight a chain of fma (x, dy, dw) over rising rows, then pixels */
  void (*convolve_weights) (const ArraConvShape *shape, const float *x, const float *dy, float *dw);

  /* --- VQGAN, encoders and training, through gemm.h: the same bits on every ISA --- */
  /* c = beta * c, then for each ARRA_PRODUCT_DEPTH of k, the last perhaps fewer: c = fma (alpha, sum, c), sum being a
   * chain of fma (a, b, sum) over rising k. @scratch: ARRA_PRODUCT_SCRATCH floats, 64-byte aligned */
  void (*product) (const ArraProduct *product, float *scratch);

  gboolean q8_0_by_rows; /* the last member: all between it and the name are functions */
} ArraKernels;

/* The table for @cpu, which the machine must support. Static, immutable; any thread may ask at any time. */
const ArraKernels *arra_kernels_get (ArraCpu cpu);

/* The table chosen by arra_cpu_choose() (ARRA_CPU or the best), with OpenBLAS started beside it; NULL with @error set
 * when either fails. */
const ArraKernels *arra_kernels_default (GError **error);

/* Scalar conversions used everywhere; round to nearest even, NaN stays NaN. */
float arra_half_to_float (guint16 h);
guint16 arra_float_to_half (float f);
float arra_bf16_to_float (guint16 b);
guint16 arra_float_to_bf16 (float f);

/* GGUF's Q8_0 of one row, k a multiple of 32: d = max|x| / 127 as half, q = round half away from zero of x /
 * d_unrounded, as ggml's reference does. FALSE when a value is not finite, or so large that d is beyond the largest
 * half. */
gboolean arra_quantize_row_q8_0 (const float *x, gsize k, ArraBlockQ8_0 *dst);

/* GGUF's Q4_0, Q4_K and Q6_K of one row, k a multiple of their block: scales by least squares, large numbers counting
 * more, over several roundings. FALSE when a value is not finite, or so large that a scale is beyond the largest half.
 */
gboolean arra_quantize_row_q4_0 (const float *x, gsize k, ArraBlockQ4_0 *dst);
gboolean arra_quantize_row_q4_k (const float *x, gsize k, ArraBlockQ4_K *dst);
gboolean arra_quantize_row_q6_k (const float *x, gsize k, ArraBlockQ6_K *dst);
