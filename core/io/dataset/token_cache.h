/* token_cache.h - image codes and prompt tokens of a data set, computed once by `arra pretokenize`
 *
 * An item_cache.h of kind "tokens": a record holds [rows][columns] codes (16 bits each, 32 when there are more than
 * 65,536 codes), the shared bytes hold n_items + 1 starts and then the ids of all captions (32 bits each).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "item_cache.h"

/* Hashes (hex) of what a cache is made of. For readers each is nullable: any. */
typedef struct
{
  const char *dataset;   /* arra_dataset_fingerprint() */
  const char *vqgan;     /* arra_vqgan_encoder_sha256() */
  const char *tokenizer; /* arra_tokenizer_sha256() */
} ArraTokenCachePrints;

#define ARRA_TOKEN_CACHE_TEXT "text" /* in place of a tokenizer's hash: prompts are the bytes of captions */
#define ARRA_TOKEN_CACHE_BYTES 256

typedef struct _ArraTokenCache ArraTokenCache; /* immutable once open */

/* Everything is checked: hashes, that codes are below n_codes and ids below n_ids. Errors name the file and what
 * differs or is broken. */
ArraTokenCache *arra_token_cache_open (const char *path, const ArraTokenCachePrints *expected, GError **error);
void arra_token_cache_free (ArraTokenCache *cache); /* nullable */
/* whether the file, and @item in it, are as they were opened */
gboolean arra_token_cache_check (const ArraTokenCache *cache, guint item, GError **error);
guint arra_token_cache_items (const ArraTokenCache *cache);
guint arra_token_cache_rows (const ArraTokenCache *cache);
guint arra_token_cache_columns (const ArraTokenCache *cache);
guint arra_token_cache_n_codes (const ArraTokenCache *cache);       /* of the VQGAN */
guint arra_token_cache_n_ids (const ArraTokenCache *cache);         /* of the tokenizer */
const char *arra_token_cache_dataset (const ArraTokenCache *cache); /* the hash */
const char *arra_token_cache_vqgan (const ArraTokenCache *cache);   /* the same */
const char *
arra_token_cache_tokenizer (const ArraTokenCache *cache); /* (nullable) the same, or ARRA_TOKEN_CACHE_TEXT */
void arra_token_cache_codes (const ArraTokenCache *cache, guint item, guint32 *codes); /* [rows][columns] */
/* The caption's ids without any special token: <s> before and <reserved08706> after them are the trainer's. */
const guint32 *arra_token_cache_prompt (const ArraTokenCache *cache, guint item, guint *n);

typedef struct
{
  ArraTokenCachePrints prints;
  guint n_items, rows, columns, n_codes, n_ids;
  const guint32 *starts; /* n_items + 1: item i's prompt is ids[starts[i]] .. ids[starts[i + 1] - 1] */
  const guint32 *ids;
  const guint8 *keys; /* [n_items][ARRA_CACHE_KEY]: arra_dataset_keys(); NULL: an item's number */
  const char *fit;    /* of arra_dataset_fits; NULL: "crop" */
} ArraTokenCacheForm;

typedef struct _ArraTokenCacheWriter ArraTokenCacheWriter;

/* Creates the file or continues it: see arra_item_cache_writer_open(). */
ArraTokenCacheWriter *arra_token_cache_writer_open (const char *path, const ArraTokenCacheForm *form, GError **error);
void arra_token_cache_writer_free (ArraTokenCacheWriter *writer); /* nullable */
gboolean arra_token_cache_writer_has (const ArraTokenCacheWriter *writer, guint item);
guint arra_token_cache_writer_left (const ArraTokenCacheWriter *writer);
/* @codes: [rows][columns]. Several threads may put different items at a time. */
gboolean arra_token_cache_writer_put (ArraTokenCacheWriter *writer, guint item, const guint32 *codes, GError **error);
gboolean arra_token_cache_writer_finish (ArraTokenCacheWriter *writer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraTokenCache, arra_token_cache_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraTokenCacheWriter, arra_token_cache_writer_free)
