/* sampler.h - logits to token: guidance, grammar, interleaved top-k, temperature, top-p, Gumbel-max
 *
 * Order as in the reference: CFG u + s (c - u), grid constraint, top-k (ties with the k-th kept), temperature, top-p;
 * then instead of a draw from the softmax the arg max of (score + Gumbel noise (seed, picture, position, token)), which
 * has the same distribution.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "layout.h"
#include "kernels.h"

typedef struct
{
  double guidance_scale, temperature, top_p;
  guint top_k, text_top_k;
  gboolean greedy;
  guint64 seed;
} ArraSampling;

typedef struct
{
  guint32 id;
  float score;
} ArraCandidate;

/* Scratch for one vocabulary: planned once. */
typedef struct
{
  float *scores;             /* n_tokens */
  ArraCandidate *candidates; /* n_tokens */
  gsize n_candidates;        /* after arra_sampler_filter(), in id order */
} ArraSampler;

gboolean arra_sampler_init (ArraSampler *sampler, guint32 n_tokens, GError **error);
void arra_sampler_clear (ArraSampler *sampler);
guint64 arra_sampler_bytes (guint32 n_tokens);

/* Fills candidates: the entries the golden `rules` cases list (scores before temperature). @uncond: NULL when the step
 * has no guidance. Fails with INVALID_DATA when no candidate is finite (a broken checkpoint). */
gboolean arra_sampler_filter (ArraSampler *sampler,
                              const ArraKernels *kernels,
                              const ArraGrammar *grammar,
                              const ArraSampling *sampling,
                              const float *cond,
                              const float *uncond,
                              GError **error);
/* What a draw is made of: the candidates that temperature and top-p leave, with the logarithms of their weights (the
 * largest is 0); @sampling is not greedy. */
void arra_sampler_weigh (ArraSampler *sampler, const ArraSampling *sampling);
/* Picks among the candidates; ties to the lowest id. */
guint32 arra_sampler_pick (ArraSampler *sampler, const ArraSampling *sampling, guint32 picture, guint32 position);
