/* bench_picture.c - times a picture from its prompt to its pixels, a read of the memory every few codes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include "job.h"

#define BETWEEN_READS 16 /* codes */

typedef struct
{
  ArraJob *job;
  ArraReadProbe probe;
  guint64 bytes; /* of weights that a pass reads */
  guint64 read;  /* that passes for the codes so far read, one for each */
  double byte;   /* seconds for one, when the memory was last read */
} Bench;

gboolean
bench_picture_plan (const ArraCheckpoint *checkpoint, const ArraRequest *request, BenchPicture *picture, GError **error)
{
  BenchMemory *memory = &picture->memory;
  ArraMemoryPlan plan;

  if (!arra_checkpoint_plan (checkpoint, request, &plan, error))
    return FALSE;
  *memory = (BenchMemory) {
    .weights = plan.weights_mapped + plan.weights_private, .caches = plan.cache, .work = plan.work, .total = plan.total
  };
  memory->probe = MIN (memory->weights, BENCH_PROBE);
  memory->total += memory->probe;
  return bench_check_memory (memory->total, error);
}

static guint64
cache_bytes (const Bench *bench, guint n)
{
  const ArraCheckpoint *checkpoint = bench->job->checkpoint;
  const ArraDType dtype = arra_quant_dtype (checkpoint->kv);

  return arra_decoder_kv_cache_bytes (&checkpoint->decoder, n, dtype)
         - arra_decoder_kv_cache_bytes (&checkpoint->decoder, 0, dtype);
}

/* What a pass that gave the last token alone read: the weights, and keys and values of all before it in each branch. */
static guint64
bytes_of_pass (const Bench *bench)
{
  const ArraSession *session = &bench->job->session;
  const guint n = session->n_ids - 1;
  guint64 bytes = bench->bytes + cache_bytes (bench, session->n_front[ARRA_CONDITIONAL] + n);

  if (session->uncond != NULL)
    bytes += cache_bytes (bench, session->n_front[ARRA_UNCONDITIONAL] + n - session->picture_start);
  return bytes;
}

static gboolean
is_code (const ArraJob *job)
{
  const ArraAnswer *answer = &job->answers[0];

  return answer->n_tokens > 0 && arra_layout_code (job->checkpoint->layout, answer->tokens[answer->n_tokens - 1]) >= 0;
}

/* Makes @n codes, and what must follow them. */
static gboolean
make_codes (Bench *bench, guint n, double *seconds, GCancellable *cancellable, GError **error)
{
  ArraJob *job = bench->job;
  const double start = arra_job_clock ();

  for (guint made = 0; !job->answers[0].finished && (made < n || job->session.grammar.expect == ARRA_EXPECT_FORCED);)
    {
      if (!arra_job_step (job, 0, cancellable, error))
        return FALSE;
      if (is_code (job))
        {
          bench->read += bytes_of_pass (bench);
          made++;
        }
    }
  *seconds += arra_job_clock () - start;
  return TRUE;
}

static double
seconds_of_byte (const Bench *bench)
{
  return arra_read_probe_read (&bench->probe, bench->bytes, bench->job->exec.pool) / (double) bench->bytes;
}

/* Codes, what their bytes need at the bandwidth before and after each few of them taken for it. */
static gboolean
make_picture (Bench *bench, BenchPicture *out, GCancellable *cancellable, GError **error)
{
  bench->byte = seconds_of_byte (bench);
  for (guint done = 0; done < out->codes; done += BETWEEN_READS)
    {
      const guint64 before = bench->read;
      const double byte = bench->byte;

      if (!make_codes (bench, MIN (BETWEEN_READS, out->codes - done), &out->making, cancellable, error))
        return FALSE;
      bench->byte = seconds_of_byte (bench);
      out->reading += (double) (bench->read - before) * 0.5 * (byte + bench->byte);
    }
  out->read = (double) bench->read / out->reading;
  return TRUE;
}

/* The rows that are finished become pixels, if there are any. */
static gboolean
decode (const Bench *bench, BenchPicture *out, GCancellable *cancellable, GError **error)
{
  ArraJob *job = bench->job;
  const double start = arra_job_clock ();
  ArraPictureSpan span;

  if (!arra_answer_picture (&job->answers[0], job->checkpoint->layout, 0, &span) || span.rows_finished == 0)
    return TRUE;
  if (arra_job_decode (job, 0, 0, cancellable, error) == NULL)
    return FALSE;
  out->decoding = arra_job_clock () - start;
  return TRUE;
}

static void
take_shape (const Bench *bench, const ArraRequest *request, guint codes, BenchPicture *out)
{
  const ArraJob *job = bench->job;

  out->width = request->width;
  out->height = request->height;
  out->whole = job->capacities.picture_rows * job->capacities.picture_columns;
  out->codes = codes > 0 ? MIN (codes, out->whole) : out->whole;
  out->guided = job->session.uncond != NULL;
  out->bytes = bench->bytes;
  out->making = out->decoding = out->reading = 0;
}

static gboolean
measure (Bench *bench, BenchPicture *out, GCancellable *cancellable, GError **error)
{
  const ArraLookahead *window = &bench->job->session.lookahead;

  if (!arra_job_read_text (bench->job, cancellable, error) || !make_picture (bench, out, cancellable, error)
      || !decode (bench, out, cancellable, error))
    return FALSE;
  out->passes = window->n_passes;
  out->saved = arra_lookahead_saved (window);
  return TRUE;
}

gboolean
bench_picture (ArraCheckpoint *checkpoint,
               const ArraRequest *request,
               guint codes,
               BenchPicture *out,
               GCancellable *cancellable,
               GError **error)
{
  g_autoptr (ArraJob) job = arra_job_new (checkpoint, request, error);
  Bench bench = { .job = job };
  guint64 parameters;
  gboolean ok;

  if (job == NULL
      || !bench_count (&checkpoint->decoder, arra_checkpoint_dtype (checkpoint), &parameters, &bench.bytes, error))
    return FALSE;
  take_shape (&bench, request, codes, out);
  ok = arra_read_probe_init (&bench.probe, out->memory.probe, job->exec.pool, error)
       && measure (&bench, out, cancellable, error);
  arra_read_probe_clear (&bench.probe);
  return ok;
}

double
bench_picture_ratio (const BenchPicture *picture)
{
  return (picture->making + picture->decoding) / (picture->reading + picture->decoding);
}
