/* bench_vq.c - times a VQ decoder, which turns the codes of a picture into pixels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include "estimate.h"
#include "mem.h"

/* What arra_job_decode() needs of a job. */
typedef struct
{
  ArraVqganRun *run;
  guint rows, columns;
  guint32 *codes;
  float *planes;
  guint8 *pixels;
} Bench;

gboolean
bench_vq_published (ArraVqganConfig *config, GError **error)
{
  g_autoptr (JsonObject) nothing = json_object_new (); /* what is not said is Chameleon's */

  return arra_vqgan_config_from_json (config, nothing, "Random weights", error);
}

static gsize
n_pixels (const BenchVq *size)
{
  return (gsize) size->width * size->height;
}

static gboolean
make (Bench *bench, const ArraVqgan *vqgan, const ArraExec *exec, const BenchVq *size, GError **error)
{
  const ArraVqganConfig *config = arra_vqgan_config (vqgan);
  const guint patch = arra_vqgan_patch (config);
  const char *what = "a picture";
  gsize n;

  bench->rows = size->height / patch;
  bench->columns = size->width / patch;
  n = (gsize) bench->rows * bench->columns;
  bench->run = arra_vqgan_run_new (vqgan, exec, bench->rows, bench->columns, FALSE, error);
  bench->codes = bench->run != NULL ? arra_mem_new (n, sizeof *bench->codes, what, error) : NULL;
  bench->planes = bench->codes != NULL ? arra_mem_new (3 * n_pixels (size), sizeof (float), what, error) : NULL;
  bench->pixels = bench->planes != NULL ? arra_mem_new (3 * n_pixels (size), 1, what, error) : NULL;
  for (gsize i = 0; bench->pixels != NULL && i < n; i++)
    bench->codes[i] = (guint32) (i * 7919u % config->n_embed);
  return bench->pixels != NULL;
}

static void
clear (Bench *bench)
{
  arra_vqgan_run_free (bench->run);
  arra_mem_free (bench->codes);
  arra_mem_free (bench->planes);
  arra_mem_free (bench->pixels);
}

static gboolean
decode (const Bench *bench,
        const ArraVqganConfig *config,
        const BenchVq *size,
        double *seconds,
        GCancellable *cancellable,
        GError **error)
{
  const gint64 start = g_get_monotonic_time ();

  if (!arra_vqgan_decode (bench->run, bench->codes, bench->rows, bench->columns, bench->planes, NULL, NULL, cancellable,
                          error))
    return FALSE;
  arra_vqgan_to_u8 (config, bench->planes, size->height, size->width, bench->pixels);
  *seconds = (double) MAX (g_get_monotonic_time () - start, 1) * 1e-6;
  return TRUE;
}

static gboolean
measure (const Bench *bench,
         const ArraVqganConfig *config,
         guint decodes,
         BenchVq *out,
         GCancellable *cancellable,
         GError **error)
{
  g_autofree double *seconds = g_new (double, decodes);
  double first;

  if (!decode (bench, config, out, &first, cancellable, error)) /* memory is met for the first time */
    return FALSE;
  for (guint i = 0; i < decodes; i++)
    if (!decode (bench, config, out, &seconds[i], cancellable, error))
      return FALSE;
  out->seconds = bench_median (seconds, decodes);
  out->operations = arra_estimate_decoder_flop (config) * bench->rows * bench->columns;
  return TRUE;
}

gboolean
bench_vq (const ArraVqgan *vqgan,
          const ArraExec *exec,
          guint decodes,
          BenchVq *out,
          GCancellable *cancellable,
          GError **error)
{
  Bench bench = { 0 };
  const gboolean ok = make (&bench, vqgan, exec, out, error)
                      && measure (&bench, arra_vqgan_config (vqgan), decodes, out, cancellable, error);

  clear (&bench);
  return ok;
}

guint64
bench_vq_bytes (const ArraVqganConfig *config, const BenchVq *size, guint threads)
{
  const guint patch = arra_vqgan_patch (config), rows = size->height / patch, columns = size->width / patch;
  const guint64 run = arra_vqgan_run_bytes (config, rows, columns, FALSE, threads);

  if (run == G_MAXUINT64)
    return run;
  return run + (guint64) rows * columns * sizeof (guint32) + 3 * (guint64) n_pixels (size) * (sizeof (float) + 1);
}
