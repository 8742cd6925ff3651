/* info.h - the parts of `arra info`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "checkpoint.h"
#include "jsonwriter.h"
#include "recipe_read.h"

/* How much of one number format a source holds. */
typedef struct
{
  guint64 tensors, weights, bytes;
} InfoAmount;

typedef struct
{
  const ArraCheckpoint *checkpoint;
  InfoAmount by_dtype[ARRA_N_DTYPES]; /* of the transformer's own tensors */
  guint64 parameters;                 /* of the transformer */
  gboolean has_vqgan, has_encoder, has_decoder;
  ArraRequest request; /* what the memory plan is for */
  ArraMemoryPlan plan;
  gboolean planned;
  gboolean fits;
  char *plan_error; /* (nullable): why it does not fit, or could not be measured */
  gboolean verified;
  gboolean words; /* which words the checkpoint learnt is listed */
} InfoFacts;

gboolean
info_facts_init (InfoFacts *facts, const ArraCheckpoint *checkpoint, const ArraRequest *request, GError **error);
void info_facts_clear (InfoFacts *facts);
/* Bytes of the transformer with weights of that format; 0: it cannot have them. */
guint64 info_weights_as (const ArraCheckpoint *checkpoint, ArraQuant quant);

/* A label and a value, aligned; on one line, on a terminal on as many as it takes. Nothing when the value is NULL or
 * empty. */
void info_line (const char *label, const char *value);
void info_print (const InfoFacts *facts);
void info_print_json (const InfoFacts *facts);

/* The checkpoints that are found on this machine. */
gboolean info_list (gboolean as_json, GCancellable *cancellable, GError **error);
/* Of an image encoder, which arra_vision_encoder_knows(); @threads: 0: all. */
gboolean info_encoder (const char *path, guint threads, gboolean as_json, GError **error);
/* Of a text encoder's folder, which arra_text_encoder_check() takes. */
gboolean info_text_encoder (const char *path, guint threads, gboolean as_json, GError **error);
/* The recipe of a picture that arra made; (transfer full) (nullable): arra_recipe_free(). NULL: @path is none. */
ArraRecipe *info_recipe_read (const char *path);
void info_recipe (const ArraRecipe *recipe, const char *path, gboolean as_json);
/* Of a VQGAN, which arra_vqgan_file_is_alone(). */
gboolean info_vqgan (const char *path, gboolean as_json, GError **error);
/* The members of an object with the numbers of a VQGAN. */
void info_put_vqgan (ArraJsonWriter *json, const ArraVqganConfig *config);
/* The numbers of a VQGAN and its parts, in words (transfer full). */
char *info_describe_vqgan (const ArraVqganConfig *config, gboolean has_encoder, gboolean has_decoder);
