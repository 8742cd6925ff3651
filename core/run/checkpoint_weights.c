/* checkpoint_weights.c - measuring and binding the weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mem.h"
#include "plan.h"

gboolean
arra_checkpoint_measure (ArraCheckpoint *checkpoint, GError **error)
{
  guint64 mapped = 0, owned = 0, vqgan_mapped = 0, vqgan_owned = 0;

  if (!arra_chameleon_measure (&checkpoint->config, checkpoint->source, arra_quant_dtype (checkpoint->quant),
                               &mapped, &owned, error))
    return FALSE;
  if (checkpoint->vqgan_source != NULL
      && !arra_vqgan_measure (&checkpoint->vqgan_config, checkpoint->vqgan_source, checkpoint->vqgan_prefix,
                              &vqgan_mapped, &vqgan_owned, error))
    return FALSE;
  checkpoint->weights_mapped = mapped + vqgan_mapped;
  checkpoint->weights_private = owned + vqgan_owned;
  return TRUE;
}

/* Whether @address lies in a mapped file, by the system's own list. */
static gboolean
is_file_page (gsize address)
{
  FILE *maps = fopen ("/proc/self/maps", "re");
  gboolean found = FALSE;
  char line[512];

  while (maps != NULL && !found && fgets (line, sizeof line, maps) != NULL)
    {
      unsigned long start, end, inode;

      if (sscanf (line, "%lx-%lx %*s %*s %*s %lu", &start, &end, &inode) == 3 && address >= start
          && address < end)
        {
          found = inode != 0;
          break;
        }
    }
  if (maps != NULL)
    fclose (maps);
  return found;
}

void
arra_pages_release (const void *data, gsize size)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  gsize begin = ((gsize) data + page - 1) / page * page;
  gsize end = ((gsize) data + size) / page * page;

  /* anonymous pages would lose their contents */
  if (begin < end && is_file_page (begin) && is_file_page (end - 1))
    madvise ((void *) begin, end - begin, MADV_DONTNEED);
}

static gboolean
release_tensor (const char *name, const ArraTensor *stored, gpointer data, GError **error)
{
  arra_pages_release (stored->data, stored->n_bytes);
  return TRUE;
}

/* The VQGAN is packed into memory of its own, so that what it was read from need not stay. */
static gboolean
load_vqgan (ArraCheckpoint *checkpoint, ArraPool *pool, GCancellable *cancellable, GError **error)
{
  if (checkpoint->vqgan_source == NULL)
    return TRUE;
  checkpoint->vqgan = arra_vqgan_new (&checkpoint->vqgan_config, checkpoint->vqgan_source,
                                      checkpoint->vqgan_prefix, pool, cancellable, error);
  if (checkpoint->vqgan == NULL)
    return FALSE;
  if (checkpoint->vqgan_source == checkpoint->source)
    return arra_vqgan_foreach (&checkpoint->vqgan_config, checkpoint->source, checkpoint->vqgan_prefix,
                               release_tensor, NULL, error);
  arra_source_unref (checkpoint->vqgan_source);
  checkpoint->vqgan_source = arra_source_new ();
  return TRUE;
}

/* Matrices that were converted need not stay mapped. */
static gboolean
release_weight (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  const ArraDType *asked = data;

  if (is_matrix && stored->dtype != *asked)
    arra_pages_release (stored->data, stored->n_bytes);
  return TRUE;
}

static gboolean
load_model (ArraCheckpoint *checkpoint,
            const guint8 *masked,
            ArraPool *pool,
            GCancellable *cancellable,
            GError **error)
{
  ArraDType asked = arra_quant_dtype (checkpoint->quant);

  checkpoint->model
      = arra_chameleon_new (&checkpoint->config, checkpoint->source, asked, masked, pool, cancellable, error);
  if (checkpoint->model == NULL)
    return FALSE;
  return asked == ARRA_N_DTYPES
         || arra_chameleon_foreach (&checkpoint->config, checkpoint->source, release_weight, &asked, error);
}

/* Flags of the image tokens, which a model of pure text must not predict. */
static guint8 *
mask_of (const ArraCheckpoint *checkpoint, GError **error)
{
  const ArraVocabulary *vocabulary = &checkpoint->vocabulary;
  guint8 *masked = arra_mem_new (vocabulary->n_tokens, 1, "the masked tokens", error);

  for (guint32 id = 0; masked != NULL && id < vocabulary->n_tokens; id++)
    masked[id] = vocabulary->code_of_id[id] >= 0;
  return masked;
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
arra_checkpoint_load_weights (ArraCheckpoint *checkpoint,
                              guint threads,
                              GCancellable *cancellable,
                              GError **error)
{
  g_autoptr (ArraPool) pool = NULL;
  g_automem guint8 *masked = NULL;

  if (!check_memory (checkpoint, error))
    return FALSE;
  pool = arra_pool_new (threads, error);
  if (pool == NULL || !load_vqgan (checkpoint, pool, cancellable, error))
    return FALSE;
  if (checkpoint->config.mask_image_logits)
    {
      masked = mask_of (checkpoint, error);
      if (masked == NULL)
        return FALSE;
    }
  return load_model (checkpoint, masked, pool, cancellable, error);
}
