/* test-tensor.c - sizes, shapes, widening and finiteness of tensor views
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor.h"

#include <math.h>
#include <string.h>

#include "kernels.h"

static void
test_bytes (void)
{
  const gint64 shape[] = { 3, 64 }, odd[] = { 64, 3 }, negative[] = { 3, -1 }, empty[] = { 0, 64 };
  const gint64 superblocks[] = { 3, 512 };
  const gint64 huge[] = { (gint64) 1 << 32, (gint64) 1 << 32 }, wide[] = { (gint64) 1 << 31, (gint64) 1 << 31 };
  gsize n = 7;

  g_assert_true (arra_tensor_bytes (ARRA_F32, 2, shape, &n));
  g_assert_cmpuint (n, ==, 768);
  g_assert_true (arra_tensor_bytes (ARRA_BF16, 2, shape, &n));
  g_assert_cmpuint (n, ==, 384);
  g_assert_true (arra_tensor_bytes (ARRA_Q8_0, 2, shape, &n));
  g_assert_cmpuint (n, ==, 6 * 34);
  g_assert_true (arra_tensor_bytes (ARRA_Q4_0, 2, shape, &n));
  g_assert_cmpuint (n, ==, 6 * 18);
  g_assert_true (arra_tensor_bytes (ARRA_Q4_K, 2, superblocks, &n));
  g_assert_cmpuint (n, ==, 6 * 144);
  g_assert_true (arra_tensor_bytes (ARRA_Q6_K, 2, superblocks, &n));
  g_assert_cmpuint (n, ==, 6 * 210);
  g_assert_true (arra_tensor_bytes (ARRA_F64, 0, NULL, &n));
  g_assert_cmpuint (n, ==, 8);
  g_assert_true (arra_tensor_bytes (ARRA_U8, 2, empty, &n));
  g_assert_cmpuint (n, ==, 0);
  n = 7;
  g_assert_false (arra_tensor_bytes (ARRA_Q8_0, 2, odd, &n));
  g_assert_false (arra_tensor_bytes (ARRA_Q8_0, 0, NULL, &n));
  g_assert_false (arra_tensor_bytes (ARRA_Q4_K, 2, shape, &n));
  g_assert_false (arra_tensor_bytes (ARRA_Q6_K, 2, shape, &n));
  g_assert_false (arra_tensor_bytes (ARRA_F32, 2, negative, &n));
  g_assert_false (arra_tensor_bytes (ARRA_U8, 2, huge, &n));
  g_assert_false (arra_tensor_bytes (ARRA_F32, 2, wide, &n));
  g_assert_cmpuint (n, ==, 7);
}

static void
test_names (void)
{
  const ArraTensor tensor = { .dtype = ARRA_BF16, .n_dims = 2, .shape = { 320, 64 } }, scalar = { .dtype = ARRA_I64 };
  g_autofree char *text = arra_tensor_describe (&tensor), *bare = arra_tensor_describe (&scalar);

  g_assert_cmpstr (text, ==, "BF16[320, 64]");
  g_assert_cmpstr (bare, ==, "I64[]");
  g_assert_cmpuint (arra_tensor_count (&tensor), ==, 320 * 64);
  g_assert_cmpuint (arra_tensor_count (&scalar), ==, 1);
  g_assert_true (arra_tensor_has_shape (&tensor, 2, (gint64) 320, (gint64) 64));
  g_assert_false (arra_tensor_has_shape (&tensor, 2, (gint64) 64, (gint64) 320));
  g_assert_false (arra_tensor_has_shape (&tensor, 1, (gint64) 320));
  g_assert_true (arra_dtype_is_float (ARRA_Q8_0));
  g_assert_true (arra_dtype_is_float (ARRA_F64));
  g_assert_false (arra_dtype_is_float (ARRA_BOOL));
  for (ArraDType dtype = 0; dtype < ARRA_N_DTYPES; dtype++)
    g_assert_nonnull (arra_dtype_name (dtype));
}

#define COUNT 96

/* A tensor of @dtype with the numbers -48 .. 47, at an odd address. */
static ArraTensor
numbers (ArraDType dtype, guint8 *bytes)
{
  ArraTensor tensor = { .dtype = dtype, .n_dims = 1, .shape = { COUNT }, .data = bytes + 1 };
  ArraBlockQ8_0 blocks[COUNT / ARRA_QK];
  float wide[COUNT];

  for (int i = 0; i < COUNT; i++)
    {
      double f64 = wide[i] = (float) (i - 48);
      guint16 half = dtype == ARRA_F16 ? arra_float_to_half (wide[i]) : arra_float_to_bf16 (wide[i]);

      if (dtype == ARRA_F32)
        memcpy (bytes + 1 + 4 * i, &wide[i], 4);
      else if (dtype == ARRA_F64)
        memcpy (bytes + 1 + 8 * i, &f64, 8);
      else
        memcpy (bytes + 1 + 2 * i, &half, 2);
    }
  if (dtype == ARRA_Q8_0)
    {
      g_assert_true (arra_quantize_row_q8_0 (wide, COUNT, blocks));
      memcpy (bytes + 1, blocks, sizeof blocks);
    }
  g_assert_true (arra_tensor_bytes (dtype, 1, tensor.shape, &tensor.n_bytes));
  return tensor;
}

