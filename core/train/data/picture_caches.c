/* picture_caches.c - captioned pictures out of the caches that `arra pretokenize` and `arra features` make
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_caches.h"

#include "fail.h"
#include "feature_cache.h"
#include "settings.h"
#include "token_cache.h"

typedef struct
{
  ArraTokenCache *tokens;
  ArraFeatureCache *features; /* (nullable) */
} Caches;

static const guint32 *
prompt_of (gpointer owner, guint item, guint *n)
{
  return arra_token_cache_prompt (((const Caches *) owner)->tokens, item, n);
}

static void
codes_of (gpointer owner, guint item, guint32 *codes)
{
  arra_token_cache_codes (((const Caches *) owner)->tokens, item, codes);
}

static void
features_of (gpointer owner, guint item, float *features)
{
  arra_feature_cache_feature (((const Caches *) owner)->features, item, features);
}

static gboolean
check_caches (gpointer owner, guint item, GError **error)
{
  const Caches *caches = owner;

  return arra_token_cache_check (caches->tokens, item, error)
         && (caches->features == NULL || arra_feature_cache_check (caches->features, item, error));
}

static void
free_caches (gpointer owner)
{
  Caches *caches = owner;

  arra_token_cache_free (caches->tokens);
  arra_feature_cache_free (caches->features);
  g_free (caches);
}

/* A cache's path; @key is needed when @maker (what makes such a file) is given. */
static gboolean
read_path (const ArraYaml *config, const char *key, const char *maker, char **path, GError **error)
{
  if (!arra_setting_file (config, key, path, error))
    return FALSE;
  if (*path == NULL && maker != NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: \"%s\" is missing: name a file that `%s` has made",
                      arra_yaml_path (config), key, maker);
  return TRUE;
}

static gboolean
open_tokens (const ArraYaml *config, const ArraTokenizer *tokenizer, Caches *caches, GError **error)
{
  g_autofree char *path = NULL, *hash = arra_tokenizer_sha256 (tokenizer);
  ArraTokenCachePrints expected = { .tokenizer = hash };

  if (!read_path (config, "data.tokens", "arra pretokenize", &path, error))
    return FALSE;
  caches->tokens = arra_token_cache_open (path, &expected, error);
  return caches->tokens != NULL;
}

static gboolean
open_features (const ArraYaml *config, Caches *caches, GError **error)
{
  ArraFeatureCachePrints expected = { .dataset = arra_token_cache_dataset (caches->tokens) };
  g_autofree char *path = NULL;

  if (!read_path (config, "data.features", NULL, &path, error))
    return FALSE;
  if (path == NULL)
    return TRUE;
  caches->features = arra_feature_cache_open (path, &expected, error);
  if (caches->features == NULL)
    return FALSE;
  if (arra_feature_cache_items (caches->features) != arra_token_cache_items (caches->tokens))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: has %u pictures, and \"data.tokens\" %u", path,
                      arra_feature_cache_items (caches->features), arra_token_cache_items (caches->tokens));
  return TRUE;
}

gboolean
arra_picture_caches_open (const ArraYaml *config,
                          const ArraTokenizer *tokenizer,
                          ArraPictureItems *items,
                          GError **error)
{
  Caches *caches = g_new0 (Caches, 1);

  if (!open_tokens (config, tokenizer, caches, error) || !open_features (config, caches, error))
    {
      free_caches (caches);
      return FALSE;
    }
  *items = (ArraPictureItems) { .n = arra_token_cache_items (caches->tokens),
                                .rows = arra_token_cache_rows (caches->tokens),
                                .columns = arra_token_cache_columns (caches->tokens),
                                .vqgan = arra_token_cache_vqgan (caches->tokens),
                                .prompt = prompt_of,
                                .codes = codes_of,
                                .check = check_caches,
                                .features = features_of,
                                .owner = caches,
                                .free_owner = free_caches };
  if (caches->features != NULL)
    items->feature_width = arra_feature_cache_width (caches->features);
  return TRUE;
}
