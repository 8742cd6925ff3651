/* alignment.h - which positions ARRA aligns, with what, and how (arXiv 2503.07334; golden README, "Training")
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef enum
{
  ARRA_ALIGN_NONE,
  ARRA_ALIGN_IMAGE, /* <HYBNEXT>: every position whose next token is an image token, by ArraAlignment.image_ids */
  /* <HYBNEXT> as the reference's code has it: positions -(window + 1) .. -2 of the padded batch, clamped */
  ARRA_ALIGN_WINDOW,
  ARRA_ALIGN_LAST,  /* <REP> as the reference's commented-out code has it: position -1 of the padded batch */
  ARRA_ALIGN_TOKEN, /* <REP>: the position of the first token with id rep_id in each sequence */
} ArraAlignPositions;

typedef enum
{
  ARRA_ALIGN_MLP,      /* linear, exact GELU, linear: "adaptor.layers.0" and "adaptor.layers.2" */
  ARRA_ALIGN_MAX_POOL, /* windows of the hidden state (max_pool.h), no parameters */
} ArraAlignHead;

typedef enum
{
  ARRA_ALIGN_COSINE, /* 1 - mean cosine */
  ARRA_ALIGN_MSE,    /* mean squared difference */
} ArraAlignMeasure;

typedef struct
{
  ArraAlignPositions positions;
  ArraAlignHead head;
  ArraAlignMeasure measure;
  guint layer;  /* of hidden_states: 0 .. n_layers; the paper's best is 1 */
  guint window; /* the reference's is 1024 */
  guint32 rep_id;
  const guint8 *image_ids; /* vocab_size flags, borrowed; for ARRA_ALIGN_IMAGE */
  guint feature_width;
  double weight; /* lambda */
} ArraAlignment;

/* Features of parts of a picture, one for each code, beside those of the whole: 1 - mean cosine, code by code, with
 * what three layers with SiLU between them ("adaptor.parts.0", ".2", ".4") make of a layer's hidden states (S. Yu et
 * al., arXiv 2410.06940; for autoregressive models arXiv 2601.17124). */
typedef struct
{
  guint width;   /* numbers of a part's feature; 0: nothing is aligned so */
  guint hidden;  /* between the layers of the head */
  guint layer;   /* of hidden_states: 0 .. n_layers */
  gboolean next; /* at the position that predicts the code, not at the one that has read it */
  double weight;
} ArraPartAlignment;

/* The rows of a padded batch of @n sequences of @length (@ids: [n][length], @lengths: their own ones) that @alignment
 * aligns, in rising order: rows[i] belongs to sequence items[i]. Both have room for n * length. Returns how many; -1
 * with @error set when a sequence has no @rep_id. */
gssize arra_alignment_rows (const ArraAlignment *alignment,
                            guint n,
                            guint length,
                            const guint32 *ids,
                            const guint32 *lengths,
                            guint32 *rows,
                            guint32 *items,
                            GError **error);

/* Rows as above: rows[i] belongs to part items[i] of all, where every sequence has @n_parts. @image_ids: flags of the
 * ids that are codes. Returns how many. */
gsize arra_alignment_parts (const ArraPartAlignment *alignment,
                            const guint8 *image_ids,
                            guint n,
                            guint length,
                            const guint32 *ids,
                            const guint32 *lengths,
                            guint n_parts,
                            guint32 *rows,
                            guint32 *items);
