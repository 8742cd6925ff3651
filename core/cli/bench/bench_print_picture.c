/* bench_print_picture.c - what `arra bench vq` prints, for people and as JSON
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
