/* gemm.c - single-precision matrix products through OpenBLAS, in tiles of fixed borders
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gemm.h"

#include "openblas.h"

/* Tiles are large enough for OpenBLAS to run at its full rate and small enough to balance a few threads. */
#define TILE_ROWS 256
#define TILE_COLUMNS 512
#define FEW 8       /* tiles: a share of one more or less is felt */
#define ROW_STEP 16 /* rows that OpenBLAS takes at once */

typedef struct
{
  gboolean trans_a, trans_b;
  gsize m, n, k;
  float alpha, beta;
  const float *a, *b;
  float *c;
  gsize lda, ldb, ldc;
  gsize tile_rows, tile_columns;
  gsize n_across; /* tiles side by side */
} Tiling;

void
arra_sgemm (gboolean trans_a,
            gboolean trans_b,
            gsize m,
            gsize n,
            gsize k,
            float alpha,
            const float *a,
            gsize lda,
            const float *b,
            gsize ldb,
            float beta,
            float *c,
            gsize ldc)
{
  g_assert (MAX (MAX (m, n), k) <= G_MAXINT && MAX (MAX (lda, ldb), ldc) <= G_MAXINT);
  arra_openblas_enter ()->sgemm (CblasRowMajor, trans_a ? CblasTrans : CblasNoTrans,
                                 trans_b ? CblasTrans : CblasNoTrans, (blasint) m, (blasint) n, (blasint) k, alpha, a,
                                 (blasint) lda, b, (blasint) ldb, beta, c, (blasint) ldc);
  arra_openblas_leave ();
}

static void
run_tiles (gsize begin, gsize end, guint worker, gpointer data)
{
  const Tiling *g = data;

  for (gsize tile = begin; tile < end; tile++)
    {
      gsize row = tile / g->n_across * g->tile_rows;
      gsize column = tile % g->n_across * g->tile_columns;

      arra_sgemm (g->trans_a, g->trans_b, MIN (g->tile_rows, g->m - row), MIN (g->tile_columns, g->n - column), g->k,
                  g->alpha, g->a + (g->trans_a ? row : row * g->lda), g->lda,
                  g->b + (g->trans_b ? column * g->ldb : column), g->ldb, g->beta, g->c + row * g->ldc + column,
                  g->ldc);
    }
}

/* Few tiles: an even number of them, of one height. */
static gsize
even_rows (gsize m, gsize n_down, gsize n_across)
{
  if (n_across % 2 != 0)
    n_down += n_down % 2;
  return ((m + n_down - 1) / n_down + ROW_STEP - 1) / ROW_STEP * ROW_STEP;
}

void
arra_sgemm_pool (ArraPool *pool,
                 gboolean trans_a,
                 gboolean trans_b,
                 gsize m,
                 gsize n,
                 gsize k,
                 float alpha,
                 const float *a,
                 gsize lda,
                 const float *b,
                 gsize ldb,
                 float beta,
                 float *c,
                 gsize ldc)
{
  Tiling g = { trans_a, trans_b, m, n, k, alpha, beta, a, b, c, lda, ldb, ldc, TILE_ROWS, n, 1 };
  gsize n_down = (m + TILE_ROWS - 1) / TILE_ROWS;

  if (m == 0 || n == 0)
    return;
  if (m < 8 * TILE_ROWS) /* too few row tiles to share out: columns too */
    {
      g.tile_columns = TILE_COLUMNS;
      g.n_across = (n + TILE_COLUMNS - 1) / TILE_COLUMNS;
    }
  if (n_down * g.n_across < FEW)
    {
      g.tile_rows = even_rows (m, n_down, g.n_across);
      n_down = (m + g.tile_rows - 1) / g.tile_rows;
    }
  arra_pool_run (pool, n_down * g.n_across, 1, run_tiles, &g);
}
