/* codebook.h - a codebook that follows the vectors it stands for: moving averages, and codes that nobody uses brought
 * back
 *
 * Source: arXiv 1711.00937, appendix A.1 (averages); arXiv 2005.00341, section 3.1 (dead codes are put where a vector
 * of the batch is); Arthur and Vassilvitskii, "k-means++", SODA 2007 (places are drawn by the squared distance to what
 * is there).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"
#include "trainee.h"

#define ARRA_CODEBOOK_MAX_LEVELS 8

typedef struct
{
  double decay;        /* of the averages */
  double revive_below; /* codes used less than this share of the mean are brought back; 0: never */
  /* 0, or a lattice: codes are all combinations of so many levels of each number, from -1 to 1, and stay there (arXiv
   * 2309.15505, finite scalar quantisation) */
  guint n_levels;
  guint levels[ARRA_CODEBOOK_MAX_LEVELS]; /* 2 or more each */
} ArraCodebookSettings;

typedef struct
{
  ArraCodebookSettings settings;
  gsize n_codes, dim;
  gint64 started; /* whether there are codes */
  float *vectors; /* [n_codes][dim] */
  float *counts;  /* [n_codes]: averages of how often each is used in a step */
  float *sums;    /* [n_codes][dim]: averages of the sums of what it is used for */
  float *squares; /* [n_codes]: |vector|^2 */
  gsize *uses;    /* [n_codes]: of the step at hand */
} ArraCodebook;

/* A lattice (@n_codes: the product of its levels, @dim: how many there are) has its codes from the start, and none of
 * the functions below moves them. The nearest of its codes is the nearest level of each number, and beyond the last
 * level the last: rounding and clamping, by the search that every other table of codes has. */
ArraCodebook *arra_codebook_new (const ArraCodebookSettings *settings, gsize n_codes, gsize dim, GError **error);
void arra_codebook_free (ArraCodebook *codebook); /* nullable */

/* Puts the codes where @n vectors @x [n][dim] are: drawn by k-means++, then a few rounds of k-means. @per_step: vectors
 * of one step. @scratch as below; @codes [n]: the vectors' codes. Random choices are a function of @seed. Fails for
 * want of memory. */
gboolean arra_codebook_start (ArraCodebook *codebook,
                              const ArraExec *exec,
                              const float *x,
                              gsize n,
                              gsize per_step,
                              guint64 seed,
                              float *scratch,
                              guint32 *codes,
                              GError **error);
/* Begins with @vectors [n_codes][dim] of another training. */
void arra_codebook_set (ArraCodebook *codebook, const float *vectors);
/* The codes of @n vectors. @scratch: arra_nearest_code_scratch() floats for each thread. */
void arra_codebook_quantize (ArraCodebook *codebook,
                             const ArraExec *exec,
                             const float *x,
                             gsize n,
                             float *scratch,
                             guint32 *codes);
/* Follows the vectors and their codes. Random choices are a function of @seed and @step. Fails for want of memory. */
gboolean arra_codebook_follow (ArraCodebook *codebook,
                               const float *x,
                               const guint32 *codes,
                               gsize n,
                               guint64 seed,
                               guint64 step,
                               GError **error);
/* exp of the entropy of the codes, and how many there are. */
void arra_codebook_usage (ArraCodebook *codebook, const guint32 *codes, gsize n, double *perplexity, double *used);
gboolean arra_codebook_visit (ArraCodebook *codebook, ArraStateFunc func, gpointer user, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraCodebook, arra_codebook_free)
