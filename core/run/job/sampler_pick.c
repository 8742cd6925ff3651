/* sampler_pick.c - one of the candidates: temperature, top-p, and the arg max of score plus Gumbel noise
 *
 * Gumbel-max: the arg max of log p + independent Gumbel noise is distributed as p (Gumbel 1954; Maddison,
 * Tarlow, Minka, NIPS 2014).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "detmath.h"
#include "noise.h"
#include "sampler.h"
#include "select.h"

static float
largest (const ArraSampler *sampler)
{
  float best = -INFINITY;

  for (gsize i = 0; i < sampler->n_candidates; i++)
    best = MAX (best, sampler->candidates[i].score);
  return best;
}

/* Keeps the most likely tokens whose probability together reaches @top_p (at least one), and whatever ties
 * with the last of them: those with less than top_p above them, as in transformers' TopPLogitsWarper. The
 * scores array is scratch by now. */
static void
keep_top_p (ArraSampler *sampler, double top_p)
{
  float *weights = sampler->scores;
  const float best = largest (sampler);
  guint32 threshold;
  double total = 0;
  gsize n = 0;

  for (gsize i = 0; i < sampler->n_candidates; i++)
    {
      weights[i] = arra_expf (sampler->candidates[i].score - best);
      total += (double) weights[i];
    }
  threshold = arra_select_threshold (sampler->candidates, weights, sampler->n_candidates, top_p * total);
  for (gsize i = 0; i < sampler->n_candidates; i++)
    if (arra_select_key (sampler->candidates[i].score) >= threshold)
      sampler->candidates[n++] = sampler->candidates[i];
  sampler->n_candidates = n;
}

/* Only differences count: the largest becomes 0, so that no temperature makes scores overflow. */
void
arra_sampler_weigh (ArraSampler *sampler, const ArraSampling *sampling)
{
  const float temperature = (float) sampling->temperature;
  const float top = largest (sampler);

  for (gsize i = 0; i < sampler->n_candidates; i++)
    sampler->candidates[i].score = (sampler->candidates[i].score - top) / temperature;
  if (sampling->top_p < 1)
    keep_top_p (sampler, sampling->top_p);
}

guint32
arra_sampler_pick (ArraSampler *sampler, const ArraSampling *sampling, guint32 picture, guint32 position)
{
  ArraCandidate best = { ARRA_NO_TOKEN, -INFINITY };

  if (sampler->n_candidates == 1)
    return sampler->candidates[0].id;
  if (!sampling->greedy)
    arra_sampler_weigh (sampler, sampling);
  for (gsize i = 0; i < sampler->n_candidates; i++)
    {
      ArraCandidate candidate = sampler->candidates[i];

      if (!sampling->greedy)
        {
          const guint32 bits = arra_noise_bits (sampling->seed, picture, position, candidate.id);

          if (candidate.score + arra_noise_gumbel_limit (bits) < best.score)
            continue; /* most are too far behind: their logarithms, which take long, are not needed */
          candidate.score += arra_noise_gumbel_of (bits);
        }
      if (best.id == ARRA_NO_TOKEN || candidate.score > best.score)
        best = candidate;
    }
  return best.id;
}
