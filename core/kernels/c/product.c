/* product.c - products of matrices (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>

/* The sum over @n of k, from @first on. */
static float
sum_products (const ArraProduct *p, gsize row, gsize column, gsize first, gsize n)
{
  float sum = 0;

  for (gsize k = first; k < first + n; k++)
    sum = fmaf (p->trans_a ? p->a[k * p->lda + row] : p->a[row * p->lda + k],
                p->trans_b ? p->b[column * p->ldb + k] : p->b[k * p->ldb + column], sum);
  return sum;
}

void
arra_c_product (const ArraProduct *p, float *scratch)
{
  for (gsize i = 0; i < p->m * p->n; i++)
    {
      gsize row = i / p->n, column = i % p->n, k = 0;
      float *c = p->c + row * p->ldc + column;

      *c = p->beta == 0 ? 0 : p->beta * *c;
      do
        {
          const gsize n = MIN (ARRA_PRODUCT_DEPTH, p->k - k);

          *c = fmaf (p->alpha, sum_products (p, row, column, k, n), *c);
          k += n;
        }
      while (k < p->k);
    }
}
