/* family.h - what a family of models says of itself, and a model of it as everybody else sees it
 *
 * Outside its room and families.c nothing names a family: whoever opens, measures, converts, describes, measures the
 * speed of or runs a model asks here.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>
#include "conditioner.h"
#include "gguf.h"
#include "layout.h"
#include "source.h"
#include "tokenizer.h"
#include "trainable.h"
#include "transformer.h"
#include "vqgan.h"

typedef struct _ArraFamily ArraFamily;

/* What a model is read from; borrowed. */
typedef struct
{
  const char *directory;
  const char *path;   /* of the weights, or of the folder they are in */
  const char *name;   /* starts messages: the path of config.json, or of the weights */
  JsonObject *config; /* (nullable): config.json */
  ArraSource *source; /* the weights */
} ArraModelFiles;

/* A model as it is described, with no weight read: what it can do, and what walks its weights. */
struct _ArraDecoder
{
  const ArraFamily *family;
  gpointer config; /* the family's own; g_free() */
  char *prefix;    /* before the names of its tensors; g_free() */
  ArraTransformerShape shape;
  ArraWeights weights; /* ONE walk: loader, measurer, converter, trainer and bench take it; its source is borrowed */
  guint context;       /* positions of the longest sequence, with what stands in front of it */
  const ArraConditioner *conditioner;
  const char *const *classes; /* (nullable): names of the classes that prompts are, NULL-terminated; class_names.h */
  char **own_classes;         /* (nullable): the same, where the model's own files have them; g_strfreev() */
  guint32 first_id;           /* of the transformer, for the sequence's id 0 */
  guint least_prompt;         /* positions that the shortest prompt takes */
  guint64 bytes;              /* that a bound model takes beside its weights */
  double guidance_scale;      /* defaults that suit it */
  guint top_k;                /* 0: all codes */
  gboolean writes_only;       /* codes can never be predicted: it writes text */
  const char *note;           /* (nullable): what is to be known about how it was read, a sentence to be translated */
};

/* What a model is made as that no file describes: each family reads what it has a use for. */
typedef struct
{
  ArraTransformerShape shape; /* n_ids: of the tokenizer; 0: there is none */
  guint context;
  double rope_theta;
  guint n_codes, side;             /* of its pictures; 0: layouts with text know them themselves */
  guint n_classes;                 /* 0: prompts are no classes */
  const char *const *classes;      /* (nullable): their names, NULL-terminated; copied */
  guint prompt_rows, prompt_width; /* of features that prompts become; 0: they become none */
} ArraModelPlan;

struct _ArraFamily
{
  const char *name;               /* for people */
  const char *license;            /* of the published models, where a checkpoint does not say its own */
  const char *vqgan_published;    /* (nullable): where the image tokenizer is published that is not among the weights */
  const char *architecture;       /* general.architecture of our GGUF files */
  const char *const *model_types; /* of config.json, NULL-terminated */
  const char *head[ARRA_TABLE_FORMS]; /* the matrix whose rows give a token's score, in each form of names */
  const char *embedding;              /* the matrix of which a token reads one row, as it is called in the first form */
  gboolean needs_tokenizer;           /* none of its models can be without */
  gboolean as_torch;                  /* published as torch.save's files, too */
  gboolean has_cfg_interval;          /* its authors let guidance end before a picture does */

  /* (nullable, but together): a form of its own that has no config.json: whether @directory holds it, and its weights
   * (transfer full) under the usual names; fills in the config. */
  gboolean (*has_own_form) (const char *directory);
  ArraSource *(*open_own_form) (ArraDecoder *decoder, const char *directory, GError **error);
  /* (nullable): whether these are weights of its, told by their names alone: models that come without a config.json. */
  gboolean (*knows) (const ArraSource *source);
  /* Fills in the family's config and prefix, checked. After an error arra_decoder_clear() does what is needed. */
  gboolean (*read) (ArraDecoder *decoder, const ArraModelFiles *files, GError **error);
  gboolean (*load) (ArraDecoder *decoder, const ArraGguf *gguf, GError **error);
  void (*store) (const ArraDecoder *decoder, ArraGgufWriter *writer);
  /* (nullable): the config of a model that no file describes, checked: as planned, and what is usual else. */
  gboolean (*make) (ArraDecoder *decoder, const ArraModelPlan *plan, const char *name, GError **error);
  /* (nullable): from now on it is to make pictures, whatever its config said. */
  void (*draw) (ArraDecoder *decoder);
  /* (nullable): what read() takes from a file beside the weights, and that file's name; (transfer full) */
  char *(*to_json) (const ArraDecoder *decoder);
  const char *json_file;
  /* (nullable): what the sizes of its weights do not tell, in one text; (transfer full) */
  char *(*settings) (const ArraDecoder *decoder);
  /* Fills in what follows from these: shape, weights without their source, and the rest. */
  void (*describe) (ArraDecoder *decoder, const ArraSource *source);

