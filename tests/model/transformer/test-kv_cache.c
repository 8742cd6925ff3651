/* test-kv_cache.c - sizes, limits and memory of the KV cache
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "allocations.h"
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
  g_assert_true (arra_kv_cache_keys (cache, 1) == arra_kv_cache_keys (cache, 0) + 2 * 37 * 16);
  g_assert_true (arra_kv_cache_values (cache, 0) == arra_kv_cache_keys (cache, 1) + 2 * 37 * 16);
  arra_kv_cache_free (cache);
  arra_kv_cache_free (NULL);
  g_assert_cmpuint (arra_mem_held (), ==, held);
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
  g_test_add_func ("/kv-cache/refusals", test_refusals);
  g_test_add_func ("/kv-cache/no-memory", test_no_memory);
  return g_test_run ();
}
