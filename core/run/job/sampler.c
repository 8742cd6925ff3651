/* sampler.c - which tokens may follow and with which scores: guidance, grammar, interleaved top-k
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampler.h"

#include <math.h>

#include "fail.h"
#include "mem.h"
#include "select.h"

gboolean
arra_sampler_init (ArraSampler *sampler, guint32 n_tokens, GError **error)
{
  *sampler = (ArraSampler) { 0 };
  sampler->scores = arra_mem_new (n_tokens, sizeof (float), "scores of tokens", error);
  if (sampler->scores == NULL)
    return FALSE;
  sampler->candidates = arra_mem_new (n_tokens, sizeof (ArraCandidate), "scores of tokens", error);
  if (sampler->candidates != NULL)
    return TRUE;
  arra_sampler_clear (sampler);
  return FALSE;
}

void
arra_sampler_clear (ArraSampler *sampler)
{
  arra_mem_clear (&sampler->scores);
  arra_mem_clear (&sampler->candidates);
  sampler->n_candidates = 0;
}

guint64
arra_sampler_bytes (guint32 n_tokens)
{
  return (guint64) n_tokens * (sizeof (float) + sizeof (ArraCandidate));
}

/* All ids, or the image tokens alone. FALSE when a score is NaN or infinite where it must not be. */
static gboolean
gather (ArraSampler *sampler, const ArraLayout *layout, gboolean codes_only, const float *scores)
{
  gsize n = 0;

  for (guint32 id = 0; id < layout->n_tokens; id++)
    {
      if (codes_only && arra_layout_code (layout, id) < 0)
        continue;
      if (isnan (scores[id]) || scores[id] == INFINITY)
        return FALSE;
      if (scores[id] != -INFINITY)
        sampler->candidates[n++] = (ArraCandidate) { id, scores[id] };
    }
  sampler->n_candidates = n;
  return n > 0;
}

/* Keeps the k largest and whatever ties with the last of them. */
static void
keep_top_k (ArraSampler *sampler, guint k)
{
  guint32 threshold;
  gsize n = 0;

  if (k == 0 || k >= sampler->n_candidates)
    return;
  threshold = arra_select_threshold (sampler->candidates, NULL, sampler->n_candidates, k);
  for (gsize i = 0; i < sampler->n_candidates; i++)
    if (arra_select_key (sampler->candidates[i].score) >= threshold)
      sampler->candidates[n++] = sampler->candidates[i];
  sampler->n_candidates = n;
}

gboolean
arra_sampler_filter (ArraSampler *sampler,
                     const ArraKernels *kernels,
                     const ArraGrammar *grammar,
                     const ArraSampling *sampling,
                     const float *cond,
                     const float *uncond,
                     GError **error)
{
  const ArraLayout *layout = grammar->layout;
  const gboolean code = grammar->expect == ARRA_EXPECT_CODE;
  const float *scores = cond;

  if (grammar->expect == ARRA_EXPECT_FORCED)
    {
      sampler->candidates[0] = (ArraCandidate) { grammar->forced, 0.0f };
      sampler->n_candidates = 1;
      return TRUE;
    }
  if (code && uncond != NULL)
    {
      kernels->guide (cond, uncond, (float) sampling->guidance_scale, layout->n_tokens, sampler->scores);
      scores = sampler->scores;
    }
  if (!gather (sampler, layout, code, scores))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "the scores the model gives for the next token are not finite numbers; its weights are broken");
  keep_top_k (sampler, grammar->expect == ARRA_EXPECT_TEXT ? sampling->text_top_k : sampling->top_k);
  return TRUE;
}
