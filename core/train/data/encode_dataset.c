/* encode_dataset.c - the pictures of a data set become codes, and its captions tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "encode_dataset.h"

#include <string.h>

#include "encode_bench.h"
#include "fail.h"
#include "mem.h"

typedef struct
{
  const ArraDataset *dataset;
  const ArraVqgan *vqgan;
  const ArraKernels *kernels;
  guint size; /* pixels */
  ArraTokenCacheWriter *writer;
  ArraBadItems *bad; /* (nullable) */
  GCancellable *cancellable;
  ArraEncodeBench *benches; /* one for each thread */
} Work;

/* An ArraItemFunc */
static gboolean
encode_item (guint item, guint worker, gpointer user, GError **error)
{
  Work *work = user;
  ArraEncodeBench *bench = &work->benches[worker];
  GError *fault = NULL;

  if (!arra_encode_bench_init (bench, work->vqgan, work->kernels, work->size, error))
    return FALSE;
  if (!arra_dataset_load (work->dataset, item, work->size, bench->raster.pixels, &fault))
    return arra_bad_items_take (work->bad, item, fault, error);
  return arra_encode_bench_run (bench, work->cancellable, error)
         && arra_token_cache_writer_put (work->writer, item, bench->codes, error);
}

/* An ArraItemDoneFunc */
static gboolean
is_encoded (guint item, gpointer user)
{
  const Work *work = user;

  return arra_token_cache_writer_has (work->writer, item);
}

static gboolean
run (Work *work, ArraPool *pool, ArraItemProgress progress, gpointer user, GError **error)
{
  guint threads = pool != NULL ? arra_pool_threads (pool) : 1;
  const ArraItemRun run = { .n = arra_dataset_size (work->dataset),
                            .done = is_encoded,
                            .work = encode_item,
                            .user = work,
                            .progress = progress,
                            .progress_user = user,
                            .cancellable = work->cancellable };
  gboolean ok;

  work->benches = g_new0 (ArraEncodeBench, threads);
  ok = arra_item_run (pool, &run, NULL, error);
  for (guint i = 0; i < threads; i++)
    arra_encode_bench_clear (&work->benches[i]);
  g_free (work->benches);
  return ok;
}

gboolean
arra_encode_dataset (const ArraDataset *dataset,
                     const ArraVqgan *vqgan,
                     const ArraExec *exec,
                     guint size,
                     ArraTokenCacheWriter *writer,
                     ArraBadItems *bad,
                     ArraItemProgress progress,
                     gpointer user,
                     GCancellable *cancellable,
                     GError **error)
{
  Work work = { .dataset = dataset,
                .vqgan = vqgan,
                .kernels = exec->kernels,
                .size = size,
                .writer = writer,
                .bad = bad,
                .cancellable = cancellable };

  if (!arra_vqgan_has_encoder (vqgan))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "The VQGAN has no encoder, which turns pixels into codes");
  return arra_encode_check_size (vqgan, size, error) && run (&work, exec->pool, progress, user, error)
         && arra_token_cache_writer_finish (writer, error);
}

/* Ids of a caption: arra_mem. */
static guint32 *
ids_of (const ArraTokenizer *tokenizer, const char *caption, gsize *n, GError **error)
{
  guint32 *ids;

  if (tokenizer != NULL)
    return arra_tokenizer_encode (tokenizer, caption, -1, FALSE, n, error);
  *n = strlen (caption);
  ids = arra_mem_new (*n + 1, sizeof *ids, "a caption", error);
  for (gsize i = 0; ids != NULL && i < *n; i++)
    ids[i] = (guint8) caption[i];
  return ids;
}

static gboolean
add_caption (ArraCaptionTokens *tokens,
             const ArraDataset *dataset,
             const ArraTokenizer *tokenizer,
             guint item,
             gsize *room,
             GError **error)
{
  gsize n, before = tokens->starts[item];
  g_automem guint32 *ids = ids_of (tokenizer, arra_dataset_caption (dataset, item), &n, error);
  guint32 *grown;

  if (ids == NULL)
    return FALSE;
  if (n > G_MAXUINT32 - before)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The captions are too many tokens");
  if (before + n > *room)
    {
      *room = 2 * (before + n);
      grown = arra_mem_resize (tokens->ids, *room, sizeof (guint32), "the captions' tokens", error);
      if (grown == NULL)
        return FALSE;
      tokens->ids = grown;
    }
  memcpy (tokens->ids + before, ids, n * sizeof (guint32));
  tokens->starts[item + 1] = (guint32) (before + n);
  return TRUE;
}

gboolean
arra_caption_tokens_init (ArraCaptionTokens *tokens,
                          const ArraDataset *dataset,
                          const ArraTokenizer *tokenizer,
                          GError **error)
{
  guint n = arra_dataset_size (dataset);
  gsize room = 16;

  *tokens = (ArraCaptionTokens) { 0 };
  tokens->starts = arra_mem_new ((gsize) n + 1, sizeof (guint32), "the captions' tokens", error);
  tokens->ids = tokens->starts != NULL ? arra_mem_new (room, sizeof (guint32), "the captions' tokens", error) : NULL;
  if (tokens->ids != NULL)
    tokens->starts[0] = 0;
  for (guint i = 0; i < n; i++)
    if (tokens->ids == NULL || !add_caption (tokens, dataset, tokenizer, i, &room, error))
      {
        arra_caption_tokens_clear (tokens);
        return FALSE;
      }
  return TRUE;
}

void
arra_caption_tokens_clear (ArraCaptionTokens *tokens)
{
  arra_mem_free (tokens->starts);
  arra_mem_free (tokens->ids);
  *tokens = (ArraCaptionTokens) { 0 };
}