static void
test_widen (void)
{
  const ArraDType types[] = { ARRA_F32, ARRA_F16, ARRA_BF16, ARRA_F64, ARRA_Q8_0 };

  for (gsize t = 0; t < G_N_ELEMENTS (types); t++)
    {
      guint8 bytes[8 * COUNT + 1];
      ArraTensor tensor = numbers (types[t], bytes);
      gsize first = types[t] == ARRA_Q8_0 ? 32 : 5;
      float out[COUNT];

      arra_tensor_to_float (&tensor, first, 64, out);
      for (gsize i = 0; i < 64; i++)
        g_assert_cmpfloat (fabsf (out[i] - ((float) (first + i) - 48)), <=, types[t] == ARRA_Q8_0 ? 0.2f : 0.0f);
      g_assert_true (arra_tensor_is_finite (&tensor));
    }
}

/* One number that is not zero is found wherever it is; a sign alone is none, nor is a block's scale or its
 * numbers alone. */
static void
test_zero (void)
{
  const ArraDType types[] = { ARRA_F32, ARRA_F16, ARRA_BF16, ARRA_F64, ARRA_Q8_0 };

  for (gsize t = 0; t < G_N_ELEMENTS (types); t++)
    {
      ArraTensor tensor = { .dtype = types[t], .n_dims = 1, .shape = { COUNT } };
      g_autofree guint8 *bytes = NULL;

      g_assert_true (arra_tensor_bytes (types[t], 1, tensor.shape, &tensor.n_bytes));
      bytes = g_malloc0 (tensor.n_bytes + 1);
      tensor.data = bytes + 1;
      g_assert_true (arra_tensor_is_zero (&tensor, 0, COUNT));
      for (gsize i = 0; i < tensor.n_bytes; i++)
        {
          gsize size = tensor.n_bytes / COUNT,
                at = types[t] == ARRA_Q8_0 ? i / sizeof (ArraBlockQ8_0) * ARRA_QK : i / size;
          gsize n = types[t] == ARRA_Q8_0 ? ARRA_QK : 1;
          gboolean scale = types[t] == ARRA_Q8_0 && i % sizeof (ArraBlockQ8_0) < 2;

          bytes[i + 1] = 1;
          if (types[t] == ARRA_Q8_0)
            {
              g_assert_true (arra_tensor_is_zero (&tensor, 0, COUNT));
              bytes[1 + i / sizeof (ArraBlockQ8_0) * sizeof (ArraBlockQ8_0) + (scale ? 2 : 0)] = 1;
            }
          g_assert_false (arra_tensor_is_zero (&tensor, 0, COUNT));
          g_assert_false (arra_tensor_is_zero (&tensor, at, n));
          g_assert_true (arra_tensor_is_zero (&tensor, 0, at));
          g_assert_true (arra_tensor_is_zero (&tensor, at + n, COUNT - at - n));
          memset (bytes, 0, tensor.n_bytes + 1);
          if (types[t] != ARRA_Q8_0 && i % size == size - 1)
            {
              bytes[i + 1] = 0x80;
              g_assert_true (arra_tensor_is_zero (&tensor, 0, COUNT));
              bytes[i + 1] = 0;
            }
        }
    }
}

