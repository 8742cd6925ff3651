/* token_cache.c - image codes and prompt tokens of a data set, computed once
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "token_cache.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

#define MAX_SIDE 4096 /* codes */
#define MAX_IDS (1u << 24)
#define N_FIELDS 8

struct _ArraTokenCache
{
  ArraItemCache *items;
  guint rows, columns, n_codes, n_ids;
  guint32 *starts, *ids; /* in one piece of arra_mem: a file that is being changed must not move ends of prompts */
};

struct _ArraTokenCacheWriter
{
  ArraItemCacheWriter *items;
  gsize n, item_size; /* codes and bytes of an item */
  gboolean wide;
};

static gboolean
is_wide (guint n_codes)
{
  return n_codes > G_MAXUINT16 + 1u;
}

static gsize
item_size (guint rows, guint columns, guint n_codes)
{
  gsize size = (gsize) rows * columns * (is_wide (n_codes) ? 4 : 2);

  return (size + 3) / 4 * 4;
}

static guint32
code_at (const void *record, gboolean wide, gsize at)
{
  if (wide)
    return GUINT32_FROM_LE (((const guint32 *) record)[at]);
  return GUINT16_FROM_LE (((const guint16 *) record)[at]);
}

static gboolean
check_codes (const ArraTokenCache *cache, const char *path, GError **error)
{
  gsize n = (gsize) cache->rows * cache->columns;

  for (guint item = 0; item < arra_item_cache_items (cache->items); item++)
    {
      const void *record = arra_item_cache_item (cache->items, item);

      for (gsize i = 0; i < n; i++)
        if (code_at (record, is_wide (cache->n_codes), i) >= cache->n_codes)
          return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: item %u has code %u of %u", path, item,
                            code_at (record, is_wide (cache->n_codes), i), cache->n_codes);
    }
  return TRUE;
}

/* The shared bytes as numbers of this machine: arra_mem. */
static guint32 *
native_numbers (const void *shared, gsize n, GError **error)
{
  guint32 *numbers = arra_mem_new (n, sizeof (guint32), "the prompts of a cache", error);

  for (gsize i = 0; numbers != NULL && i < n; i++)
    numbers[i] = GUINT32_FROM_LE (((const guint32 *) shared)[i]);
  return numbers;
}

static gboolean
check_prompts (const ArraTokenCache *cache, gsize n_numbers, const char *path, GError **error)
{
  guint n_items = arra_item_cache_items (cache->items);
  gsize n = n_numbers - n_items - 1;

  for (guint i = 0; i < n_items; i++)
    if (cache->starts[i] > cache->starts[i + 1])
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the prompt of item %u ends before it begins", path, i);
  if (cache->starts[0] != 0 || cache->starts[n_items] != n)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the prompts do not fill their place of %zu tokens", path, n);
  for (gsize i = 0; i < n; i++)
    if (cache->ids[i] >= cache->n_ids)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: a prompt has token %u of %u", path, cache->ids[i],
                        cache->n_ids);
  return TRUE;
}

static gboolean
read_prompts (ArraTokenCache *cache, const char *path, GError **error)
{
  gsize size, n_starts = (gsize) arra_item_cache_items (cache->items) + 1;
  const void *shared = arra_item_cache_shared (cache->items, &size);

  if (size % sizeof (guint32) != 0 || size / sizeof (guint32) < n_starts)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the prompts' place has a wrong size", path);
  cache->starts = native_numbers (shared, size / sizeof (guint32), error);
  if (cache->starts == NULL)
    return FALSE;
  cache->ids = cache->starts + n_starts;
  return check_prompts (cache, size / sizeof (guint32), path, error);
}

static gboolean
read_numbers (ArraTokenCache *cache, const char *path, GError **error)
{
  guint64 rows, columns, n_codes, n_ids;

  if (!arra_item_cache_number (cache->items, "rows", 1, MAX_SIDE, &rows, error)
      || !arra_item_cache_number (cache->items, "columns", 1, MAX_SIDE, &columns, error)
      || !arra_item_cache_number (cache->items, "codes", 1, MAX_IDS, &n_codes, error)
      || !arra_item_cache_number (cache->items, "ids", 1, MAX_IDS, &n_ids, error))
    return FALSE;
  cache->rows = (guint) rows;
  cache->columns = (guint) columns;
  cache->n_codes = (guint) n_codes;
  cache->n_ids = (guint) n_ids;
  if (arra_item_cache_item_size (cache->items) != item_size (cache->rows, cache->columns, cache->n_codes))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %u x %u codes do not fill an item", path, cache->rows,
                      cache->columns);
  return TRUE;
}

ArraTokenCache *
arra_token_cache_open (const char *path, const ArraTokenCachePrints *expected, GError **error)
{
  g_autoptr (ArraTokenCache) cache = g_new0 (ArraTokenCache, 1);
  const ArraCacheField fields[] = {
    { "dataset", N_ ("data set"), expected->dataset },
    { "vqgan", N_ ("VQGAN"), expected->vqgan },
    { "tokenizer", N_ ("tokenizer"), expected->tokenizer },
  };

  cache->items = arra_item_cache_open (path, "tokens", fields, G_N_ELEMENTS (fields), error);
  if (cache->items == NULL || arra_item_cache_text (cache->items, "dataset", error) == NULL
      || arra_item_cache_text (cache->items, "vqgan", error) == NULL || !read_numbers (cache, path, error)
      || !read_prompts (cache, path, error) || !check_codes (cache, path, error))
    return NULL;
  return g_steal_pointer (&cache);
}

void
arra_token_cache_free (ArraTokenCache *cache)
{
  if (cache == NULL)
    return;
  arra_item_cache_free (cache->items);
  arra_mem_free (cache->starts);
  g_free (cache);
}

