/* test-dtype.c - the table of types agrees with itself, with the kernels and with ggml's numbers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dtype_kernels.h"
#include "panels.h"

#include <math.h>

static void
test_rows (void)
{
  for (ArraDType dtype = 0; dtype < ARRA_N_DTYPES; dtype++)
    {
      const ArraDTypeTraits *traits = arra_dtype_traits (dtype);
      ArraDType back = ARRA_N_DTYPES;

      g_assert_cmpstr (arra_dtype_name (dtype), ==, traits->name);
      g_assert_true (arra_dtype_from_name (traits->name, &back) && back == dtype);
      g_assert_cmpuint (traits->block, >=, 1);
      g_assert_cmpuint (ARRA_MAX_BLOCK % traits->block, ==, 0);
      g_assert_true (traits->is_float == (traits->is_finite != NULL));
      g_assert_true (traits->is_float == (traits->widen != 0 || traits->read != NULL));
      g_assert_true ((traits->activation != ARRA_ACTIVATION_NONE) == (traits->matmul != 0));
      /* what can be made can be used */
      g_assert_true ((traits->narrow != NULL) == (traits->matmul != 0 && traits->layout == NULL));
      g_assert_cmpuint (arra_dtype_rows (dtype), ==, traits->layout != NULL ? ARRA_PANEL_ROWS : 1);
      if (traits->panels != 0)
        {
          const ArraDTypeTraits *panels = arra_dtype_traits (traits->panels);
          g_assert_true (panels->layout != NULL && panels->layout->bytes == panels->bytes);
          g_assert_true (panels->block == traits->block && panels->bytes == traits->bytes);
        }
      g_assert_true (arra_dtype_takes_blocks (dtype) == (traits->block > 1));
      if (traits->matmul != 0) /* what takes a type's place is one of weights, and needs no other in its turn */
        {
          g_assert_true (arra_dtype_traits (traits->ragged)->matmul != 0
                         && arra_dtype_traits (traits->table)->matmul != 0);
          g_assert_cmpuint (arra_dtype_traits (traits->ragged)->block, <=, ARRA_QK);
          g_assert_true (arra_dtype_traits (traits->table)->table == traits->table);
        }
      g_assert_cmpuint (traits->halves_at + 2 * traits->n_halves, <=, traits->bytes);
    }
}

static void
test_gguf (void)
{
  for (ArraDType dtype = 0; dtype < ARRA_N_DTYPES; dtype++)
    {
      const ArraDTypeTraits *traits = arra_dtype_traits (dtype);
      ArraDType back = ARRA_N_DTYPES;

      g_assert_true ((traits->gguf_type >= 0) == (traits->narrow != NULL));
      if (traits->gguf_type >= 0)
        g_assert_true (arra_dtype_from_gguf ((guint32) traits->gguf_type, &back) && back == dtype);
    }
  g_assert_cmpint (arra_dtype_traits (ARRA_F32)->gguf_type, ==, 0);
  g_assert_cmpint (arra_dtype_traits (ARRA_F16)->gguf_type, ==, 1);
  g_assert_cmpint (arra_dtype_traits (ARRA_Q4_0)->gguf_type, ==, 2);
  g_assert_cmpint (arra_dtype_traits (ARRA_Q8_0)->gguf_type, ==, 8);
  g_assert_cmpint (arra_dtype_traits (ARRA_Q4_K)->gguf_type, ==, 12);
  g_assert_cmpint (arra_dtype_traits (ARRA_Q6_K)->gguf_type, ==, 14);
  g_assert_cmpint (arra_dtype_traits (ARRA_BF16)->gguf_type, ==, 30);
}

static void
test_unknown (void)
{
  ArraDType dtype = ARRA_I8;

  g_assert_false (arra_dtype_from_gguf (3, &dtype));
  g_assert_false (arra_dtype_from_gguf (G_MAXUINT32, &dtype));
  g_assert_false (arra_dtype_from_name ("Q8_1", &dtype));
  g_assert_false (arra_dtype_from_name ("", &dtype));
  g_assert_cmpint (dtype, ==, ARRA_I8);
  g_assert_true (arra_dtype_from_name ("q8_0", &dtype));
  g_assert_cmpint (dtype, ==, ARRA_Q8_0);
}

/* What a type makes of numbers is finite and widens to them; what is not finite, or too large, is refused. */
static void
test_narrow (void)
{
  const ArraKernels *kernels = arra_kernels_get (ARRA_CPU_C);
  const float bad[] = { NAN, INFINITY, -INFINITY };
  float x[ARRA_MAX_BLOCK], back[ARRA_MAX_BLOCK];
  guint8 bytes[ARRA_MAX_BLOCK * sizeof (float)];

  for (ArraDType dtype = 0; dtype < ARRA_N_DTYPES; dtype++)
    {
      const ArraDTypeTraits *traits = arra_dtype_traits (dtype);

      if (traits->narrow == NULL)
        continue;
      for (gsize i = 0; i < ARRA_MAX_BLOCK; i++)
        x[i] = (float) (int) (i % 32) - 16;
      g_assert_true (traits->narrow (x, ARRA_MAX_BLOCK, bytes));
      g_assert_true (traits->is_finite (traits, bytes, ARRA_MAX_BLOCK / traits->block));
      arra_dtype_widen (dtype, kernels, bytes, ARRA_MAX_BLOCK, back);
      for (gsize i = 0; i < ARRA_MAX_BLOCK; i++)
        g_assert_cmpfloat (fabsf (back[i] - x[i]), <=, traits->block == 1 ? 0.0f : 1.1f);
      for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
        {
          x[ARRA_MAX_BLOCK - 1] = bad[i];
          g_assert_false (traits->narrow (x, ARRA_MAX_BLOCK, bytes));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor/dtype/rows", test_rows);
  g_test_add_func ("/tensor/dtype/gguf", test_gguf);
  g_test_add_func ("/tensor/dtype/unknown", test_unknown);
  g_test_add_func ("/tensor/dtype/narrow", test_narrow);
  return g_test_run ();
}
