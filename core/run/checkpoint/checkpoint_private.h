/* checkpoint_private.h - between the files that open, describe and convert checkpoints
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "checkpoint.h"
#include "vqgan_file.h"

#define ARRA_SHA256_KEY "arra.sha256"
#define ARRA_SETTINGS_FILE "arra.json" /* card and sampling defaults in a directory */

/* Fill a checkpoint from a directory or a GGUF file: configuration, tokenizer, vocabulary, sources, defaults and card,
 * no weights. */
gboolean arra_checkpoint_read_directory (ArraCheckpoint *checkpoint, const ArraOpenOptions *options, GError **error);
/* The same from weights that come without a config.json, in a folder or alone, known by the names of their tensors;
 * what is no such is explained. */
gboolean arra_checkpoint_read_bare (ArraCheckpoint *checkpoint, const ArraOpenOptions *options, GError **error);
gboolean arra_checkpoint_read_gguf (ArraCheckpoint *checkpoint, const ArraOpenOptions *options, GError **error);

/* Errors for a path that is no checkpoint, in words that say what it is instead. Always FALSE. */
gboolean arra_checkpoint_explain_file (const char *path, GError **error);
gboolean arra_checkpoint_explain_directory (const char *path, GError **error);

/* The vocabulary and layout from the tokenizer, from @map (nullable: config.json's vocabulary_map), or both, which then
 * must agree. */
gboolean arra_checkpoint_read_vocabulary (ArraCheckpoint *checkpoint, JsonObject *map, GError **error);

/* Takes the VQGAN from @path, a file or a folder. */
gboolean arra_checkpoint_read_vqgan (ArraCheckpoint *checkpoint, const char *path, GError **error);
/* Takes the VQGAN that lies in the checkpoint's @directory, if there is one. *@found says so. */
gboolean
arra_checkpoint_find_vqgan (ArraCheckpoint *checkpoint, const char *directory, gboolean *found, GError **error);
/* The text encoder of a model that begins with features, if there is one: given apart, in the checkpoint's file, or
 * beside it in @directory. */
gboolean arra_checkpoint_find_text_encoder (ArraCheckpoint *checkpoint, const char *directory, GError **error);
/* Whether codebook and image tokens fit together. TRUE without a VQGAN. */
gboolean arra_checkpoint_check_vqgan (const ArraCheckpoint *checkpoint, GError **error);

/* Whether a size can be named and has room in the context. */
gboolean arra_checkpoint_fits_size (const ArraCheckpoint *checkpoint, guint width, guint height, GError **error);

/* Shapes and bytes of all weights, into weights_mapped and weights_private. */
gboolean arra_checkpoint_measure (ArraCheckpoint *checkpoint, GError **error);
/* Binds the weights, after a look at the memory they need. */
gboolean
arra_checkpoint_load_weights (ArraCheckpoint *checkpoint, guint threads, GCancellable *cancellable, GError **error);
/* Binds the VQGAN's alone. ARGUMENT: there is none. */
gboolean
arra_checkpoint_load_vqgan (ArraCheckpoint *checkpoint, guint threads, GCancellable *cancellable, GError **error);

/* @config, @tokenizer: the files' texts of a directory; both NULL for GGUF. */
gboolean
arra_checkpoint_take_fingerprint (ArraCheckpoint *checkpoint, const char *config, gsize config_size, GError **error);

/* Sampling defaults: what suits the model, then what the checkpoint says. The last one checks ranges (@name starts its
 * messages), and goes back to what suits the model when the size was meant for another VQGAN. */
/* tokens of the context that a prompt leaves to a picture, commonly */
guint arra_checkpoint_picture_room (const ArraCheckpoint *checkpoint);
void arra_defaults_init (ArraCheckpoint *checkpoint);
gboolean arra_defaults_read_json (ArraCheckpoint *checkpoint, JsonObject *object, const char *name, GError **error);
gboolean arra_defaults_load (ArraCheckpoint *checkpoint, GError **error);
void arra_defaults_store (const ArraCheckpoint *checkpoint, ArraGgufWriter *writer);
gboolean arra_defaults_settle (ArraCheckpoint *checkpoint, const char *name, GError **error);