gboolean
arra_token_cache_check (const ArraTokenCache *cache, guint item, GError **error)
{
  return arra_item_cache_check (cache->items, item, error);
}

guint
arra_token_cache_items (const ArraTokenCache *cache)
{
  return arra_item_cache_items (cache->items);
}

guint
arra_token_cache_rows (const ArraTokenCache *cache)
{
  return cache->rows;
}

guint
arra_token_cache_columns (const ArraTokenCache *cache)
{
  return cache->columns;
}

guint
arra_token_cache_n_codes (const ArraTokenCache *cache)
{
  return cache->n_codes;
}

guint
arra_token_cache_n_ids (const ArraTokenCache *cache)
{
  return cache->n_ids;
}

const char *
arra_token_cache_dataset (const ArraTokenCache *cache)
{
  return arra_item_cache_text (cache->items, "dataset", NULL);
}

const char *
arra_token_cache_vqgan (const ArraTokenCache *cache)
{
  return arra_item_cache_text (cache->items, "vqgan", NULL);
}

const char *
arra_token_cache_tokenizer (const ArraTokenCache *cache)
{
  return arra_item_cache_text (cache->items, "tokenizer", NULL);
}

void
arra_token_cache_codes (const ArraTokenCache *cache, guint item, guint32 *codes)
{
  const void *record = arra_item_cache_item (cache->items, item);
  gsize n = (gsize) cache->rows * cache->columns;

  for (gsize i = 0; i < n; i++)
    codes[i] = code_at (record, is_wide (cache->n_codes), i);
}

const guint32 *
arra_token_cache_prompt (const ArraTokenCache *cache, guint item, guint *n)
{
  g_assert (item < arra_item_cache_items (cache->items));
  *n = cache->starts[item + 1] - cache->starts[item];
  return cache->ids + cache->starts[item];
}

static gboolean
open_writer (ArraTokenCacheWriter *writer,
             const char *path,
             const ArraTokenCacheForm *form,
             const guint32 *shared,
             gsize n,
             GError **error)
{
  g_autofree char *rows = g_strdup_printf ("%u", form->rows), *columns = g_strdup_printf ("%u", form->columns);
  g_autofree char *codes = g_strdup_printf ("%u", form->n_codes), *ids = g_strdup_printf ("%u", form->n_ids);
  const ArraCacheField fields[N_FIELDS] = {
    { "dataset", N_ ("data set"), form->prints.dataset },
    { "vqgan", N_ ("VQGAN"), form->prints.vqgan },
    { "tokenizer", N_ ("tokenizer"), form->prints.tokenizer },
    { "rows", N_ ("size: rows of codes"), rows },
    { "columns", N_ ("size: columns of codes"), columns },
    { "codes", N_ ("number of codes"), codes },
    { "ids", N_ ("number of tokens"), ids },
    { "fit", N_ ("fit"), form->fit != NULL ? form->fit : "crop" },
  };
  const ArraCacheForm items = { .kind = "tokens",
                                .fields = fields,
                                .n_fields = N_FIELDS,
                                .n_items = form->n_items,
                                .keys = form->keys,
                                .of_items = "dataset",
                                .item_size = writer->item_size,
                                .shared = shared,
                                .shared_size = n * sizeof (guint32) };

  writer->items = arra_item_cache_writer_open (path, &items, error);
  return writer->items != NULL;
}

ArraTokenCacheWriter *
arra_token_cache_writer_open (const char *path, const ArraTokenCacheForm *form, GError **error)
{
  g_autoptr (ArraTokenCacheWriter) writer = g_new0 (ArraTokenCacheWriter, 1);
  gsize n_starts = (gsize) form->n_items + 1, n = n_starts + form->starts[form->n_items];
  g_automem guint32 *shared = arra_mem_new (n, sizeof (guint32), "the prompts of a cache", error);

  if (shared == NULL)
    return NULL;
  for (gsize i = 0; i < n; i++)
    shared[i] = GUINT32_TO_LE (i < n_starts ? form->starts[i] : form->ids[i - n_starts]);
  writer->n = (gsize) form->rows * form->columns;
  writer->wide = is_wide (form->n_codes);
  writer->item_size = item_size (form->rows, form->columns, form->n_codes);
  if (!open_writer (writer, path, form, shared, n, error))
    return NULL;
  return g_steal_pointer (&writer);
}

void
arra_token_cache_writer_free (ArraTokenCacheWriter *writer)
{
  if (writer == NULL)
    return;
  arra_item_cache_writer_free (writer->items);
  g_free (writer);
}

gboolean
arra_token_cache_writer_has (const ArraTokenCacheWriter *writer, guint item)
{
  return arra_item_cache_writer_has (writer->items, item);
}

guint
arra_token_cache_writer_left (const ArraTokenCacheWriter *writer)
{
  return arra_item_cache_writer_left (writer->items);
}

gboolean
arra_token_cache_writer_put (ArraTokenCacheWriter *writer, guint item, const guint32 *codes, GError **error)
{
  g_automem guint32 *record = arra_mem_new0 (writer->item_size, 1, "the codes of a picture", error);

  if (record == NULL)
    return FALSE;
  for (gsize i = 0; i < writer->n; i++)
    if (writer->wide)
      record[i] = GUINT32_TO_LE (codes[i]);
    else
      ((guint16 *) record)[i] = GUINT16_TO_LE ((guint16) codes[i]);
  return arra_item_cache_writer_put (writer->items, item, record, error);
}

gboolean
arra_token_cache_writer_finish (ArraTokenCacheWriter *writer, GError **error)
{
  return arra_item_cache_writer_finish (writer->items, error);
}
