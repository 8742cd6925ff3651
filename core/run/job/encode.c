/* encode.c - a picture file becomes image tokens' codes
 *
 * Source: ARRA arra/data/item_processor_new.py and chameleon_vae_ori/image_tokenizer.py (crop, whitening).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "mem.h"
#include "memory_plan.h"
#include "resize.h"

/* The middle of a picture as it is. */
static gboolean
crop (const ArraRaster *raster, gsize width, gsize height, ArraRaster *out, GError **error)
{
  gsize left = (raster->width - width) / 2, top = (raster->height - height) / 2, channels = raster->channels;

  if (!arra_raster_init (out, width, height, raster->channels, error))
    return FALSE;
  for (gsize y = 0; y < height; y++)
    memcpy (out->pixels + y * width * channels, raster->pixels + ((y + top) * raster->width + left) * channels,
            width * channels);
  return TRUE;
}

static gboolean
check_size (guint width, guint height, guint grid, const ArraRaster *raster, const char *path, GError **error)
{
  if (width == 0 && height == 0)
    {
      if (raster->width >= grid && raster->height >= grid)
        return TRUE;
      return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: %zu x %zu pixels are too few: at least %u x %u are needed",
                        path, raster->width, raster->height, grid, grid);
    }
  if (width == 0 || height == 0 || width % grid != 0 || height % grid != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "A picture of %u x %u pixels cannot be encoded: width and height must be multiples of %u", width,
                      height, grid);
  return TRUE;
}

/* The file as RGB of the size to encode. */
static gboolean
load (const ArraCheckpoint *checkpoint, const char *path, guint width, guint height, ArraRaster *out, GError **error)
{
  guint grid = arra_checkpoint_grid (checkpoint);
  g_autoraster ArraRaster raster = { 0 }, rgb = { 0 };

  if (!arra_raster_load (&raster, path, error) || !check_size (width, height, grid, &raster, path, error)
      || !arra_raster_whiten (&raster, &rgb, error))
    return FALSE;
  if (width == 0)
    return crop (&rgb, rgb.width / grid * grid, rgb.height / grid * grid, out, error);
  return arra_raster_center_crop (&rgb, width, height, out, error);
}

static gboolean
check_memory (const ArraCheckpoint *checkpoint, guint rows, guint columns, guint threads, GError **error)
{
  ArraMemoryPlan plan = { .available = arra_mem_available () };

  plan.total = plan.work = arra_vqgan_run_bytes (&checkpoint->vqgan_config, rows, columns, TRUE, threads);
  return arra_plan_check (&plan, 0, error);
}

static guint32 *
encode (const ArraCheckpoint *checkpoint,
        const ArraRaster *rgb,
        guint threads,
        guint rows,
        guint columns,
        GCancellable *cancellable,
        GError **error)
{
  ArraExec exec = { .kernels = arra_kernels_default (error) };
  g_autoptr (ArraPool) pool = exec.kernels != NULL ? arra_pool_new (threads, error) : NULL;
  g_autoptr (ArraVqganRun) run = NULL;
  g_automem float *pixels = NULL;
  g_autofree guint32 *codes = NULL;

  if (pool == NULL || !check_memory (checkpoint, rows, columns, arra_pool_threads (pool), error))
    return NULL;
  exec.pool = pool;
  pixels = arra_mem_new (3 * rgb->width, rgb->height * sizeof (float), "a picture", error);
  if (pixels == NULL)
    return NULL;
  run = arra_vqgan_run_new (checkpoint->vqgan, &exec, rows, columns, TRUE, error);
  if (run == NULL)
    return NULL;
  arra_vqgan_from_u8 (rgb, pixels);
  codes = g_try_new (guint32, (gsize) rows * columns);
  if (codes == NULL)
    {
      arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for %u x %u codes", rows, columns);
      return NULL;
    }
  if (!arra_vqgan_encode (run, pixels, (guint) rgb->height, (guint) rgb->width, codes, NULL, cancellable, error))
    return NULL;
  return g_steal_pointer (&codes);
}

static gboolean
check_encoder (const ArraCheckpoint *checkpoint, GError **error)
{
  if (checkpoint->vqgan != NULL && arra_vqgan_has_encoder (checkpoint->vqgan))
    return TRUE;
  return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                    "%s holds no VQGAN encoder, which turns pixels into tokens: name a file with one",
                    checkpoint->path);
}

guint32 *
arra_checkpoint_encode (ArraCheckpoint *checkpoint,
                        const guint8 *pixels,
                        guint width,
                        guint height,
                        guint threads,
                        GCancellable *cancellable,
                        GError **error)
{
  const ArraRaster rgb = { width, height, 3, (guint8 *) pixels }; /* read alone */
  guint patch;

  g_return_val_if_fail (checkpoint != NULL && pixels != NULL, NULL);
  if (!check_encoder (checkpoint, error))
    return NULL;
  patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  if (width == 0 || height == 0 || width % patch != 0 || height % patch != 0)
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT,
                 "A picture of %u x %u pixels cannot be encoded: width and height must be multiples of %u", width,
                 height, patch);
      return NULL;
    }
  return encode (checkpoint, &rgb, threads, height / patch, width / patch, cancellable, error);
}

guint32 *
arra_checkpoint_encode_file (ArraCheckpoint *checkpoint,
                             const char *path,
                             guint width,
                             guint height,
                             guint threads,
                             guint *rows,
                             guint *columns,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoraster ArraRaster rgb = { 0 };
  guint patch;

  g_return_val_if_fail (checkpoint != NULL && path != NULL && rows != NULL && columns != NULL, NULL);
  if (!check_encoder (checkpoint, error))
    return NULL;
  if (!load (checkpoint, path, width, height, &rgb, error))
    return NULL;
  patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  *rows = (guint) rgb.height / patch;
  *columns = (guint) rgb.width / patch;
  return encode (checkpoint, &rgb, threads, *rows, *columns, cancellable, error);
}
