/* check-product.c - compares products of matrices with the scalar ones, bit for bit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#define ROUNDS 150
#define MARGIN 40 /* floats behind C, that nothing is written there */

static gsize
pick (GRand *rand, gint first, gint last)
{
  return (gsize) g_rand_int_range (rand, first, last + 1);
}

/* Every tenth one has more rows than a variant packs at once, every third one a k of several parts. */
static void
draw_shape (GRand *rand, gsize round, ArraProduct *p)
{
  static const float factors[] = { 0, 1, -0.5f, 3 };

  *p = (ArraProduct) { .trans_a = round % 2 != 0, .trans_b = round / 2 % 2 != 0 };
  p->m = round % 10 == 0 ? pick (rand, 280, 500) : pick (rand, 1, 34);
  p->n = round % 10 == 0 ? pick (rand, 1, 5) : pick (rand, 1, 70);
  p->k = round % 3 == 0 ? pick (rand, ARRA_PRODUCT_DEPTH - 1, 2 * ARRA_PRODUCT_DEPTH + 9) : pick (rand, 0, 40);
  p->alpha = factors[pick (rand, 1, 3)];
  p->beta = factors[pick (rand, 0, 3)];
  p->lda = (p->trans_a ? p->m : p->k) + pick (rand, 0, 5);
  p->ldb = (p->trans_b ? p->k : p->n) + pick (rand, 0, 5);
  p->ldc = p->n + pick (rand, 0, 5);
}

/* How many floats @rows of @width take, @step from one to the next. */
static gsize
span (gsize rows, gsize width, gsize step)
{
  return rows == 0 || width == 0 ? 0 : (rows - 1) * step + width;
}

static char *
compare (const ArraKernels *spec, const ArraKernels *variant, GRand *rand, ArraProduct *p, float *scratch)
{
  Values values = (Values) g_rand_int_range (rand, 0, N_VALUES);
  const gsize n = p->m * p->ldc + MARGIN;
  g_autofree float *a = drawn_floats (rand, values, p->trans_a ? span (p->k, p->m, p->lda) : span (p->m, p->k, p->lda));
  g_autofree float *b = drawn_floats (rand, values, p->trans_b ? span (p->n, p->k, p->ldb) : span (p->k, p->n, p->ldb));
  g_autofree float *expected = drawn_floats (rand, p->beta == 0 ? VALUES_SPECIAL : VALUES_ORDINARY, n);
  g_autofree float *c = g_memdup2 (expected, n * sizeof *c);

  p->a = a;
  p->b = b;
  p->c = expected;
  spec->product (p, scratch);
  p->c = c;
  variant->product (p, scratch);
  return difference ("product", p->k, expected, c, n);
}

char *
check_product (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  float *scratch = g_aligned_alloc (ARRA_PRODUCT_SCRATCH, sizeof *scratch, 64);
  char *fault = NULL;

  for (gsize round = 0; round < ROUNDS && fault == NULL; round++)
    {
      ArraProduct product;

      draw_shape (rand, round, &product);
      draw_floats (rand, VALUES_SPECIAL, scratch, ARRA_PRODUCT_SCRATCH);
      fault = compare (spec, variant, rand, &product, scratch);
    }
  g_aligned_free (scratch);
  return fault;
}
