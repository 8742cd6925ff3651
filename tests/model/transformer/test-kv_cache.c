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
  g_assert_true ((const float *) arra_kv_cache_keys (cache, 1)
                 == (const float *) arra_kv_cache_keys (cache, 0) + 2 * 37 * 16);
  g_assert_true ((const float *) arra_kv_cache_values (cache, 0)
                 == (const float *) arra_kv_cache_keys (cache, 1) + 2 * 37 * 16);
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
      read_back (types[t].dtype, arra_kv_cache_values (other, 1), CAPACITY + 1, 2, y);
      for (gsize i = 0; i < 2 * DIM; i++)
        g_assert_cmpfloat_with_epsilon (y[i], x[i], types[t].within);
      x[5] = INFINITY;
      arra_kv_cache_put (cache, 0, 1, x, x);
      read_back (types[t].dtype, arra_kv_cache_keys (cache, 0), CAPACITY, 1, y);
      g_assert_false (isfinite (y[5]));
      g_assert_cmpfloat_with_epsilon (y[DIM + 5], x[DIM + 5], types[t].within);
    }
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
  g_test_add_func ("/kv-cache/refusals", test_refusals);
  g_test_add_func ("/kv-cache/no-memory", test_no_memory);
  return g_test_run ();
}