  /* How pictures lie in its sequences. */
  ArraLayout *(*layout) (const ArraDecoder *decoder, const ArraTokenNames *names, const char *name, GError **error);
  /* Binds the weights. @layout (nullable): says which ids are codes, where that matters. To be given back to unbind().
   */
  const ArraTransformer *(*bind) (const ArraDecoder *decoder,
                                  const ArraLayout *layout,
                                  ArraDType dtype,
                                  ArraPool *pool,
                                  GCancellable *cancellable,
                                  GError **error);
  void (*unbind) (const ArraTransformer *transformer);
  /* (nullable): the image tokenizer that lies among the model's weights. *@prefix (transfer full): before its tensors'
   * names; NULL: there is none. */
  gboolean (*find_vqgan) (const ArraDecoder *decoder,
                          const ArraModelFiles *files,
                          ArraVqganConfig *config,
                          char **prefix,
                          GError **error);
  ArraTrainable (*trainable) (const ArraDecoder *decoder);
};

/* ---- which family it is */

/* By config.json's model_type; where there is none it is the first. UNSUPPORTED: another one's. @name starts messages.
 */
const ArraFamily *arra_family_of_config (JsonObject *config, const char *name, GError **error);
/* (nullable): by the names of weights that come without a config.json. */
const ArraFamily *arra_family_of_source (const ArraSource *source);
/* (nullable): by a form of its own that @directory holds. */
const ArraFamily *arra_family_of_directory (const char *directory);
/* (nullable): by general.architecture. */
const ArraFamily *arra_family_of_architecture (const char *text, gsize length);
/* (transfer full): all architectures, for messages. */
char *arra_family_architectures (void);
/* What shapes without a file are made as. */
const ArraFamily *arra_family_usual (void);
/* By the name it has for people, in any case. NOT_FOUND: it is none, and the message has them all; @what starts it. */
const ArraFamily *arra_family_named (const char *family, const char *what, GError **error);

/* ---- a model */
gboolean
arra_decoder_read (ArraDecoder *decoder, const ArraFamily *family, const ArraModelFiles *files, GError **error);
/* Its own form in @directory. (transfer full): the weights. */
ArraSource *
arra_decoder_open_own_form (ArraDecoder *decoder, const ArraFamily *family, const char *directory, GError **error);
/* @source: the tensors of @gguf. */
gboolean arra_decoder_load (ArraDecoder *decoder,
                            const ArraFamily *family,
                            const ArraGguf *gguf,
                            ArraSource *source,
                            GError **error);
/* UNSUPPORTED: models of this family are not made, they are read. @name starts messages. */
gboolean arra_decoder_make (ArraDecoder *decoder,
                            const ArraFamily *family,
                            const ArraModelPlan *plan,
                            const char *name,
                            GError **error);
/* From now on it makes pictures. */
void arra_decoder_draw (ArraDecoder *decoder);
/* What its tokens mean, by the names that @tokenizer (nullable) has for them; @name starts messages. To be freed with
 * arra_layout_free(). */
ArraLayout *
arra_decoder_layout (const ArraDecoder *decoder, const ArraTokenizer *tokenizer, const char *name, GError **error);
void arra_decoder_clear (ArraDecoder *decoder);

/* The same with its weights elsewhere, for as long as @decoder lives. */
ArraDecoder arra_decoder_with (const ArraDecoder *decoder, ArraSource *source);
/* Bytes of all that arra_decoder_bind() keeps, by where they lie; every shape is checked, nothing is loaded. */
gboolean
arra_decoder_measure (const ArraDecoder *decoder, ArraDType dtype, guint64 *mapped, guint64 *owned, GError **error);
const ArraTransformer *arra_decoder_bind (const ArraDecoder *decoder,
                                          const ArraLayout *layout,
                                          ArraDType dtype,
                                          ArraPool *pool,
                                          GCancellable *cancellable,
                                          GError **error);
void arra_decoder_unbind (const ArraDecoder *decoder, const ArraTransformer *transformer); /* @transformer: nullable */
/* The tensor of family->head, (nullable). */
const ArraTensor *arra_decoder_head (const ArraDecoder *decoder);

guint64 arra_decoder_kv_cache_bytes (const ArraDecoder *decoder, guint capacity, ArraDType dtype);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraDecoder, arra_decoder_clear)
