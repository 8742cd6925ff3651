/* picture_caches.c - captioned pictures out of the caches that `arra pretokenize` and `arra features` make
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_caches.h"

#include <string.h>

#include "caption_features.h"
#include "fail.h"
#include "feature_cache.h"
#include "mem.h"
#include "settings.h"
#include "token_cache.h"

typedef struct
{
  ArraTokenCache *tokens;
  ArraFeatureCache *features; /* (nullable) */
  ArraFeatureCache *prompts;  /* (nullable): of captions */
  ArraFeatureCache *patches;  /* (nullable) */
  float *scratch;             /* a picture's patches; arra_mem */
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

/* Rows of nothing but zeros fill up what a caption leaves. */
static guint
prompt_features_of (gpointer owner, guint item, float *features)
{
  const ArraFeatureCache *prompts = ((const Caches *) owner)->prompts;
  gsize n = arra_feature_cache_numbers (prompts);

  arra_feature_cache_feature (prompts, item, features);
  while (n > 0 && features[n - 1] == 0)
    n--;
  return (guint) ((n + arra_feature_cache_width (prompts) - 1) / arra_feature_cache_width (prompts));
}

/* Where the middle of part @i of @n lies among @patches: between *@first and the next, by *@share. */
static void
find_between (guint i, guint n, guint patches, guint *first, float *share)
{
  const double at = ((double) i + 0.5) * patches / n - 0.5, inside = CLAMP (at, 0, (double) patches - 1);

  *first = MIN ((guint) inside, patches - 1);
  *share = (float) (inside - *first);
}

/* Between four patches: two of @upper and two of @lower, the second @beside the first. */
static void
mix (const float *upper, const float *lower, gsize beside, gsize width, float below, float right, float *out)
{
  for (gsize k = 0; k < width; k++)
    out[k] = (1 - below) * ((1 - right) * upper[k] + right * upper[k + beside])
             + below * ((1 - right) * lower[k] + right * lower[k + beside]);
}

/* The patches around the middle of each code, the nearer the more; as they are where there are as many as codes. */
static void
parts_of (gpointer owner, guint item, float *parts)
{
  const Caches *caches = owner;
  const guint rows = arra_token_cache_rows (caches->tokens), columns = arra_token_cache_columns (caches->tokens),
              down = arra_feature_cache_rows (caches->patches), across = arra_feature_cache_columns (caches->patches);
  const gsize width = arra_feature_cache_width (caches->patches);

  arra_feature_cache_feature (caches->patches, item, caches->scratch);
  for (guint y = 0; y < rows; y++)
    for (guint x = 0; x < columns; x++, parts += width)
      {
        guint top, left;
        float below, right;

        find_between (y, rows, down, &top, &below);
        find_between (x, columns, across, &left, &right);
        mix (caches->scratch + ((gsize) top * across + left) * width,
             caches->scratch + ((gsize) MIN (top + 1, down - 1) * across + left) * width, left + 1 < across ? width : 0,
             width, below, right, parts);
      }
}

static gboolean
check_feature (const ArraFeatureCache *cache, guint item, GError **error)
{
  return cache == NULL || arra_feature_cache_check (cache, item, error);
}

static gboolean
check_caches (gpointer owner, guint item, GError **error)
{
  const Caches *caches = owner;

  return arra_token_cache_check (caches->tokens, item, error) && check_feature (caches->features, item, error)
         && check_feature (caches->prompts, item, error) && check_feature (caches->patches, item, error);
}

static void
free_caches (gpointer owner)
{
  Caches *caches = owner;

  arra_token_cache_free (caches->tokens);
  arra_feature_cache_free (caches->features);
  arra_feature_cache_free (caches->prompts);
  arra_feature_cache_free (caches->patches);
  arra_mem_free (caches->scratch);
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
is_text (const Caches *caches)
{
  return g_strcmp0 (arra_token_cache_tokenizer (caches->tokens), ARRA_TOKEN_CACHE_TEXT) == 0;
}

/* Its own tokenizer's, or text. */
static gboolean
check_tokenizer (const Caches *caches, const ArraTokenizer *tokenizer, const char *path, GError **error)
{
  g_autofree char *hash = tokenizer != NULL ? arra_tokenizer_sha256 (tokenizer) : NULL;
  const char *made_with = arra_token_cache_tokenizer (caches->tokens);

  if (is_text (caches) || (made_with != NULL && g_strcmp0 (made_with, hash) == 0))
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: was made of another %s (there %.16s, here %.16s): remove the file or name another one", path,
                    arra_translate ("tokenizer"), made_with != NULL ? made_with : "-", hash != NULL ? hash : "-");
}

static gboolean
open_tokens (const ArraYaml *config, const ArraTokenizer *tokenizer, Caches *caches, GError **error)
{
  static const ArraTokenCachePrints any;
  g_autofree char *path = NULL;

  if (!read_path (config, "data.tokens", "arra pretokenize", &path, error))
    return FALSE;
  caches->tokens = arra_token_cache_open (path, &any, error);
  return caches->tokens != NULL && check_tokenizer (caches, tokenizer, path, error);
}

