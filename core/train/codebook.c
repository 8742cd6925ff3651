/* codebook.c - a codebook that follows the vectors it stands for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "codebook.h"

#include <math.h>
#include <string.h>

#include "mem.h"
#include "nearest_code.h"
#include "noise.h"

#define STARTS 0x53544152  /* streams of random numbers */
#define REVIVES 0x5245564f
#define SMOOTHING 1e-5
#define REVIVED_SHARE 32 /* at most one code for so many vectors comes back in a step */
#define JITTER 0.02f     /* of the vectors' deviation: codes that start at one vector must part */

ArraCodebook *
arra_codebook_new (const ArraCodebookSettings *settings, gsize n_codes, gsize dim, GError **error)
{
  g_autoptr (ArraCodebook) codebook = arra_mem_new0 (1, sizeof *codebook, "the codebook", error);

  if (codebook == NULL)
    return NULL;
  codebook->settings = *settings;
  codebook->n_codes = n_codes;
  codebook->dim = dim;
  codebook->vectors = arra_mem_new0 (n_codes * dim, sizeof (float), "the codebook", error);
  if (codebook->vectors == NULL)
    return NULL;
  codebook->sums = arra_mem_new0 (n_codes * dim, sizeof (float), "the codebook", error);
  if (codebook->sums == NULL)
    return NULL;
  codebook->counts = arra_mem_new0 (2 * n_codes, sizeof (float), "the codebook", error);
  if (codebook->counts == NULL)
    return NULL;
  codebook->squares = codebook->counts + n_codes;
  codebook->uses = arra_mem_new0 (n_codes, sizeof *codebook->uses, "the codebook", error);
  return codebook->uses == NULL ? NULL : g_steal_pointer (&codebook);
}

void
arra_codebook_free (ArraCodebook *codebook)
{
  if (codebook == NULL)
    return;
  arra_mem_free (codebook->vectors);
  arra_mem_free (codebook->sums);
  arra_mem_free (codebook->counts);
  arra_mem_free (codebook->uses);
  arra_mem_free (codebook);
}

/* The root of the mean square of @n numbers. */
static float
deviation (const float *x, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (double) x[i] * (double) x[i];
  return (float) sqrt (sum / (double) n);
}

/* Puts @code beside a vector drawn with @draw, as if it had been used as often as the mean. */
static void
place (ArraCodebook *codebook, gsize code, const float *x, gsize n, guint64 seed, guint64 draw, float jitter)
{
  guint32 high = (guint32) (draw >> 32), low = (guint32) draw;
  gsize row = (gsize) ((guint64) arra_noise_bits (seed, high, low, 0) * n >> 32), dim = codebook->dim;
  float count = (float) n / (float) codebook->n_codes;

  for (gsize i = 0; i < dim; i++)
    {
      float noise = (float) arra_noise_bits (seed, high, low, (guint32) i + 1) * 0x1p-31f - 1.0f;

      codebook->vectors[code * dim + i] = x[row * dim + i] + jitter * noise;
      codebook->sums[code * dim + i] = codebook->vectors[code * dim + i] * count;
    }
  codebook->counts[code] = count;
}

void
arra_codebook_quantize (ArraCodebook *codebook, const ArraExec *exec, const float *x, gsize n, guint64 seed,
                        float *scratch, guint32 *codes)
{
  ArraMapWork work = { .exec = exec,
                       .scratch = scratch,
                       .scratch_stride = arra_nearest_code_scratch (codebook->n_codes) };
  float jitter = codebook->started != 0 ? 0 : JITTER * deviation (x, n * codebook->dim);

  for (gsize code = 0; code < codebook->n_codes && codebook->started == 0; code++)
    place (codebook, code, x, n, seed ^ STARTS, code, jitter);
  codebook->started = 1;
  arra_code_squares (codebook->vectors, codebook->n_codes, codebook->dim, codebook->squares);
  arra_nearest_code (x, n, codebook->vectors, codebook->squares, codebook->n_codes, codebook->dim, codes, &work, NULL);
}

