/* feature_plan.c - the memory that computing features takes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature_plan.h"

#include "mem.h"

#define PROGRAM ((guint64) 18 << 20)       /* code, libraries and GLib's own memory, measured */
#define THREAD_STACK ((guint64) 256 << 10) /* of a thread's stack, what is touched */

/* @plan has weights and what work takes beside the program. */
static void
add_up (ArraMemoryPlan *plan, guint threads)
{
  plan->work += PROGRAM + threads * THREAD_STACK;
  plan->total = plan->weights_mapped + plan->weights_private + plan->work;
  plan->available = arra_mem_available ();
}

gboolean
arra_feature_encoder_plan (const ArraFeatureEncoder *encoder, ArraMemoryPlan *plan, GError **error)
{
  ArraEncoderMemory memory;

  if (!arra_vision_encoder_measure (encoder->vision, ARRA_FEATURE_BATCH, encoder->aggregation, &memory, error))
    return FALSE;
  *plan = (ArraMemoryPlan) { .weights_private = memory.weights, .work = MAX (memory.loading, memory.work) };
  add_up (plan, arra_pool_threads (encoder->pool));
  return TRUE;
}

gboolean
arra_caption_features_plan (const ArraTextEncoder *encoder,
                            guint rows,
                            guint threads,
                            ArraMemoryPlan *plan,
                            GError **error)
{
  const guint64 record = (guint64) rows * encoder->width * sizeof (float);
  gsize json;

  *plan = (ArraMemoryPlan) { .work = arra_text_encoder_run_bytes (encoder, rows, threads) + record };
  if (!arra_text_encoder_measure (encoder, ARRA_N_DTYPES, &plan->weights_mapped, &plan->weights_private, error))
    return FALSE;
  arra_tokenizer_json (encoder->tokenizer, &json);
  plan->weights_private += 3 * (guint64) json; /* its tables */
  add_up (plan, threads);
  return TRUE;
}
