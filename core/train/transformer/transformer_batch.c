/* transformer_batch.c - the pictures of a step, as tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mem.h"
#include "noise.h"
#include "transformer_private.h"

/* Streams of the training's randomness. */
enum
{
  ORDER = 101,
  PROMPTS,
  DROPOUT,
  DOWN,
  ACROSS,
};

/* Of the features of a prompt. */
static gsize
prompt_numbers (const ArraTransformerTrainee *t)
{
  return (gsize) t->items.prompt_rows * t->items.prompt_width;
}

/* Of the features of a picture's parts. */
static gsize
part_numbers (const ArraTransformerTrainee *t)
{
  return (gsize) t->items.rows * t->items.columns * t->items.part_width;
}

static gboolean
allocate_numbers (float **numbers, gsize n, const char *what, GError **error)
{
  if (n > 0)
    *numbers = arra_mem_new (n, sizeof **numbers, what, error);
  return n == 0 || *numbers != NULL;
}

gboolean
arra_transformer_batch_allocate (ArraTransformerTrainee *t, GError **error)
{
  static const char what[] = "the pictures of a step";
  ArraTransformerBatch *batch = &t->batch;
  gsize room = (gsize) arra_picture_sequence_longest (&t->items, t->layout) * t->settings.batch;

  batch->ids = arra_mem_new (room, sizeof *batch->ids, what, error);
  batch->labels = batch->ids != NULL ? arra_mem_new (room, sizeof *batch->labels, what, error) : NULL;
  batch->rows = batch->labels != NULL ? arra_mem_new (room, sizeof *batch->rows, what, error) : NULL;
  batch->items = batch->rows != NULL ? arra_mem_new (room, sizeof *batch->items, what, error) : NULL;
  batch->lengths = batch->items != NULL ? arra_mem_new (t->settings.batch, sizeof *batch->lengths, what, error) : NULL;
  t->order = batch->lengths != NULL ? arra_mem_new (t->n_learnt, sizeof *t->order, what, error) : NULL;
  t->epoch = G_MAXUINT64;
  return t->order != NULL
         && allocate_numbers (&batch->features, t->settings.batch * t->items.feature_width, what, error)
         && allocate_numbers (&batch->parts, t->settings.batch * part_numbers (t), what, error)
         && allocate_numbers (&batch->prompts, t->settings.batch * prompt_numbers (t), what, error);
}

void
arra_transformer_batch_clear (ArraTransformerBatch *batch)
{
  arra_mem_free (batch->ids);
  arra_mem_free (batch->labels);
  arra_mem_free (batch->rows);
  arra_mem_free (batch->items);
  arra_mem_free (batch->lengths);
  arra_mem_free (batch->features);
  arra_mem_free (batch->prompts);
  arra_mem_free (batch->parts);
}

/* Fisher and Yates, by the noise of (seed, epoch). */
static void
shuffle (ArraTransformerTrainee *t, guint64 epoch)
{
  if (t->epoch == epoch)
    return;
  for (guint i = 0; i < t->n_learnt; i++)
    t->order[i] = i;
  for (guint i = t->n_learnt; i > 1; i--)
    {
      guint32 bits = arra_noise_bits (t->seed, ORDER, (guint32) epoch, i);
      guint other = (guint) (((guint64) bits * i) >> 32);
      guint32 kept = t->order[i - 1];

      t->order[i - 1] = t->order[other];
      t->order[other] = kept;
    }
  t->epoch = epoch;
}

typedef struct
{
  guint item;
  gboolean prompt;
  guint32 down, across; /* where its window is */
} Chosen;

/* Sample @number of the whole training. */
static Chosen
draw (ArraTransformerTrainee *t, guint64 number)
{
  guint32 high = (guint32) (number >> 32), low = (guint32) number;
  double chance = arra_noise_bits (t->seed, PROMPTS, high, low) * 0x1p-32;

  shuffle (t, number / t->n_learnt);
  return (Chosen) { t->order[number % t->n_learnt], chance >= t->settings.drop_prompt,
                    arra_noise_bits (t->seed, DOWN, high, low), arra_noise_bits (t->seed, ACROSS, high, low) };
}

static gboolean
write_picture (ArraTransformerTrainee *t, guint place, const Chosen *chosen, GError **error)
{
  ArraTransformerBatch *batch = &t->batch;
  guint32 *ids = batch->ids + (gsize) place * batch->length;
  gint32 *labels = batch->labels + (gsize) place * batch->length;
  guint width = t->items.feature_width, length = batch->lengths[place];

  if (t->window != NULL)
    arra_picture_window_move (t->window, chosen->down, chosen->across);
  arra_picture_sequence_write (&t->items, chosen->item, chosen->prompt, t->layout, ids, labels);
  for (guint at = length; at < batch->length; at++)
    {
      ids[at] = 0;
      labels[at] = -100;
    }
  for (guint at = 1; at < length; at++)
    batch->n_labels += labels[at] >= 0;
  batch->n_tokens += length;
  if (width > 0)
    t->items.features (t->items.owner, chosen->item, batch->features + (gsize) place * width);
  if (batch->parts != NULL)
    t->items.parts (t->items.owner, chosen->item, batch->parts + place * part_numbers (t));
  if (batch->prompts != NULL)
    t->items.prompt_features (t->items.owner, chosen->item, batch->prompts + place * prompt_numbers (t));
  return arra_picture_items_same (&t->items, chosen->item, error);
}