static void
average (ArraCodebook *codebook, const float *x, const guint32 *codes, gsize n)
{
  float decay = (float) codebook->settings.decay, share = 1 - decay;
  gsize dim = codebook->dim;

  for (gsize i = 0; i < codebook->n_codes; i++)
    codebook->counts[i] *= decay;
  for (gsize i = 0; i < codebook->n_codes * dim; i++)
    codebook->sums[i] *= decay;
  for (gsize i = 0; i < n; i++)
    {
      float *sum = codebook->sums + codes[i] * dim;

      codebook->counts[codes[i]] += share;
      for (gsize k = 0; k < dim; k++)
        sum[k] += share * x[i * dim + k];
    }
}

static void
move_codes (ArraCodebook *codebook)
{
  double total = 0, smoothed;
  gsize dim = codebook->dim;

  for (gsize i = 0; i < codebook->n_codes; i++)
    total += (double) codebook->counts[i];
  for (gsize i = 0; i < codebook->n_codes; i++)
    {
      smoothed = ((double) codebook->counts[i] + SMOOTHING) / (total + (double) codebook->n_codes * SMOOTHING) * total;
      for (gsize k = 0; k < dim; k++)
        codebook->vectors[i * dim + k] = (float) ((double) codebook->sums[i * dim + k] / smoothed);
    }
}

/* The search begins elsewhere in every step, so that all have their turn. */
static void
revive (ArraCodebook *codebook, const float *x, gsize n, guint64 seed, guint64 step)
{
  float least = (float) (codebook->settings.revive_below * (double) n / (double) codebook->n_codes);
  float jitter = JITTER * deviation (x, n * codebook->dim);
  gsize left = MAX (n / REVIVED_SHARE, 1);
  gsize first = (gsize) ((guint64) arra_noise_bits (seed ^ REVIVES, (guint32) (step >> 32), (guint32) step, 0)
                             * codebook->n_codes
                         >> 32);

  for (gsize i = 0; i < codebook->n_codes && left > 0; i++)
    {
      gsize code = (first + i) % codebook->n_codes;

      if (codebook->counts[code] >= least)
        continue;
      place (codebook, code, x, n, seed ^ REVIVES, (step + 1) * codebook->n_codes + code, jitter);
      left--;
    }
}

void
arra_codebook_follow (ArraCodebook *codebook, const float *x, const guint32 *codes, gsize n, guint64 seed,
                      guint64 step)
{
  average (codebook, x, codes, n);
  move_codes (codebook);
  revive (codebook, x, n, seed, step);
}

void
arra_codebook_usage (ArraCodebook *codebook, const guint32 *codes, gsize n, double *perplexity, double *used)
{
  double entropy = 0;

  memset (codebook->uses, 0, codebook->n_codes * sizeof *codebook->uses);
  for (gsize i = 0; i < n; i++)
    codebook->uses[codes[i]]++;
  *used = 0;
  for (gsize i = 0; i < codebook->n_codes; i++)
    if (codebook->uses[i] > 0)
      {
        double share = (double) codebook->uses[i] / (double) n;

        entropy -= share * log (share);
        *used += 1;
      }
  *perplexity = exp (entropy);
}

gboolean
arra_codebook_visit (ArraCodebook *codebook, ArraStateFunc func, gpointer user, GError **error)
{
  gsize size = codebook->n_codes * codebook->dim;

  return func ("codebook.started", ARRA_I64, 1, &codebook->started, user, error)
         && func ("codebook.vectors", ARRA_F32, size, codebook->vectors, user, error)
         && func ("codebook.sums", ARRA_F32, size, codebook->sums, user, error)
         && func ("codebook.counts", ARRA_F32, codebook->n_codes, codebook->counts, user, error);
}
