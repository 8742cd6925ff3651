/* bench_print_picture.c - what `arra bench vq` and `arra bench picture` print, for people and as JSON
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include "status.h"
#include "values.h"

static double
rate_of (const BenchVq *vq)
{
  return vq->operations / vq->seconds;
}

void
bench_print_vq (const BenchReport *report)
{
  if (report->n_vq == 0)
    return;
  cli_print ("VQ decoder (%s), medians of %u pictures; operations are those of direct convolutions\n",
             report->path != NULL ? report->path : "random weights", report->plan.decodes);
  cli_print ("%-12s %10s %13s %10s %8s\n", "pixels", "GFLOP", "a picture", "GFLOP/s", "share");
  for (guint i = 0; i < report->n_vq; i++)
    {
      const BenchVq *vq = &report->vq[i];
      g_autofree char *size = g_strdup_printf ("%u x %u", vq->width, vq->height);
      g_autofree char *operations = cli_format_double (vq->operations * 1e-9, 1);
      g_autofree char *milliseconds = cli_format_double (vq->seconds * 1e3, 1);
      g_autofree char *rate = cli_format_double (rate_of (vq) * 1e-9, 1);
      g_autofree char *share = cli_format_double (rate_of (vq) / report->limits.floats, 2);

      cli_print ("%-12s %10s %10s ms %10s %8s\n", size, operations, milliseconds, rate, share);
    }
  cli_print ("\n");
}

/* "64 of 1024 codes, a part of the picture", "1024 codes" */
static char *
codes_of (const BenchPicture *picture)
{
  return picture->codes < picture->whole
             ? g_strdup_printf ("the first %u of %u codes, a part of the picture", picture->codes, picture->whole)
             : g_strdup_printf ("%u codes", picture->codes);
}

static void
print_picture (const BenchPicture *picture)
{
  g_autofree char *name = g_ascii_strdown (arra_dtype_name (picture->dtype), -1), *codes = codes_of (picture);
  g_autofree char *whole = cli_format_double (picture->making + picture->decoding, 2);
  g_autofree char *making = cli_format_double (picture->making, 2);
  g_autofree char *decoding = cli_format_double (picture->decoding, 2);
  g_autofree char *reading = cli_format_double (picture->reading, 2);
  g_autofree char *read = cli_format_double (picture->read * 1e-9, 1);
  g_autofree char *ratio = cli_format_double (bench_picture_ratio (picture), 2);

  bench_print_memory (name, &picture->memory);
  cli_print ("%-6s %u x %u, %s: %s, %" G_GUINT64_FORMAT " passes, %" G_GUINT64_FORMAT " saved by guesses\n", name,
             picture->width, picture->height, picture->guided ? "with guidance" : "without guidance", codes,
             picture->passes, picture->saved);
  cli_print ("%-6s %s s: %s s until the last code, %s s in the VQ decoder\n", name, whole, making, decoding);
  cli_print ("%-6s %s times what its bytes need: %s s at %s GB/s, and the VQ decoder\n\n", name, ratio, reading, read);
}

void
bench_print_pictures (const BenchReport *report)
{
  if (report->n_pictures == 0)
    return;
  cli_print ("A picture, from its prompt to its pixels; its bytes are weights, keys and values, read once for each "
             "code, at the bandwidth beside it\n");
  for (guint i = 0; i < report->n_pictures; i++)
    print_picture (&report->pictures[i]);
}

void
bench_put_vq (ArraJsonWriter *json, const BenchReport *report)
{
  arra_json_begin_array (json, "vq");
  for (guint i = 0; i < report->n_vq; i++)
    {
      const BenchVq *vq = &report->vq[i];

      arra_json_begin_object (json, NULL);
      arra_json_put_uint (json, "size", vq->width);
      arra_json_put_uint (json, "height", vq->height);
      arra_json_put_measured (json, "milliseconds", vq->seconds * 1e3);
      arra_json_put_measured (json, "gflops", rate_of (vq) * 1e-9);
      arra_json_put_measured (json, "share", rate_of (vq) / report->limits.floats);
      arra_json_end_object (json);
    }
  arra_json_end_array (json);
}

static void
put_picture (ArraJsonWriter *json, const BenchPicture *picture)
{
  g_autofree char *type = g_ascii_strdown (arra_dtype_name (picture->dtype), -1);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "type", type);
  arra_json_put_uint (json, "width", picture->width);
  arra_json_put_uint (json, "height", picture->height);
  arra_json_put_bool (json, "guided", picture->guided);
  arra_json_put_uint (json, "codes", picture->codes);
  arra_json_put_uint (json, "codes_of_whole", picture->whole);
  arra_json_put_uint (json, "passes", picture->passes);
  arra_json_put_uint (json, "passes_saved", picture->saved);
  arra_json_put_uint (json, "bytes_per_pass", picture->bytes);
  bench_put_memory (json, &picture->memory);
  arra_json_put_measured (json, "seconds", picture->making + picture->decoding);
  arra_json_put_measured (json, "codes_seconds", picture->making);
  arra_json_put_measured (json, "vq_seconds", picture->decoding);
  arra_json_put_measured (json, "bytes_seconds", picture->reading);
  arra_json_put_measured (json, "read_bytes_per_second", picture->read);
  arra_json_put_measured (json, "ratio", bench_picture_ratio (picture));
  arra_json_end_object (json);
}

void
bench_put_pictures (ArraJsonWriter *json, const BenchReport *report)
{
  arra_json_begin_array (json, "picture");
  for (guint i = 0; i < report->n_pictures; i++)
    put_picture (json, &report->pictures[i]);
  arra_json_end_array (json);
}
