/* text_encoder.h - a network beside a model whose prompts are features: what turns their text into them
 *
 * It is described when a checkpoint is opened, and its weights are in memory only while texts are read.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>
#include "exec.h"
#include "gguf.h"
#include "source.h"
#include "tokenizer.h"
#include "weight_table.h"

typedef struct _ArraTextEncoder ArraTextEncoder;

/* What a kind of encoder says of itself. */
typedef struct
{
  const char *name;                      /* for people */
  const char *model_type;                /* of config.json */
  const char *tokenizer_key;             /* its tokenizer.json in our GGUF files */
  const char *prefix;                    /* before the names of its tensors in these, which must be short: */
  char *(*to_file) (const char *name);   /* a name for what stands behind it, (transfer full), */
  char *(*from_file) (const char *name); /* and the other way round */
  /* Fills in the encoder's config, checked. */
  gboolean (*read) (ArraTextEncoder *encoder, JsonObject *config, const char *name, GError **error);
  gboolean (*load) (ArraTextEncoder *encoder, const ArraGguf *gguf, GError **error);
  void (*store) (const ArraTextEncoder *encoder, ArraGgufWriter *writer);
  /* Fills in what follows from that: weights of its source, width, bytes. */
  void (*describe) (ArraTextEncoder *encoder);
  gboolean (
      *encode) (const ArraTextEncoder *encoder, const char *text, guint most, guint32 *ids, guint *n, GError **error);
  guint64 (*run_bytes) (const ArraTextEncoder *encoder, guint n, guint threads);
  /* The network with its weights in memory, matrices of @dtype; (transfer full): close(). */
  gpointer (*bind) (const ArraTextEncoder *encoder,
                    ArraDType dtype,
                    const ArraExec *exec,
                    GCancellable *cancellable,
                    GError **error);
  gboolean (*run) (gconstpointer network,
                   const ArraExec *exec,
                   const guint32 *ids,
                   guint n,
                   float *features,
                   GCancellable *cancellable,
                   GError **error);
  void (*unbind) (gpointer network);
} ArraTextEncoderClass;

struct _ArraTextEncoder
{
  const ArraTextEncoderClass *class;
  gpointer config; /* the class' own; g_free() */
  ArraTokenizer *tokenizer;
  ArraSource *source;
  ArraWeights weights;
  gboolean is_inner; /* it lies in the checkpoint's own file */
  char *path;        /* of its folder, or of the file that it lies in */
  guint width;       /* numbers of a feature */
  guint64 bytes;     /* that it takes in memory beside its weights */
};

/* From a folder: config.json, tokenizer.json and the weights. Errors name the file. */
ArraTextEncoder *arra_text_encoder_open (const char *folder, GError **error);
/* Whether its config.json is that of an encoder which is known. */
gboolean arra_text_encoder_check (const char *folder, GError **error);
/* Where one lies in or below @directory, (nullable) (transfer full). */
char *arra_text_encoder_find (const char *directory);
/* From one of our GGUF files; *@found FALSE and no error: it holds none. */
ArraTextEncoder *arra_text_encoder_load (ArraGguf *gguf, gboolean *found, GError **error);
void arra_text_encoder_store (const ArraTextEncoder *encoder, ArraGgufWriter *writer);
/* SHA-256 (hex, transfer full) of its names, shapes and first numbers: what tells one encoder from another. */
char *arra_text_encoder_sha256 (const ArraTextEncoder *encoder, GError **error);
void arra_text_encoder_free (ArraTextEncoder *encoder); /* nullable */

/* Bytes of its weights by where they lie; every shape is checked, nothing is loaded. */
gboolean arra_text_encoder_measure (const ArraTextEncoder *encoder,
                                    ArraDType dtype,
                                    guint64 *mapped,
                                    guint64 *owned,
                                    GError **error);
/* Bytes that reading a text of @n tokens takes beside the weights, its ids and features among them. */
guint64 arra_text_encoder_run_bytes (const ArraTextEncoder *encoder, guint n, guint threads);
/* Ids of @text, at most @most, into @ids [most]; a text that is too long is cut. */
gboolean arra_text_encoder_encode (const ArraTextEncoder *encoder,
                                   const char *text,
                                   guint most,
                                   guint32 *ids,
                                   guint *n,
                                   GError **error);
/* Loads the weights with matrices of @dtype, reads @ids [n] into @features [n][width], and lets go of the weights. */
gboolean arra_text_encoder_run (const ArraTextEncoder *encoder,
                                ArraDType dtype,
                                const ArraExec *exec,
                                const guint32 *ids,
                                guint n,
                                float *features,
                                GCancellable *cancellable,
                                GError **error);

/* The features of text @item, [n][width]. FALSE with @error set stops the reading. */
typedef gboolean (*ArraTextFunc) (guint item, const float *features, guint n, gpointer data, GError **error);
/* The same for @n texts, for which weights are loaded once; a text's ids are at most @most. @done (nullable): texts
 * that need not be read. */
gboolean arra_text_encoder_run_all (const ArraTextEncoder *encoder,
                                    ArraDType dtype,
                                    const ArraExec *exec,
                                    const char *const *texts,
                                    guint n,
                                    guint most,
                                    gboolean (*done) (guint item, gpointer data),
                                    ArraTextFunc func,
                                    gpointer data,
                                    GCancellable *cancellable,
                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraTextEncoder, arra_text_encoder_free)
