/* codebook.c - a codebook that follows the vectors it stands for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "codebook.h"

#include <math.h>
#include <string.h>

#include "mem.h"
#include "nearest_code.h"
#include "noise.h"

#define STARTS 0x53544152 /* streams of random numbers */
#define REVIVES 0x5245564f
#define SMOOTHING 1e-5
#define ROUNDS 8         /* of k-means */
#define REVIVED_SHARE 32 /* at most one code for so many vectors comes back in a step */
#define PROBATION 2      /* a code that comes back counts so many times the least */

/* The last number of a code goes round fastest. */
static void
lay_lattice (ArraCodebook *codebook)
{
  const guint *levels = codebook->settings.levels;
  float *vector = codebook->vectors;

  for (gsize code = 0; code < codebook->n_codes; code++, vector += codebook->dim)
    {
      gsize rest = code;

      for (gsize k = codebook->dim; k-- > 0; rest /= levels[k])
        vector[k] = 2 * (float) (rest % levels[k]) / (float) (levels[k] - 1) - 1;
    }
  codebook->started = 1;
}

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
  if (codebook->uses == NULL)
    return NULL;
  if (settings->n_levels > 0)
    lay_lattice (codebook);
  return g_steal_pointer (&codebook);
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

static double
distance (const ArraCodebook *codebook, const float *x, gsize code)
{
  double sum = 0;

  for (gsize k = 0; k < codebook->dim; k++)
    {
      double d = (double) x[k] - (double) codebook->vectors[code * codebook->dim + k];
      sum += d * d;
    }
  return sum;
}

/* A number of 0 .. n - 1, as likely as its weight; the last one when none weighs anything. */
static gsize
choose (const double *weights, gsize n, guint64 seed, guint64 draw)
{
  double sum = 0, at = (double) arra_noise_bits (seed, (guint32) (draw >> 32), (guint32) draw, 0) * 0x1p-32;

  for (gsize i = 0; i < n; i++)
    sum += weights[i];
  at *= sum;
  for (gsize i = 0; i < n; i++)
    {
      at -= weights[i];
      if (at < 0)
        return i;
    }
  return n - 1;
}

/* Puts @code on a vector, as if it had been used @count times a step. */
static void
place (ArraCodebook *codebook, gsize code, const float *x, float count)
{
  gsize dim = codebook->dim;

  memcpy (codebook->vectors + code * dim, x, dim * sizeof *x);
  for (gsize k = 0; k < dim; k++)
    codebook->sums[code * dim + k] = x[k] * count;
  codebook->counts[code] = count;
}

void
arra_codebook_quantize (ArraCodebook *codebook,
                        const ArraExec *exec,
                        const float *x,
                        gsize n,
                        float *scratch,
                        guint32 *codes)
{
  ArraMapWork work
      = { .exec = exec, .scratch = scratch, .scratch_stride = arra_nearest_code_scratch (codebook->n_codes) };

  arra_code_squares (codebook->vectors, codebook->n_codes, codebook->dim, codebook->squares);
  arra_nearest_code (x, n, codebook->vectors, codebook->squares, codebook->n_codes, codebook->dim, codes, &work, NULL);
}

/* ---- the start */

/* Each code goes to a vector, drawn by how far it is from the codes before. @far: [n] */
static void
scatter (ArraCodebook *codebook, const float *x, gsize n, guint64 seed, double *far)
{
  for (gsize i = 0; i < n; i++)
    far[i] = 1;
  for (gsize code = 0; code < codebook->n_codes; code++)
    {
      place (codebook, code, x + choose (far, n, seed ^ STARTS, code) * codebook->dim, 0);
      for (gsize i = 0; i < n; i++)
        {
          double d = distance (codebook, x + i * codebook->dim, code);
          far[i] = code == 0 ? d : MIN (far[i], d);
        }
    }
}

/* Codes move to the means of their vectors; those without any stay. */
static void
gather (ArraCodebook *codebook, const float *x, const guint32 *codes, gsize n, float share)
{
  gsize dim = codebook->dim;

  memset (codebook->sums, 0, codebook->n_codes * dim * sizeof (float));
  memset (codebook->counts, 0, codebook->n_codes * sizeof (float));
  for (gsize i = 0; i < n; i++)
    {
      codebook->counts[codes[i]] += share;
      for (gsize k = 0; k < dim; k++)
        codebook->sums[codes[i] * dim + k] += share * x[i * dim + k];
    }
  for (gsize i = 0; i < codebook->n_codes * dim; i++)
    if (codebook->counts[i / dim] > 0)
      codebook->vectors[i] = codebook->sums[i] / codebook->counts[i / dim];
}

gboolean
arra_codebook_start (ArraCodebook *codebook,
                     const ArraExec *exec,
                     const float *x,
                     gsize n,
                     gsize per_step,
                     guint64 seed,
                     float *scratch,
                     guint32 *codes,
                     GError **error)
{
  g_automem double *far = arra_mem_new (n, sizeof *far, "the codebook", error);

  if (far == NULL)
    return FALSE;
  scatter (codebook, x, n, seed, far);
  for (guint i = 0; i < ROUNDS; i++)
    {
      arra_codebook_quantize (codebook, exec, x, n, scratch, codes);
      gather (codebook, x, codes, n, (float) per_step / (float) n);
    }
  codebook->started = 1;
  return TRUE;
}

void
arra_codebook_set (ArraCodebook *codebook, const float *vectors)
{
  for (gsize code = 0; code < codebook->n_codes; code++)
    place (codebook, code, vectors + code * codebook->dim, 1);
  codebook->started = 1;
}

/* ---- a step */

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

/* To where codes are missed most. The search begins elsewhere in every step, so that all have their turn. */
static void
revive (ArraCodebook *codebook, const float *x, gsize n, guint64 seed, guint64 step, double *far)
{
  float least = (float) (codebook->settings.revive_below * (double) n / (double) codebook->n_codes);
  gsize left = MAX (n / REVIVED_SHARE, 1);
  gsize first = (gsize) ((guint64) arra_noise_bits (seed ^ REVIVES, (guint32) (step >> 32), (guint32) step, 0)
                             * codebook->n_codes
                         >> 32);

  for (gsize i = 0; i < codebook->n_codes && left > 0; i++)
    {
      gsize code = (first + i) % codebook->n_codes, row;

      if (codebook->counts[code] >= least)
        continue;
      row = choose (far, n, seed ^ REVIVES, (step + 1) * codebook->n_codes + code);
      place (codebook, code, x + row * codebook->dim, PROBATION * least);
      far[row] = 0;
      left--;
    }
}

gboolean
arra_codebook_follow (ArraCodebook *codebook,
                      const float *x,
                      const guint32 *codes,
                      gsize n,
                      guint64 seed,
                      guint64 step,
                      GError **error)
{
  g_automem double *far = NULL;

  if (codebook->settings.n_levels > 0)
    return TRUE;
  far = arra_mem_new (n, sizeof *far, "the codebook", error);
  if (far == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    far[i] = distance (codebook, x + i * codebook->dim, codes[i]);
  average (codebook, x, codes, n);
  move_codes (codebook);
  revive (codebook, x, n, seed, step, far);
  return TRUE;
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
