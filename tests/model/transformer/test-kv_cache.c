/* test-kv_cache.c - sizes, limits and memory of the KV cache
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "allocations.h"
#include "dtype_kernels.h"
#include "mem.h"
#include "random_model.h"

static void
test_size (void)
{
  ArraChameleonConfig config;
  gsize held = arra_mem_held ();
  g_autoptr (GError) error = NULL;
  ArraKvCache *cache;

  random_model_config (&config);
  cache = arra_chameleon_kv_cache_new (&config, 37, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_mem_held () - held, ==, arra_chameleon_kv_cache_bytes (&config, 37));
  g_assert_cmpuint (arra_chameleon_kv_cache_bytes (&config, 38) - arra_chameleon_kv_cache_bytes (&config, 37), ==,
                    2 * 2 * 2 * 16 * sizeof (float));
  g_assert_cmpuint (arra_kv_cache_capacity (cache), ==, 37);
  g_assert_cmpuint (arra_kv_cache_length (cache), ==, 0);
  g_assert_true ((const float *) arra_kv_cache_row (cache, 1, 1).keys
                 == (const float *) arra_kv_cache_row (cache, 0, 1).keys + 2 * 37 * 16);
  g_assert_true ((const float *) arra_kv_cache_row (cache, 0, 1).values
                 == (const float *) arra_kv_cache_row (cache, 1, 1).keys + 2 * 37 * 16);
  arra_kv_cache_free (cache);
  arra_kv_cache_free (NULL);
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

#define CAPACITY 3
#define DIM 32 /* numbers of a head; there are two */

/* What lies at @position of both heads of a layer's keys or values, as floats. */
static void
read_back (ArraDType dtype, const void *heads, guint capacity, guint position, float y[2 * DIM])
{
  const ArraDTypeTraits *traits = arra_dtype_traits (dtype);
  const gsize width = DIM / traits->block * traits->bytes;

  for (guint head = 0; head < 2; head++)
    arra_dtype_widen (dtype, arra_kernels_get (ARRA_CPU_C),
                      (const guint8 *) heads + ((gsize) head * capacity + position) * width, DIM, y + head * DIM);
}

/* Halves and blocks take the room they are planned to take, and hold what was put, in another cache, too; what cannot
 * be held is NaN. */
static void
test_types (void)
{
  static const struct
  {
    ArraDType dtype;
    gsize bytes; /* of 64 numbers */
    double within;
  } types[] = { { ARRA_F32, 256, 1e-9 }, { ARRA_F16, 128, 1e-3 }, { ARRA_Q8_0, 68, 1e-2 } };

  for (gsize t = 0; t < G_N_ELEMENTS (types); t++)
    {
      const ArraKvShape shape = { 2, 2, DIM, types[t].dtype };
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraKvCache) cache = arra_kv_cache_new (&shape, CAPACITY, &error);
      g_autoptr (ArraKvCache) other = arra_kv_cache_new (&shape, CAPACITY + 1, &error);
      float x[2 * DIM], y[2 * DIM];

      g_assert_no_error (error);
      g_assert_cmpuint (arra_kv_cache_bytes (&shape, 4) - arra_kv_cache_bytes (&shape, 3), ==, 2 * 2 * types[t].bytes);
      g_assert_cmpint (arra_kv_cache_dtype (cache), ==, types[t].dtype);
      for (gsize i = 0; i < 2 * DIM; i++)
        x[i] = (float) i / 64 - 0.4f;
      for (guint layer = 0; layer < 2; layer++)
        for (guint position = 0; position < CAPACITY; position++)
          arra_kv_cache_put (cache, layer, position, x, x);
      arra_kv_cache_grow (cache, CAPACITY);
      arra_kv_cache_take (other, cache);
      read_back (types[t].dtype, arra_kv_cache_row (other, 1, 1).values, CAPACITY + 1, 2, y);
      for (gsize i = 0; i < 2 * DIM; i++)
        g_assert_cmpfloat_with_epsilon (y[i], x[i], types[t].within);
      x[5] = INFINITY;
      arra_kv_cache_put (cache, 0, 1, x, x);
      read_back (types[t].dtype, arra_kv_cache_row (cache, 0, 1).keys, CAPACITY, 1, y);
      g_assert_false (isfinite (y[5]));
      g_assert_cmpfloat_with_epsilon (y[DIM + 5], x[DIM + 5], types[t].within);
    }
}

