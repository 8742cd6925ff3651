/* picture_caches.c - captioned pictures out of the caches that `arra pretokenize` and `arra features` make
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_caches.h"

#include "fail.h"
#include "settings.h"
#include "token_cache.h"

static const guint32 *
prompt_of (gpointer owner, guint item, guint *n)
{
  return arra_token_cache_prompt (owner, item, n);
}

static void
codes_of (gpointer owner, guint item, guint32 *codes)
{
  arra_token_cache_codes (owner, item, codes);
}

static void
free_cache (gpointer owner)
{
  arra_token_cache_free (owner);
}

gboolean
arra_picture_caches_open (const ArraYaml *config,
                          const ArraTokenizer *tokenizer,
                          ArraPictureItems *items,
                          GError **error)
{
  g_autofree char *path = NULL, *hash = arra_tokenizer_sha256 (tokenizer);
  ArraTokenCachePrints expected = { .tokenizer = hash };
  ArraTokenCache *cache;

  if (!arra_setting_path (config, "data.tokens", &path, error))
    return FALSE;
  if (path == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                      "%s: \"data.tokens\" is missing: name a file that `arra pretokenize` has made",
                      arra_yaml_path (config));
  cache = arra_token_cache_open (path, &expected, error);
  if (cache == NULL)
    return FALSE;
  *items = (ArraPictureItems){ .n = arra_token_cache_items (cache),
                               .rows = arra_token_cache_rows (cache),
                               .columns = arra_token_cache_columns (cache),
                               .prompt = prompt_of,
                               .codes = codes_of,
                               .owner = cache,
                               .free_owner = free_cache };
  return TRUE;
}
