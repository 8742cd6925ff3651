/* checkpoint.h - the inside of ArraCheckpoint, for the rooms run and cli only
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "convert_parts.h"
#include "family.h"
#include "fields.h"
#include "gguf.h"
#include "layout.h"
#include "tokenizer.h"
#include "vqgan.h"

#define ARRA_TEXT_ENCODER_PUBLISHED "google/flan-t5-xl" /* the one that published models were trained with */

struct _ArraCheckpoint
{
  gatomicrefcount refs;
  char *path;
  char *fingerprint;
  ArraQuant quant;
  ArraQuant kv; /* of keys and values while tokens are made: F32, F16 or Q8_0 */

  ArraGguf *gguf;           /* nullable: a single file */
  ArraSource *source;       /* transformer tensors */
  ArraSource *vqgan_source; /* NULL without a VQGAN; may be the same; empty once a VQGAN given apart is loaded */
  char *vqgan_prefix;
  char *vqgan_path;     /* nullable: where a VQGAN given apart lies */
  gboolean vqgan_given; /* by the options: the checkpoint's own settings may have been made for another one */

  ArraDecoder decoder;            /* what the model is */
  ArraVqganConfig vqgan_config;   /* n_embed 0: no VQGAN */
  ArraTokenizer *tokenizer;       /* nullable: a directory without tokenizer.json cannot read prompts */
  const char *text_encoder_given; /* (nullable): while it is opened: where the text encoder lies apart */
  ArraTextEncoder *text_encoder;  /* nullable: what reads prompts for a model that begins with features */
  ArraLayout *layout;             /* the vocabulary, and how pictures lie in sequences */
  const ArraTransformer *model;   /* NULL when metadata_only, or opened for the VQGAN alone */
  ArraVqgan *vqgan;               /* NULL when metadata_only or there is none */

  char *prompt_template;
  ArraRequest defaults; /* of requests: those fields that checkpoints have of their own */

  ArraCard card;
  ArraCard shown;           /* the same in the user's language */
  GHashTable *translations; /* (nullable): by language: const char *[ARRA_CARD_N_TEXTS], card_translations.h */
  /* the card's name is its folder's, and that one was called by arra train: a file made of it is called by its own name
   */
  gboolean is_unnamed;
  GStringChunk *strings; /* what the card points to */
  const char **examples; /* the card's example prompts, or NULL; the array alone is owned */
  const char **words;    /* the card's words, likewise */
  guint8 *thumbnail;     /* arra_mem; NULL when the card's lies in a mapped file */
  GPtrArray *notes;      /* of char *, NULL-terminated */

  guint64 weights_mapped, weights_private; /* measured, whether loaded or not */
};

/* As arra_checkpoint_open(), but of the weights the VQGAN's alone: enough for turning pictures into codes and back,
 * however large the transformer is. ARGUMENT: there is no VQGAN. */
ArraCheckpoint *arra_checkpoint_open_vqgan (const char *path,
                                            const ArraOpenOptions *options,
                                            GCancellable *cancellable,
                                            GError **error);

/* A checkpoint of parts that no file describes, as if it had been opened for its metadata; @path names it in messages.
 * What @decoder (transfer full) and @layout (transfer full) hold is its own now. Whoever makes it binds its weights:
 * source, model and vqgan are NULL, weights_private is 0. */
ArraCheckpoint *arra_checkpoint_make (const char *path,
                                      ArraDecoder *decoder,
                                      ArraLayout *layout,
                                      const ArraVqganConfig *vqgan,
                                      ArraQuant quant,
                                      ArraQuant kv);

/* The type that matrices have in memory; ARRA_N_DTYPES: as they are stored. */
ArraDType arra_checkpoint_dtype (const ArraCheckpoint *checkpoint);
ArraDType arra_quant_dtype (ArraQuant quant);

/* Pixels on a side for one grid, also without a VQGAN; and the codes on a side of @pixels. */
guint arra_checkpoint_size_grid (const ArraCheckpoint *checkpoint);
guint arra_checkpoint_codes (const ArraCheckpoint *checkpoint, guint pixels);
