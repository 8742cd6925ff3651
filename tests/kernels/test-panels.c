/* test-panels.c - panels hold the rows' blocks, and their products are those of the rows, bit for bit, on every ISA
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "panels.h"

#include <string.h>

#define ROWS (5 * ARRA_PANEL_ROWS)
#define TOKENS 11
#define K 1280

typedef struct
{
  const char *name;
  const ArraPanelLayout *layout;
  gsize unit;         /* weights of a block */
  gsize rows, panels; /* where the table of kernels has the products */
} Case;

#define CASE(type, weights)                                                                        \
  { "/kernels/panels/" #type, &arra_panels_##type, weights, offsetof (ArraKernels, matmul_##type), \
    offsetof (ArraKernels, matmul_##type##_panels) }
static const Case cases[]
    = { CASE (q8_0, ARRA_QK), CASE (q4_0, ARRA_QK), CASE (q4_k, ARRA_QK_K), CASE (q6_k, ARRA_QK_K) };

static ArraMatmulFunc
product_of (const ArraKernels *table, gsize at)
{
  ArraMatmulFunc matmul;

  memcpy (&matmul, (const guint8 *) table + at, sizeof matmul);
  return matmul;
}

/* Rows of any bytes but infinite scales */
static guint8 *
draw_rows (GRand *rand, gsize n)
{
  guint8 *rows = g_malloc (n);

  for (gsize i = 0; i < n; i++)
    rows[i] = (guint8) (g_rand_int (rand) & 0xbf);
  return rows;
}

static guint8 *
packed (const ArraPanelLayout *layout, const guint8 *rows, gsize stride)
{
  guint8 *panels = g_malloc (ROWS * stride);

  for (gsize r = 0; r < ROWS; r += ARRA_PANEL_ROWS)
    arra_panels_pack (layout, rows + r * stride, stride, stride / layout->bytes, panels + r * stride);
  return panels;
}

static void
assert_unpacked (const ArraPanelLayout *layout, const guint8 *rows, const guint8 *panels, gsize stride)
{
  for (gsize r = 0; r < ROWS; r++)
    for (gsize b = 0; b < stride / layout->bytes; b++)
      {
        guint8 block[sizeof (ArraBlockQ6_K)] = { 0 };

        arra_panels_unpack (layout, panels + (r - r % ARRA_PANEL_ROWS) * stride + b * ARRA_PANEL_ROWS * layout->bytes,
                            r % ARRA_PANEL_ROWS, block);
        g_assert_cmpmem (block, layout->bytes, rows + r * stride + b * layout->bytes, layout->bytes);
      }
}

static void
assert_same_products (const Case *c,
                      const ArraKernels *table,
                      const guint8 *rows,
                      const guint8 *panels,
                      const ArraBlockQ8A *x)
{
  const gsize stride = K / c->unit * c->layout->bytes, x_stride = K / ARRA_QK * sizeof *x;
  float a[TOKENS * ROWS], b[TOKENS * ROWS];

  product_of (table, c->rows) (rows, stride, ROWS, K, x, x_stride, TOKENS, a, ROWS);
  for (gsize n = 1; n <= TOKENS; n++)
    for (gsize first = 0; first + n <= TOKENS; first += n)
      {
        product_of (table, c->panels) (panels, stride, ROWS, K, x + first * (K / ARRA_QK), x_stride, n, b, ROWS);
        g_assert_cmpmem (b, n * ROWS * sizeof *b, a + first * ROWS, n * ROWS * sizeof *a);
      }
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  const gsize stride = K / c->unit * c->layout->bytes;
  GRand *rand = g_rand_new_with_seed (29);
  g_autofree guint8 *rows = draw_rows (rand, ROWS * stride);
  g_autofree guint8 *panels = packed (c->layout, rows, stride);
  g_autofree float *x = g_new (float, TOKENS *K);
  g_autofree ArraBlockQ8A *blocks = g_new (ArraBlockQ8A, TOKENS * K / ARRA_QK);

  for (gsize i = 0; i < TOKENS * K; i++)
    x[i] = (float) g_rand_double_range (rand, -2, 2);
  assert_unpacked (c->layout, rows, panels, stride);
  for (ArraCpu cpu = ARRA_CPU_C; cpu < ARRA_N_CPU; cpu++)
    if (arra_cpu_supports (cpu, NULL))
      {
        const ArraKernels *table = arra_kernels_get (cpu);
        table->quantize_q8a (x, TOKENS * K, blocks);
        assert_same_products (c, table, rows, panels, blocks);
      }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].name, &cases[i], test_case);
  return g_test_run ();
}