/* A position of one layer whose numbers are all @x. */
static void
put (ArraKvCache *cache, guint position, float x)
{
  float numbers[2 * DIM];

  for (gsize i = 0; i < 2 * DIM; i++)
    numbers[i] = x;
  arra_kv_cache_put (cache, 0, position, numbers, numbers);
  arra_kv_cache_grow (cache, 1);
}

static void
assert_row (const ArraKvCache *cache, guint n, guint n_tail, float base, float tail)
{
  const ArraAttentionRow row = arra_kv_cache_row (cache, 0, n);
  const float *first = row.values, *last = row.tail_values;

  g_assert_cmpuint (row.n_positions, ==, n);
  g_assert_cmpuint (row.n_tail, ==, n_tail);
  g_assert_cmpfloat (first[row.head_stride], ==, base); /* of the second head */
  if (n_tail > 0)
    g_assert_cmpfloat (last[row.tail_head_stride + (n_tail - 1) * DIM], ==, tail);
}

/* A cache goes on behind another one, whose positions it reads where they are, and then takes a copy again. */
static void
test_continue (void)
{
  const ArraKvShape shape = { 1, 2, DIM, ARRA_F32 };
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraKvCache) base = arra_kv_cache_new (&shape, CAPACITY, &error);
  g_autoptr (ArraKvCache) cache = arra_kv_cache_new (&shape, CAPACITY, &error);

  g_assert_no_error (error);
  put (base, 0, 1);
  put (base, 1, 2);
  arra_kv_cache_continue (cache, base);
  g_assert_cmpuint (arra_kv_cache_length (cache), ==, 2);
  g_assert_cmpuint (arra_kv_cache_capacity (cache), ==, CAPACITY + 2);
  put (base, 2, 3);
  put (cache, 2, 4);
  put (cache, 3, 5);
  assert_row (base, 3, 0, 1, 0);
  assert_row (cache, 2, 0, 1, 0);
  assert_row (cache, 3, 1, 1, 4);
  assert_row (cache, 4, 2, 1, 5);
  arra_kv_cache_truncate (cache, 1);
  put (cache, 1, 6);
  assert_row (cache, 2, 1, 1, 6);
  arra_kv_cache_take (cache, base);
  g_assert_cmpuint (arra_kv_cache_length (cache), ==, 3);
  g_assert_cmpuint (arra_kv_cache_capacity (cache), ==, CAPACITY);
  assert_row (cache, 3, 0, 1, 0);
}

static void
test_refusals (void)
{
  const guint capacities[] = { 0, 1000001, G_MAXUINT };
  ArraChameleonConfig config;

  random_model_config (&config);
  for (gsize i = 0; i < G_N_ELEMENTS (capacities); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_chameleon_kv_cache_new (&config, capacities[i], &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
    }
}

static gboolean
make_cache (gpointer data, GError **error)
{
  g_autoptr (ArraKvCache) cache = arra_chameleon_kv_cache_new (data, 4, error);

  return cache != NULL;
}

static void
test_no_memory (void)
{
  ArraChameleonConfig config;

  random_model_config (&config);
  g_assert_cmpuint (allocations_check (make_cache, &config), >=, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kv-cache/size", test_size);
  g_test_add_func ("/kv-cache/types", test_types);
  g_test_add_func ("/kv-cache/continue", test_continue);
  g_test_add_func ("/kv-cache/refusals", test_refusals);
  g_test_add_func ("/kv-cache/no-memory", test_no_memory);
  return g_test_run ();
}