/* One bad number anywhere is found. */
static void
test_finite (void)
{
  static const struct
  {
    ArraDType dtype;
    guint size;
    guint8 bad[3][8]; /* little-endian NaN, infinity, minus infinity */
  } types[] = {
    { ARRA_F32, 4, { { 0, 0, 0xc0, 0x7f }, { 0, 0, 0x80, 0x7f }, { 0, 0, 0x80, 0xff } } },
    { ARRA_F16, 2, { { 0, 0x7e }, { 0, 0x7c }, { 0, 0xfc } } },
    { ARRA_BF16, 2, { { 0xc0, 0x7f }, { 0x80, 0x7f }, { 0x80, 0xff } } },
    { ARRA_F64,
      8,
      { { 0, 0, 0, 0, 0, 0, 0xf8, 0x7f }, { 0, 0, 0, 0, 0, 0, 0xf0, 0x7f }, { 0, 0, 0, 0, 0, 0, 0xf0, 0xff } } },
  };

  for (gsize t = 0; t < G_N_ELEMENTS (types); t++)
    for (guint kind = 0; kind < 3; kind++)
      for (guint at = 0; at < COUNT; at++)
        {
          guint8 bytes[8 * COUNT + 1];
          ArraTensor tensor = numbers (types[t].dtype, bytes);

          memcpy (bytes + 1 + at * types[t].size, types[t].bad[kind], types[t].size);
          g_assert_false (arra_tensor_is_finite (&tensor));
        }
}

/* Of Q8_0 the scales count, whatever bytes the weights are; integers are always finite. */
static void
test_finite_others (void)
{
  guint8 bytes[8 * COUNT + 1];
  ArraTensor tensor = numbers (ARRA_Q8_0, bytes);
  const guint16 infinity = 0x7c00;

  memset (bytes + 1 + 2, 0xff, ARRA_QK);
  g_assert_true (arra_tensor_is_finite (&tensor));
  memcpy (bytes + 1 + 2 * sizeof (ArraBlockQ8_0), &infinity, sizeof infinity);
  g_assert_false (arra_tensor_is_finite (&tensor));
  memset (bytes, 0xff, sizeof bytes);
  tensor.dtype = ARRA_I16;
  g_assert_true (arra_tensor_is_finite (&tensor));
}

/* Of each quantised type: each scale matters to finiteness, wherever it lies; a block is zero when what it means is. */
static void
test_quantised (void)
{
  const struct
  {
    ArraDType dtype;
    gsize size, scales[2], n_scales;
  } types[] = { { ARRA_Q4_0, 18, { 0 }, 1 }, { ARRA_Q4_K, 144, { 0, 2 }, 2 }, { ARRA_Q6_K, 210, { 208 }, 1 } };
  const guint16 infinity = 0x7c00;

  for (gsize t = 0; t < G_N_ELEMENTS (types); t++)
    {
      ArraTensor tensor = { .dtype = types[t].dtype, .n_dims = 1, .shape = { 512 } };
      g_autofree guint8 *bytes = NULL;
      float x[512], back[512];

      for (gsize i = 0; i < 512; i++)
        x[i] = i == 300 ? 4 : 0;
      g_assert_true (arra_tensor_bytes (types[t].dtype, 1, tensor.shape, &tensor.n_bytes));
      bytes = g_malloc0 (tensor.n_bytes);
      tensor.data = bytes;
      g_assert_true (arra_tensor_is_zero (&tensor, 0, 512));
      g_assert_true (arra_dtype_traits (types[t].dtype)->narrow (x, 512, bytes));
      g_assert_true (arra_tensor_is_zero (&tensor, 0, 256));
      g_assert_false (arra_tensor_is_zero (&tensor, 256, 256));
      arra_tensor_to_float (&tensor, 256, 256, back);
      g_assert_cmpfloat (fabsf (back[44] - 4), <, 0.02f);
      for (gsize i = 0; i < types[t].n_scales; i++)
        {
          guint8 *scale = bytes + tensor.n_bytes - types[t].size + types[t].scales[i];
          guint16 kept;

          g_assert_true (arra_tensor_is_finite (&tensor));
          memcpy (&kept, scale, sizeof kept);
          memcpy (scale, &infinity, sizeof infinity);
          g_assert_false (arra_tensor_is_finite (&tensor));
          memcpy (scale, &kept, sizeof kept);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor/bytes", test_bytes);
  g_test_add_func ("/tensor/names", test_names);
  g_test_add_func ("/tensor/widen", test_widen);
  g_test_add_func ("/tensor/zero", test_zero);
  g_test_add_func ("/tensor/finite", test_finite);
  g_test_add_func ("/tensor/quantised", test_quantised);
  g_test_add_func ("/tensor/finite-others", test_finite_others);
  return g_test_run ();
}