/* *@cache: NULL when the configuration does not name it. @dataset: of what its items are. */
static gboolean
open_features (const ArraYaml *config,
               const char *key,
               const char *dataset,
               const Caches *caches,
               ArraFeatureCache **cache,
               GError **error)
{
  ArraFeatureCachePrints expected = { .dataset = dataset };
  g_autofree char *path = NULL;

  if (!read_path (config, key, NULL, &path, error))
    return FALSE;
  if (path == NULL)
    return TRUE;
  *cache = arra_feature_cache_open (path, &expected, error);
  if (*cache == NULL)
    return FALSE;
  if (arra_feature_cache_items (*cache) != arra_token_cache_items (caches->tokens))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: has %u pictures, and \"data.tokens\" %u", path,
                      arra_feature_cache_items (*cache), arra_token_cache_items (caches->tokens));
  return TRUE;
}

/* Features of whole pictures, and nothing else. */
static gboolean
open_pictures (const ArraYaml *config, Caches *caches, GError **error)
{
  if (!open_features (config, "data.features", arra_token_cache_dataset (caches->tokens), caches, &caches->features,
                      error))
    return FALSE;
  if (caches->features == NULL || arra_feature_cache_rows (caches->features) == 0)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: \"data.features\" must be features of whole pictures, and these are of parts",
                    arra_yaml_path (config));
}

static gboolean
open_patches (const ArraYaml *config, Caches *caches, GError **error)
{
  if (!open_features (config, "data.patches", arra_token_cache_dataset (caches->tokens), caches, &caches->patches,
                      error))
    return FALSE;
  if (caches->patches == NULL)
    return TRUE;
  if (arra_feature_cache_rows (caches->patches) == 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"data.patches\" must be features of patches, as `arra features --aggregate patches` makes "
                      "them",
                      arra_yaml_path (config));
  caches->scratch
      = arra_mem_new (arra_feature_cache_numbers (caches->patches), sizeof (float), "a picture's patches", error);
  return caches->scratch != NULL;
}

/* What the captions are, which must be there as texts. */
static char *
hash_captions (const Caches *caches)
{
  g_autoptr (ArraCaptionHash) hash = arra_caption_hash_new ();

  for (guint i = 0; i < arra_token_cache_items (caches->tokens); i++)
    {
      guint n;
      const guint32 *ids = arra_token_cache_prompt (caches->tokens, i, &n);
      g_autofree char *text = g_malloc (n + 1);

      for (guint k = 0; k < n; k++)
        text[k] = (char) ids[k];
      arra_caption_hash_add (hash, text, n, NULL);
    }
  return arra_caption_hash_end (hash);
}

static gboolean
open_prompts (const ArraYaml *config, Caches *caches, GError **error)
{
  g_autofree char *dataset = NULL;

  if (!arra_yaml_has (config, "data.prompts"))
    return TRUE;
  if (!is_text (caches))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"data.prompts\" needs the captions beside the codes as text: make \"data.tokens\" with "
                      "`arra pretokenize` without --tokenizer",
                      arra_yaml_path (config));
  dataset = hash_captions (caches);
  if (!open_features (config, "data.prompts", dataset, caches, &caches->prompts, error))
    return FALSE;
  if (arra_feature_cache_rows (caches->prompts) > 0
      && strcmp (arra_feature_cache_aggregation (caches->prompts), ARRA_CAPTION_FEATURES) == 0)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: \"data.prompts\" must be features of captions, as `arra features --text-encoder` makes them",
                    arra_yaml_path (config));
}

gboolean
arra_picture_caches_open (const ArraYaml *config,
                          const ArraTokenizer *tokenizer,
                          ArraPictureItems *items,
                          GError **error)
{
  Caches *caches = g_new0 (Caches, 1);

  if (!open_tokens (config, tokenizer, caches, error) || !open_pictures (config, caches, error)
      || !open_prompts (config, caches, error) || !open_patches (config, caches, error))
    {
      free_caches (caches);
      return FALSE;
    }
  *items = (ArraPictureItems) { .n = arra_token_cache_items (caches->tokens),
                                .rows = arra_token_cache_rows (caches->tokens),
                                .columns = arra_token_cache_columns (caches->tokens),
                                .n_codes = arra_token_cache_n_codes (caches->tokens),
                                .is_text = is_text (caches),
                                .vqgan = arra_token_cache_vqgan (caches->tokens),
                                .prompt = prompt_of,
                                .codes = codes_of,
                                .check = check_caches,
                                .features = features_of,
                                .owner = caches,
                                .free_owner = free_caches };
  if (caches->features != NULL)
    items->feature_width = arra_feature_cache_width (caches->features);
  if (caches->patches != NULL)
    {
      items->part_width = arra_feature_cache_width (caches->patches);
      items->parts = parts_of;
    }
  if (caches->prompts != NULL)
    {
      items->prompt_rows = arra_feature_cache_rows (caches->prompts);
      items->prompt_width = arra_feature_cache_width (caches->prompts);
      items->prompt_features = prompt_features_of;
    }
  return TRUE;
}
