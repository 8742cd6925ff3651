/* transformer_private.h - between the files of the transformer's training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "family.h"
#include "jsonwriter.h"
#include "learner.h"
#include "objective.h"
#include "picture_window.h"
#include "tokenizer.h"
#include "transformer_trainee.h"
#include "vqgan_file.h"

typedef enum
{
  ARRA_START_RANDOM,
  ARRA_START_TEXT_ONLY,
  ARRA_START_GENERAL,
} ArraTransformerStart;

typedef struct
{
  guint64 held_out, batch, micro_batch;
  guint rows, columns; /* of the windows; 0: of whole pictures */
  gboolean tiles;
  double drop_prompt, deviation;
  ArraTransformerStart start;
  char *from, *tokenizer, *vqgan, *card, *classes; /* (nullable) */
  const ArraFamily *family;                        /* of a random start */
  char *rep_token;                                 /* (nullable) */
  gboolean rep;                                    /* aligned at one token */
  ArraLearnerSettings learner;
  ArraObjective objective; /* without what only the vocabulary knows */
} ArraTransformerSettings;

/* The pictures of a step, as tokens. */
typedef struct
{
  guint n, length;
  guint32 *ids, *lengths; /* arra_mem, like all arrays here */
  gint32 *labels;
  float *features;       /* (nullable) */
  float *prompts;        /* (nullable): features of prompts */
  float *parts;          /* (nullable): features of parts */
  guint32 *rows, *items; /* what counting the aligned positions needs */
  gsize n_labels, n_aligned, n_with_parts, n_tokens;
} ArraTransformerBatch;

/* What "model.card" said when the training began. */
typedef struct
{
  JsonParser *parser; /* (nullable): of @object; no card */
  JsonObject *object;
  JsonObject *handed; /* (nullable): what the checkpoint to start from says, and the card does not */
  guint8 *thumbnail;  /* (nullable): the file it names; arra_mem */
  gsize thumbnail_size;
} ArraTransformerCard;

typedef struct
{
  ArraExec exec;
  guint64 seed;
  const ArraParallel *parallel; /* (nullable) */
  ArraTransformerSettings settings;
  ArraPictureItems items;
  ArraPictureWindow *window; /* (nullable): of @items, to which it belongs */
  guint n_learnt;            /* items before the held-out ones */

  ArraGguf *gguf;           /* (nullable): of the checkpoint to start from, until it has begun */
  ArraSource *source;       /* (nullable): the same */
  ArraTokenizer *tokenizer; /* (nullable) */
  ArraLayout *layout;
  guint patch;                        /* pixels on a side of a code; 0: no VQGAN is known */
  char *vqgan_weights, *vqgan_config; /* (nullable): files for the saved model */
  ArraVqganFile vqgan;                /* in their place the VQGAN of a GGUF file, or empty */
  ArraTransformerCard card;
  guint8 *image_ids; /* flags of the transformer's ids that are image tokens; arra_mem */
  ArraDecoder decoder;
  char **classes; /* (nullable): names of a random start's; g_strfreev() */
  guint n_classes;
  ArraParameters *parameters;
  ArraObjectiveRun *run;
  ArraLearner learner;

  ArraTransformerBatch batch;
  guint32 *order;        /* of the items in the epoch at hand; arra_mem */
  guint64 epoch;         /* that @order is for; G_MAXUINT64: none */
  GPtrArray *provenance; /* "key", "value", … of the configuration */
} ArraTransformerTrainee;

/* transformer_settings.c: the start and what is taken of pictures first, the rest when the pictures are known */
gboolean
arra_transformer_settings_read_start (const ArraYaml *config, ArraTransformerSettings *settings, GError **error);
gboolean arra_transformer_settings_read (const ArraYaml *config,
                                         const ArraPictureItems *items,
                                         ArraTransformerSettings *settings,
                                         GError **error);
void arra_transformer_settings_clear (ArraTransformerSettings *settings);

/* transformer_start.c: tokenizer, and what else a checkpoint to start from says; then vocabulary, shape and first
 * values, and the objective's open ends */
gboolean arra_transformer_open_start (ArraTransformerTrainee *transformer, GError **error);
/* What the prompts of its pictures are to the model; before it the shape of a random start. */
gboolean arra_transformer_read_prompts (ArraTransformerTrainee *transformer, const ArraYaml *config, GError **error);
gboolean arra_transformer_begin (ArraTransformerTrainee *transformer, const ArraYaml *config, GError **error);

/* transformer_checkpoint.c: "model.from" */
gboolean arra_transformer_open_checkpoint (ArraTransformerTrainee *transformer, GError **error);

/* transformer_vqgan.c: "model.vqgan", where it is given */
gboolean arra_transformer_look_at_vqgan (ArraTransformerTrainee *transformer, const ArraYaml *config, GError **error);

/* transformer_batch.c */
gboolean arra_transformer_batch_allocate (ArraTransformerTrainee *transformer, GError **error);
void arra_transformer_batch_clear (ArraTransformerBatch *batch);
/* The pictures of step @index: each epoch has its own order; which prompts are dropped is drawn for each picture.
 * FALSE, here and below: their file was changed while it was in use. */
gboolean arra_transformer_batch_fill (ArraTransformerTrainee *transformer, guint64 index, GError **error);
/* Pictures @first .. @first + @n - 1 with their prompts. */
gboolean arra_transformer_batch_fill_items (ArraTransformerTrainee *transformer, guint first, guint n, GError **error);
/* All pictures, one after another, prompts and features with them; the batch is filled with them in turn. */
void arra_transformer_batch_hash_items (ArraTransformerTrainee *transformer, GChecksum *hash);
/* Pictures @first .. @end - 1 of the batch, at most micro_batch of them; sums are divided by the whole batch's counts.
 */
ArraBatch arra_transformer_batch_part (const ArraTransformerTrainee *transformer, guint first, guint end);

/* transformer_card.c: read at the start, so that hours later nothing can be missing; then its members for arra.json,
 * and its picture */
gboolean arra_transformer_card_read (ArraTransformerCard *card, const char *path, GError **error);
/* Licence, medical use and sampling settings of the checkpoint to start from, a GGUF file or (@gguf is NULL) a @folder:
 * after the card was read, whose members win. */
gboolean
arra_transformer_card_hand_on (ArraTransformerCard *card, const ArraGguf *gguf, const char *folder, GError **error);
void arra_transformer_card_clear (ArraTransformerCard *card);
void arra_transformer_card_put (const ArraTransformerCard *card, ArraJsonWriter *json);
gboolean arra_transformer_card_save_thumbnail (const ArraTransformerCard *card, const char *directory, GError **error);

/* transformer_save.c: the folder that `arra generate --model` reads */
gboolean arra_transformer_save (ArraTransformerTrainee *transformer, const char *directory, GError **error);
