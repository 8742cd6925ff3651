/* picture_sequence.h - what a transformer learns from a captioned picture: its tokens, and which of them are learnt
 *
 * golden README, "Sequence" and "Rules": begin prompt end | picture end, as the layout has them. The answer, after the
 * bar, is learnt. Where the layout has no text, what the model reads in front of a picture stands there: front | codes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "layout.h"

typedef struct _ArraPictureItems ArraPictureItems;

/* Captioned pictures as tokens, wherever they lie; all of one size. */
struct _ArraPictureItems
{
  guint n, rows, columns;
  guint n_codes;                 /* of the VQGAN; 0: not said */
  guint feature_width;           /* 0: no features */
  const ArraPictureItems *whole; /* (nullable): what these are parts of, which may be other parts each time */
  const char *vqgan; /* (nullable): arra_vqgan_encoder_sha256() of what made the codes; borrowed from @owner */
  guint part_width;  /* of features of the picture's parts, one for each code; 0: none */
  gboolean is_text;  /* prompts are the bytes of captions, which are no ids yet */
  guint prompt_rows, prompt_width; /* of features of captions; 0: none */
  guint32 first_id;                /* of the transformer, for the layout's id 0 */
  /* Ids of a caption, without <s> and <stop>; borrowed. */
  const guint32 *(*prompt) (gpointer owner, guint item, guint *n);
  /* (nullable): layouts without text: what stands in front of the picture, in ids of the transformer, with its prompt
   * or as guidance without one has it; borrowed */
  const guint32 *(*front) (gpointer owner, guint item, gboolean prompt, guint *n);
  /* (nullable): [prompt_rows][prompt_width], the rows behind the caption's zero; returns how many are the caption's */
  guint (*prompt_features) (gpointer owner, guint item, float *features);
  void (*codes) (gpointer owner, guint item, guint32 *codes);     /* [rows][columns] of the VQGAN */
  void (*features) (gpointer owner, guint item, float *features); /* (nullable): [feature_width] */
  void (*parts) (gpointer owner, guint item, float *parts);       /* (nullable): [rows][columns][part_width] */
  /* (nullable): whether what it is read from is as it was opened */
  gboolean (*check) (gpointer owner, guint item, GError **error);
  gpointer owner;
  GDestroyNotify free_owner; /* (nullable) */
};

void arra_picture_items_clear (ArraPictureItems *items);

/* Whether all ids are in @layout, those of whole pictures too, and it has names for the size; errors name @name and the
 * item. */
gboolean
arra_picture_items_check (const ArraPictureItems *items, const ArraLayout *layout, const char *name, GError **error);

/* Whether nobody has changed what @item is read from since arra_picture_items_check(): asked after reading, so that
 * nothing is learnt from other numbers. INVALID_DATA names the file that was changed, or cut short. */
gboolean arra_picture_items_same (const ArraPictureItems *items, guint item, GError **error);

/* Tokens of @item, with its prompt or as guidance without one sees it: from the start of the picture on. */
guint
arra_picture_sequence_length (const ArraPictureItems *items, guint item, gboolean prompt, const ArraLayout *layout);
guint arra_picture_sequence_longest (const ArraPictureItems *items, const ArraLayout *layout);
/* Writes them: @ids and @labels have room for them all; labels are -100 where nothing is learnt. */
void arra_picture_sequence_write (const ArraPictureItems *items,
                                  guint item,
                                  gboolean prompt,
                                  const ArraLayout *layout,
                                  guint32 *ids,
                                  gint32 *labels);
