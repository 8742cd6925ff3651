/* checkpoint_weights.c - measuring and binding the weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include "fail.h"
#include "mem.h"
#include "memory_plan.h"

gboolean
arra_checkpoint_measure (ArraCheckpoint *checkpoint, GError **error)
{
  guint64 mapped = 0, owned = 0, vqgan_mapped = 0, vqgan_owned = 0;

  if (!arra_decoder_measure (&checkpoint->decoder, arra_quant_dtype (checkpoint->quant), &mapped, &owned, error))
    return FALSE;
  if (checkpoint->vqgan_source != NULL
      && !arra_vqgan_measure (&checkpoint->vqgan_config, checkpoint->vqgan_source, checkpoint->vqgan_prefix,
                              &vqgan_mapped, &vqgan_owned, error))
    return FALSE;
  checkpoint->weights_mapped = mapped + vqgan_mapped;
  checkpoint->weights_private = owned + vqgan_owned;
  return TRUE;
}

/* The VQGAN is packed into memory of its own, so that what it was read from need not stay. */
static gboolean
load_vqgan (ArraCheckpoint *checkpoint, ArraPool *pool, GCancellable *cancellable, GError **error)
{
  if (checkpoint->vqgan_source == NULL)
    return TRUE;
  checkpoint->vqgan = arra_vqgan_new (&checkpoint->vqgan_config, checkpoint->vqgan_source, checkpoint->vqgan_prefix,
                                      pool, cancellable, error);
  if (checkpoint->vqgan == NULL)
    return FALSE;
  if (checkpoint->vqgan_source == checkpoint->source)
    return TRUE;
  arra_source_unref (checkpoint->vqgan_source);
  checkpoint->vqgan_source = arra_source_new ();
  return TRUE;
}

static gboolean
load_model (ArraCheckpoint *checkpoint, ArraPool *pool, GCancellable *cancellable, GError **error)
{
  checkpoint->model = arra_decoder_bind (&checkpoint->decoder, checkpoint->layout, arra_quant_dtype (checkpoint->quant),
                                         pool, cancellable, error);
  return checkpoint->model != NULL;
}

gboolean
arra_checkpoint_load_vqgan (ArraCheckpoint *checkpoint, guint threads, GCancellable *cancellable, GError **error)
{
  g_autoptr (ArraPool) pool = NULL;

  if (checkpoint->vqgan_source == NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "%s holds no VQGAN, which turns tokens into pixels: give one with --vqgan FILE",
                      checkpoint->path);
  pool = arra_pool_new (threads, error);
  return pool != NULL && load_vqgan (checkpoint, pool, cancellable, error);
}

static gboolean
check_memory (const ArraCheckpoint *checkpoint, GError **error)
{
  ArraMemoryPlan plan
      = { .weights_mapped = checkpoint->weights_mapped, .weights_private = checkpoint->weights_private };

  plan.total = plan.weights_mapped + plan.weights_private;
  plan.available = arra_mem_available ();
  if (arra_plan_check (&plan, 0, error))
    return TRUE;
  g_prefix_error (error, "%s: ", checkpoint->path);
  return FALSE;
}

gboolean
arra_checkpoint_load_weights (ArraCheckpoint *checkpoint, guint threads, GCancellable *cancellable, GError **error)
{
  g_autoptr (ArraPool) pool = NULL;

  if (!check_memory (checkpoint, error))
    return FALSE;
  pool = arra_pool_new (threads, error);
  return pool != NULL && load_vqgan (checkpoint, pool, cancellable, error)
         && load_model (checkpoint, pool, cancellable, error);
}
