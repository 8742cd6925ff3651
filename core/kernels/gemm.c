/* gemm.c - single-precision matrix products in tiles of fixed borders, by our own kernels or OpenBLAS
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gemm.h"

#include "kernels.h"
#include "openblas.h"

/* Tiles are large enough for packing to be a small part of the work and small enough to balance a few threads. */
#define TILE_ROWS 336
#define TILE_COLUMNS 512
#define FEW 8       /* tiles: a share of one more or less is felt */
#define ROW_STEP 14 /* rows that are taken at once */
#define SEATS 32    /* products under way at once */

typedef struct
{
  const ArraProduct *whole;
  gsize tile_rows, tile_columns;
  gsize n_across; /* tiles side by side */
} Tiling;

static GMutex lock; /* over what follows */
static GCond seat_is_free;
static guint32 taken; /* a bit for each seat */
static float scratch[SEATS][ARRA_PRODUCT_SCRATCH] __attribute__ ((aligned (64)));

static gint
take_seat (void)
{
  gint seat;

  g_mutex_lock (&lock);
  while (taken == G_MAXUINT32)
    g_cond_wait (&seat_is_free, &lock);
  seat = g_bit_nth_lsf (~taken, -1);
  taken |= 1u << seat;
  g_mutex_unlock (&lock);
  return seat;
}

static void
leave_seat (gint seat)
{
  g_mutex_lock (&lock);
  taken &= ~(1u << seat);
  g_cond_signal (&seat_is_free);
  g_mutex_unlock (&lock);
}

/* Those in use. Instead of the scalar ones, which are for comparing, the best that the machine has, which give the same
 * bits; NULL where it has none. */
static gpointer
choose_kernels (gpointer data)
{
  ArraCpu cpu;

  if (!arra_cpu_choose (&cpu, NULL) || cpu == ARRA_CPU_C)
    for (cpu = ARRA_N_CPU - 1; cpu > ARRA_CPU_C && !arra_cpu_supports (cpu, NULL); cpu--)
      ;
  return cpu == ARRA_CPU_C ? NULL : (gpointer) arra_kernels_get (cpu);
}

/* Where there is but scalar C, which is far slower. */
static void
multiply_by_openblas (const ArraProduct *p)
{
  g_assert (MAX (MAX (p->m, p->n), p->k) <= G_MAXINT && MAX (MAX (p->lda, p->ldb), p->ldc) <= G_MAXINT);
  arra_openblas_enter ()->sgemm (CblasRowMajor, p->trans_a ? CblasTrans : CblasNoTrans,
                                 p->trans_b ? CblasTrans : CblasNoTrans, (blasint) p->m, (blasint) p->n, (blasint) p->k,
                                 p->alpha, p->a, (blasint) p->lda, p->b, (blasint) p->ldb, p->beta, p->c,
                                 (blasint) p->ldc);
  arra_openblas_leave ();
}

static void
multiply (const ArraProduct *product)
{
  static GOnce chosen = G_ONCE_INIT;
  const ArraKernels *kernels = g_once (&chosen, choose_kernels, NULL);
  gint seat;

  if (kernels == NULL)
    {
      multiply_by_openblas (product);
      return;
    }
  seat = take_seat ();
  kernels->product (product, scratch[seat]);
  leave_seat (seat);
}

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
  const ArraProduct product = { trans_a, trans_b, m, n, k, alpha, beta, a, lda, b, ldb, c, ldc };

  multiply (&product);
}

static void
run_tiles (gsize begin, gsize end, guint worker, gpointer data)
{
  const Tiling *g = data;

  for (gsize tile = begin; tile < end; tile++)
    {
      gsize row = tile / g->n_across * g->tile_rows, column = tile % g->n_across * g->tile_columns;
      ArraProduct part = *g->whole;

      part.m = MIN (g->tile_rows, part.m - row);
      part.n = MIN (g->tile_columns, part.n - column);
      part.a += part.trans_a ? row : row * part.lda;
      part.b += part.trans_b ? column * part.ldb : column;
      part.c += row * part.ldc + column;
      multiply (&part);
    }
}

/* About @n_down tiles of one height, so many that some threads get as many each. */
static gsize
even_rows (gsize m, gsize n_down, gsize n_across)
{
  const gsize together = n_down > 4 ? 4 : n_down * n_across < FEW ? n_across % 2 + 1 : 1;

  n_down = (n_down + together - 1) / together * together;
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
  const ArraProduct product = { trans_a, trans_b, m, n, k, alpha, beta, a, lda, b, ldb, c, ldc };
  Tiling g = { &product, TILE_ROWS, n, 1 };

  if (m == 0 || n == 0)
    return;
  if (m < 8 * TILE_ROWS) /* too few row tiles to share out: columns too */
    {
      g.tile_columns = TILE_COLUMNS;
      g.n_across = (n + TILE_COLUMNS - 1) / TILE_COLUMNS;
    }
  g.tile_rows = even_rows (m, (m + TILE_ROWS - 1) / TILE_ROWS, g.n_across);
  arra_pool_run (pool, (m + g.tile_rows - 1) / g.tile_rows * g.n_across, 1, run_tiles, &g);
}