static gboolean
write_pictures (ArraTransformerTrainee *t, const Chosen *chosen, guint n, GError **error)
{
  ArraTransformerBatch *batch = &t->batch;
  gssize aligned;

  batch->n = n;
  batch->length = 0;
  batch->n_labels = batch->n_tokens = 0;
  for (guint i = 0; i < n; i++)
    {
      batch->lengths[i] = arra_picture_sequence_length (&t->items, chosen[i].item, chosen[i].prompt, t->layout);
      batch->length = MAX (batch->length, batch->lengths[i]);
    }
  for (guint i = 0; i < n; i++)
    if (!write_picture (t, i, &chosen[i], error))
      return FALSE;
  aligned = arra_alignment_rows (&t->settings.objective.alignment, n, batch->length, batch->ids, batch->lengths,
                                 batch->rows, batch->items, NULL);
  batch->n_aligned = (gsize) MAX (aligned, 0);
  batch->n_with_parts
      = batch->parts == NULL
            ? 0
            : arra_alignment_parts (&t->settings.objective.parts, t->image_ids, n, batch->length, batch->ids,
                                    batch->lengths, t->items.rows * t->items.columns, batch->rows, batch->items);
  return TRUE;
}

gboolean
arra_transformer_batch_fill (ArraTransformerTrainee *t, guint64 index, GError **error)
{
  guint n = (guint) t->settings.batch;
  g_autofree Chosen *chosen = g_new (Chosen, n);

  for (guint i = 0; i < n; i++)
    chosen[i] = draw (t, index * n + i);
  return write_pictures (t, chosen, n, error);
}

gboolean
arra_transformer_batch_fill_items (ArraTransformerTrainee *t, guint first, guint n, GError **error)
{
  g_autofree Chosen *chosen = g_new (Chosen, n);

  for (guint i = 0; i < n; i++)
    chosen[i] = (Chosen) { first + i, TRUE, 0, 0 };
  return write_pictures (t, chosen, n, error);
}

void
arra_transformer_batch_hash_items (ArraTransformerTrainee *t, GChecksum *hash)
{
  const ArraTransformerBatch *batch = &t->batch;

  for (guint i = 0; i < t->items.n; i++)
    {
      arra_transformer_batch_fill_items (t, i, 1, NULL); /* a change is seen by the next step */
      g_checksum_update (hash, (const guchar *) batch->ids, (gssize) (batch->length * sizeof *batch->ids));
      if (t->window != NULL) /* which was left with the whole picture */
        g_checksum_update (
            hash, (const guchar *) t->window->codes,
            (gssize) ((gsize) t->window->whole.rows * t->window->whole.columns * sizeof *t->window->codes));
      g_checksum_update (hash, (const guchar *) batch->features,
                         (gssize) (t->items.feature_width * sizeof *batch->features));
      g_checksum_update (hash, (const guchar *) batch->parts, (gssize) (part_numbers (t) * sizeof *batch->parts));
      g_checksum_update (hash, (const guchar *) batch->prompts, (gssize) (prompt_numbers (t) * sizeof *batch->prompts));
    }
}

ArraBatch
arra_transformer_batch_part (const ArraTransformerTrainee *t, guint first, guint end)
{
  const ArraTransformerBatch *batch = &t->batch;
  gsize at = (gsize) first * batch->length;
  guint32 step = (guint32) t->learner.adamw->step;

  return (ArraBatch) { .n = MIN ((guint) t->settings.micro_batch, end - first),
                       .length = batch->length,
                       .ids = batch->ids + at,
                       .labels = batch->labels + at,
                       .lengths = batch->lengths + first,
                       .features
                       = batch->features != NULL ? batch->features + (gsize) first * t->items.feature_width : NULL,
                       .parts = batch->parts != NULL ? batch->parts + first * part_numbers (t) : NULL,
                       .n_parts = t->items.rows * t->items.columns,
                       .prompts = batch->prompts != NULL ? batch->prompts + first * prompt_numbers (t) : NULL,
                       .dropout_seed = (guint64) arra_noise_bits (t->seed, DROPOUT, step, 2 * first) << 32
                                       | arra_noise_bits (t->seed, DROPOUT, step, 2 * first + 1),
                       .n_labels = batch->n_labels,
                       .n_aligned = batch->n_aligned,
                       .n_with_parts = batch->n_with_parts };
}
