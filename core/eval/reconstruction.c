/* reconstruction.c - pictures of a data set as they come back from a VQGAN
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "reconstruction.h"

#include "encode_bench.h"
#include "fail.h"
#include "imagefolder.h"
#include "kept_pictures.h"
#include "medical_note.h"
#include "mem.h"
#include "picture.h"

/* What one thread works with, made when it begins. */
typedef struct
{
  ArraEncodeBench encode;
  ArraVqganRun *decoder;
} Bench;

typedef struct
{
  const ArraReconstruction *what;
  const ArraDataset *dataset;
  const ArraVqgan *vqgan;
  const ArraExec *exec;
  const char *directory;
  GCancellable *cancellable;
  guint side; /* codes */
  Bench *benches;
} Work;

static void
bench_clear (Bench *bench)
{
  arra_encode_bench_clear (&bench->encode);
  arra_vqgan_run_free (bench->decoder);
}

static gboolean
bench_init (Bench *bench, const Work *work, GError **error)
{
  const ArraExec alone = { .kernels = work->exec->kernels };

  if (arra_encode_bench_init (&bench->encode, work->vqgan, alone.kernels, work->what->size, error)
      && bench->decoder == NULL)
    bench->decoder = arra_vqgan_run_new (work->vqgan, &alone, work->side, work->side, FALSE, error);
  return bench->decoder != NULL;
}

static const guint8 *
key_of (const Work *work, guint item)
{
  return work->what->keys + (gsize) item * ARRA_CACHE_KEY;
}

static gboolean
make (const Work *work, Bench *bench, guint item, GError **error)
{
  ArraEncodeBench *encode = &bench->encode;
  ArraPictureLabels labels = { .software = "arra" };
  g_autofree char *path = arra_imagefolder_path (work->directory, item);
  guint size = work->what->size;
  g_autofree char *source = work->what->keys != NULL ? arra_kept_text (key_of (work, item)) : NULL;
  GError *fault = NULL;
  gboolean marked;

  if (!arra_medical_note_find (arra_dataset_picture (work->dataset, item), &marked, &fault)
      || !arra_dataset_load (work->dataset, item, size, encode->raster.pixels, &fault))
    return arra_bad_items_take (work->what->bad, item, fault, error);
  if (!arra_encode_bench_run (encode, work->cancellable, error)
      || !arra_vqgan_decode (bench->decoder, encode->codes, work->side, work->side, encode->pixels, NULL, NULL,
                             work->cancellable, error))
    return FALSE;
  labels.parameters = source;
  labels.description = marked ? ARRA_MEDICAL_NOTE : NULL;
  arra_vqgan_to_u8 (arra_vqgan_config (work->vqgan), encode->pixels, size, size, encode->raster.pixels);
  return arra_raster_save_png (&encode->raster, &labels, path, error);
}

/* An ArraItemFunc */
static gboolean
make_one (guint item, guint worker, gpointer user, GError **error)
{
  Work *work = user;
  Bench *bench = &work->benches[worker];

  return bench_init (bench, work, error) && make (work, bench, item, error);
}

/* An ArraItemDoneFunc */
static gboolean
is_made (guint item, gpointer user)
{
  const Work *work = user;

  return work->what->keys != NULL ? arra_kept_has (work->directory, item, key_of (work, item))
                                  : arra_imagefolder_has (work->directory, item);
}

static gboolean
make_missing (Work *work, guint *n_new, ArraItemProgress progress, gpointer user, GError **error)
{
  guint threads = work->exec->pool != NULL ? arra_pool_threads (work->exec->pool) : 1;
  const ArraItemRun run = { .n = work->what->n,
                            .done = is_made,
                            .work = make_one,
                            .user = work,
                            .progress = progress,
                            .progress_user = user,
                            .cancellable = work->cancellable };
  gboolean ok;

  work->benches = g_new0 (Bench, threads);
  ok = arra_item_run (work->exec->pool, &run, n_new, error);
  for (guint i = 0; i < threads; i++)
    bench_clear (&work->benches[i]);
  g_free (work->benches);
  return ok;
}

static gboolean
check (const ArraReconstruction *what, const ArraVqgan *vqgan, GError **error)
{
  if (!arra_vqgan_has_encoder (vqgan) || !arra_vqgan_has_decoder (vqgan))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "The VQGAN has no %s, and reconstructions need both halves",
                      arra_vqgan_has_encoder (vqgan) ? "decoder" : "encoder");
  return arra_encode_check_size (vqgan, what->size, error);
}

static gboolean
finish (const Work *work, GError **error)
{
  g_autofree const char **captions = g_new (const char *, work->what->n);

  for (guint i = 0; i < work->what->n; i++)
    captions[i] = arra_dataset_caption (work->dataset, i);
  return arra_imagefolder_finish (work->directory, captions, work->what->n, work->dataset, error);
}

gboolean
arra_reconstruct (const ArraReconstruction *what,
                  const ArraDataset *dataset,
                  const ArraVqgan *vqgan,
                  const ArraExec *exec,
                  const char *directory,
                  guint *n_new,
                  ArraItemProgress progress,
                  gpointer user,
                  GCancellable *cancellable,
                  GError **error)
{
  Work work = {
    .what = what, .dataset = dataset, .vqgan = vqgan, .exec = exec, .directory = directory, .cancellable = cancellable
  };

  g_return_val_if_fail (what->n <= arra_dataset_size (dataset), FALSE);
  if (!check (what, vqgan, error) || !arra_imagefolder_claim (directory, what->series, error)
      || (what->keys != NULL && !arra_kept_sort (directory, what->keys, arra_dataset_size (dataset), error)))
    return FALSE;
  work.side = what->size / arra_vqgan_patch (arra_vqgan_config (vqgan));
  return make_missing (&work, n_new, progress, user, error)
         && (arra_bad_items_count (what->bad) > 0 || finish (&work, error));
}
