/* nearest_code.c - vector quantisation: the codebook entry nearest to each vector
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nearest_code.h"

#include <math.h>

#include "gemm.h"

#define MAX_VECTORS 64
#define MAX_PRODUCTS (1 << 19) /* vectors x codes of one tile */

typedef struct
{
  const float *x, *codebook, *squares;
  gsize n, n_codes, dim;
  double largest; /* of the squares */
  guint32 *codes;
  const ArraMapWork *work;
} Call;

static gsize
vectors_in_tile (gsize n_codes)
{
  return CLAMP (MAX_PRODUCTS / n_codes, 1, MAX_VECTORS);
}

gsize
arra_nearest_code_scratch (gsize n_codes)
{
  return vectors_in_tile (n_codes) * n_codes;
}

static double
square (const float *x, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += (double) x[i] * (double) x[i];
  return sum;
}

static double
distance (const float *x, const float *y, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      double d = (double) x[i] - (double) y[i];
      sum += d * d;
    }
  return sum;
}

void
arra_code_squares (const float *codebook, gsize n_codes, gsize dim, float *squares)
{
  for (gsize j = 0; j < n_codes; j++)
    squares[j] = (float) square (codebook + j * dim, dim);
}

/* @products: -2 x . e for each entry. Twice the bound of their rounding error separates candidates from the
 * rest. */
static guint32
choose (const Call *call, const float *x, const float *products)
{
  double bound
      = (double) (call->dim + 4) * 0x1p-23 * (call->largest + 2.0 * sqrt (call->largest * square (x, call->dim)));
  double least = INFINITY, best = INFINITY;
  guint32 code = 0;

  for (gsize j = 0; j < call->n_codes; j++)
    least = fmin (least, (double) call->squares[j] + (double) products[j]);
  for (gsize j = 0; j < call->n_codes; j++)
    if ((double) call->squares[j] + (double) products[j] <= least + 2.0 * bound)
      {
        double d = distance (x, call->codebook + j * call->dim, call->dim);
        if (d < best)
          {
            best = d;
            code = (guint32) j;
          }
      }
  return code;
}

static void
quantize_tile (gsize begin, gsize end, guint worker, gpointer data)
{
  const Call *call = data;
  float *products = call->work->scratch + worker * call->work->scratch_stride;

  if (g_cancellable_is_cancelled (call->work->cancellable))
    return;
  arra_sgemm (FALSE, TRUE, end - begin, call->n_codes, call->dim, -2.0f, call->x + begin * call->dim, call->dim,
              call->codebook, call->dim, 0.0f, products, call->n_codes);
  for (gsize i = begin; i < end; i++)
    call->codes[i] = choose (call, call->x + i * call->dim, products + (i - begin) * call->n_codes);
}

gboolean
arra_nearest_code (const float *x,
                   gsize n,
                   const float *codebook,
                   const float *squares,
                   gsize n_codes,
                   gsize dim,
                   guint32 *codes,
                   const ArraMapWork *work,
                   GError **error)
{
  Call call = { x, codebook, squares, n, n_codes, dim, 0.0, codes, work };

  g_assert (work->scratch_stride >= arra_nearest_code_scratch (n_codes));
  for (gsize j = 0; j < n_codes; j++)
    call.largest = MAX (call.largest, (double) squares[j]);
  arra_pool_run (work->exec->pool, n, vectors_in_tile (n_codes), quantize_tile, &call);
  return !g_cancellable_set_error_if_cancelled (work->cancellable, error);
}
