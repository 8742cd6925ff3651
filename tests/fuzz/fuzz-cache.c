/* fuzz-cache.c - caches of codes and features
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

#include "feature_cache.h"
#include "token_cache.h"

static void
read_tokens (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenCache) cache = arra_token_cache_open (path, &(ArraTokenCachePrints) { 0 }, &error);
  g_autofree guint32 *codes = NULL;
  gsize n_codes;

  g_assert_true ((cache != NULL) == (error == NULL));
  if (cache == NULL)
    return;
  n_codes = (gsize) arra_token_cache_rows (cache) * arra_token_cache_columns (cache);
  codes = g_new (guint32, n_codes);
  for (guint i = 0; i < arra_token_cache_items (cache); i++)
    {
      guint n;
      const guint32 *prompt = arra_token_cache_prompt (cache, i, &n);

      for (guint k = 0; k < n; k++)
        g_assert_cmpuint (prompt[k], <, arra_token_cache_n_ids (cache));
      arra_token_cache_codes (cache, i, codes);
      for (gsize k = 0; k < n_codes; k++)
        g_assert_cmpuint (codes[k], <, arra_token_cache_n_codes (cache));
    }
}

static void
read_features (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraFeatureCache) cache = arra_feature_cache_open (path, &(ArraFeatureCachePrints) { 0 }, &error);
  g_autofree float *feature = NULL;

  g_assert_true ((cache != NULL) == (error == NULL));
  if (cache == NULL)
    return;
  feature = g_new (float, arra_feature_cache_numbers (cache));
  for (guint i = 0; i < arra_feature_cache_items (cache); i++)
    {
      arra_feature_cache_feature (cache, i, feature);
      for (gsize k = 0; k < arra_feature_cache_numbers (cache); k++)
        g_assert_true (isfinite (feature[k]));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("arra-fuzz-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  close (fd);
  read_tokens (path);
  read_features (path);
  g_unlink (path);
  return 0;
}
