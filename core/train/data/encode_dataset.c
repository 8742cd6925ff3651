/* encode_dataset.c - the pictures of a data set become codes, and its captions tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "encode_dataset.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

/* What one thread works with, made when it begins. */
typedef struct
{
  ArraVqganRun *run;
  guint8 *rgb;
  float *pixels;
  guint32 *codes;
} Bench;

typedef struct
{
  const ArraDataset *dataset;
  const ArraVqgan *vqgan;
  const ArraKernels *kernels;
  guint size, side; /* pixels and codes */
  ArraTokenCacheWriter *writer;
  ArraBadItems *bad; /* (nullable) */
  GCancellable *cancellable;
  Bench *benches;
} Work;

static void
bench_clear (Bench *bench)
{
  arra_vqgan_run_free (bench->run);
  arra_mem_free (bench->rgb);
  arra_mem_free (bench->pixels);
  arra_mem_free (bench->codes);
}

static gboolean
bench_init (Bench *bench, const Work *work, GError **error)
{
  const ArraExec alone = { .kernels = work->kernels };
  gsize n = (gsize) work->size * work->size * 3;

  if (bench->run != NULL)
    return TRUE;
  if (bench->rgb == NULL)
    bench->rgb = arra_mem_new (n, 1, "a picture", error);
  if (bench->rgb != NULL && bench->pixels == NULL)
    bench->pixels = arra_mem_new (n, sizeof (float), "a picture", error);
  if (bench->pixels != NULL && bench->codes == NULL)
    bench->codes
        = arra_mem_new ((gsize) work->side * work->side, sizeof (guint32), "the codes of a picture", error);
  if (bench->codes != NULL)
    bench->run = arra_vqgan_run_new (work->vqgan, &alone, work->side, work->side, TRUE, error);
  return bench->run != NULL;
}

/* An ArraItemFunc */
static gboolean
encode_item (guint item, guint worker, gpointer user, GError **error)
{
  Work *work = user;
  Bench *bench = &work->benches[worker];
  ArraRaster raster = { .width = work->size, .height = work->size, .channels = 3, .pixels = NULL };
  GError *fault = NULL;

  if (!bench_init (bench, work, error))
    return FALSE;
  if (!arra_dataset_load (work->dataset, item, work->size, bench->rgb, &fault))
    return arra_bad_items_take (work->bad, item, fault, error);
  raster.pixels = bench->rgb;
  arra_vqgan_from_u8 (&raster, bench->pixels);
  return arra_vqgan_encode (bench->run, bench->pixels, work->size, work->size, bench->codes, NULL,
                            work->cancellable, error)
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
check_size (const ArraVqgan *vqgan, guint size, GError **error)
{
  guint patch = arra_vqgan_patch (arra_vqgan_config (vqgan));

  if (!arra_vqgan_has_encoder (vqgan))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "The VQGAN has no encoder, which turns pixels into codes");
  if (size == 0 || size % patch != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "Pictures of %u pixels cannot be encoded: the size must be a multiple of %u", size,
                      patch);
  return TRUE;
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

  work->benches = g_new0 (Bench, threads);
  ok = arra_item_run (pool, &run, NULL, error);
  for (guint i = 0; i < threads; i++)
    bench_clear (&work->benches[i]);
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

  if (!check_size (vqgan, size, error))
    return FALSE;
  work.side = size / arra_vqgan_patch (arra_vqgan_config (vqgan));
  return run (&work, exec->pool, progress, user, error) && arra_token_cache_writer_finish (writer, error);
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
  g_automem guint32 *ids
      = arra_tokenizer_encode (tokenizer, arra_dataset_caption (dataset, item), -1, FALSE, &n, error);
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

  *tokens = (ArraCaptionTokens){ 0 };
  tokens->starts = arra_mem_new ((gsize) n + 1, sizeof (guint32), "the captions' tokens", error);
  tokens->ids
      = tokens->starts != NULL ? arra_mem_new (room, sizeof (guint32), "the captions' tokens", error) : NULL;
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
  *tokens = (ArraCaptionTokens){ 0 };
}
