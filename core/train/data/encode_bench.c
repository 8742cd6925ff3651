/* encode_bench.c - what one thread works with that turns pictures of one size into codes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "encode_bench.h"

#include "fail.h"
#include "mem.h"

gboolean
arra_encode_check_size (const ArraVqgan *vqgan, guint size, GError **error)
{
  guint patch = arra_vqgan_patch (arra_vqgan_config (vqgan));

  return (size > 0 && size % patch == 0)
         || arra_fail (error, ARRA_ERROR_ARGUMENT,
                       "Pictures of %u pixels cannot be encoded: the size must be a multiple of %u", size, patch);
}

gboolean
arra_encode_bench_init (ArraEncodeBench *bench,
                        const ArraVqgan *vqgan,
                        const ArraKernels *kernels,
                        guint size,
                        GError **error)
{
  const ArraExec alone = { .kernels = kernels };
  const guint side = size / arra_vqgan_patch (arra_vqgan_config (vqgan));

  if (bench->raster.pixels == NULL && !arra_raster_init (&bench->raster, size, size, 3, error))
    return FALSE;
  if (bench->pixels == NULL)
    bench->pixels = arra_mem_new ((gsize) size * size * 3, sizeof (float), "a picture", error);
  if (bench->pixels != NULL && bench->codes == NULL)
    bench->codes = arra_mem_new ((gsize) side * side, sizeof (guint32), "the codes of a picture", error);
  if (bench->codes != NULL && bench->run == NULL)
    bench->run = arra_vqgan_run_new (vqgan, &alone, side, side, TRUE, error);
  return bench->run != NULL;
}

void
arra_encode_bench_clear (ArraEncodeBench *bench)
{
  arra_vqgan_run_free (bench->run);
  arra_raster_clear (&bench->raster);
  arra_mem_free (bench->pixels);
  arra_mem_free (bench->codes);
}

gboolean
arra_encode_bench_run (ArraEncodeBench *bench, GCancellable *cancellable, GError **error)
{
  arra_vqgan_from_u8 (&bench->raster, bench->pixels);
  return arra_vqgan_encode (bench->run, bench->pixels, bench->raster.width, bench->raster.height, bench->codes, NULL,
                            cancellable, error);
}
