/* arra-prompt.h - the public face of libarra, continued: what a checkpoint takes as a prompt, and what a picture costs
 *
 * Copyright (C) 2026 The ARRA for GIMP authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

G_BEGIN_DECLS

/* What prompts are: NULL: free text; else the names of the classes that the checkpoint makes pictures of, in their
 * order, each with its other names behind commas, NULL-terminated: a prompt is one of the names, in any case, or the
 * number of a class, from 0. Empty: they have numbers alone. Belongs to the checkpoint. Since: 0.1 */
ARRA_API const char *const *arra_checkpoint_classes (const ArraCheckpoint *checkpoint);

/**
 * arra_checkpoint_check_prompt:
 * @prompt: (nullable): NULL: any
 *
 * Whether the checkpoint can read @prompt. ARGUMENT: it cannot be one; where prompts are classes the message has the
 * names that are nearest, or the numbers of several that are called so. NOT_FOUND: what reads its prompts is not there:
 * a tokenizer, or a text encoder.
 *
 * Since: 0.1
 */
ARRA_API gboolean arra_checkpoint_check_prompt (const ArraCheckpoint *checkpoint, const char *prompt, GError **error);

/* Whether it needs a text encoder to read prompts, and has none. Since: 0.1 */
ARRA_API gboolean arra_checkpoint_lacks_text_encoder (const ArraCheckpoint *checkpoint);

/**
 * arra_checkpoint_open_with_text_encoder:
 * @path: as for arra_checkpoint_open()
 * @folder: (nullable): a text encoder's, which is taken by a checkpoint that lacks one, and by no other
 * @metadata_only: as in ArraOpenOptions, of which all others are the defaults
 *
 * Returns: (transfer full): arra_checkpoint_unref(). Errors name the file and the fault.
 *
 * Since: 0.1
 */
ARRA_API ArraCheckpoint *arra_checkpoint_open_with_text_encoder (const char *path,
                                                                 const char *folder,
                                                                 gboolean metadata_only,
                                                                 GCancellable *cancellable,
                                                                 GError **error);

/* Tokens that are made for each picture of @request: where it is made in parts, those that are made twice count twice.
 * 0: not known, for the model chooses, or the request cannot be carried out. Since: 0.1 */
ARRA_API guint64 arra_checkpoint_count_tokens_sized (const ArraCheckpoint *checkpoint,
                                                     const ArraRequest *request,
                                                     gsize request_size);
#define arra_checkpoint_count_tokens(checkpoint, request) \
  arra_checkpoint_count_tokens_sized (checkpoint, request, sizeof (ArraRequest))
/* Whether a picture of that size and those edges is made in parts that overlap, of which each token takes longer.
 * Since: 0.1 */
ARRA_API gboolean arra_checkpoint_makes_parts_sized (const ArraCheckpoint *checkpoint,
                                                     const ArraRequest *request,
                                                     gsize request_size);
#define arra_checkpoint_makes_parts(checkpoint, request) \
  arra_checkpoint_makes_parts_sized (checkpoint, request, sizeof (ArraRequest))

/* Whether the authors of the model let guidance end before a picture does. Since: 0.1 */
ARRA_API gboolean arra_checkpoint_has_cfg_interval (const ArraCheckpoint *checkpoint);
/* Guidance ends after so many image tokens behind the first, as LlamaGen's cfg_interval has it; -1, which is standard:
 * it does not. Before the job runs. Since: 0.1 */
ARRA_API void arra_job_set_cfg_interval (ArraJob *job, gint interval);
/* What it was for the job of that recipe. Since: 0.1 */
ARRA_API gint arra_recipe_cfg_interval (const ArraRecipe *recipe);

G_END_DECLS
