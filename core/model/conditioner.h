/* conditioner.h - a prompt becomes what the two branches of guidance read before the first code
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "layout.h"
#include "text_encoder.h"
#include "tokenizer.h"

typedef struct _ArraDecoder ArraDecoder;
typedef struct _ArraTransformerRun ArraTransformerRun;

enum
{
  ARRA_CONDITIONAL,
  ARRA_UNCONDITIONAL,
  ARRA_N_BRANCHES,
};

typedef struct
{
  guint32 *ids; /* arra_mem */
  guint n;
  guint left_out;    /* positions before the first, which nobody sees */
  gboolean features; /* the ids are a text encoder's, whose features become rows */
} ArraPrefix;

/* What lies in the sequence is the layout's to judge; the unconditional branch begins with the picture there. What
 * stands in front of it is each branch's own, and in ids of the transformer or of the text encoder. */
typedef struct
{
  ArraPrefix sequence;
  ArraPrefix front[ARRA_N_BRANCHES];
} ArraCondition;

/* What prompts are read with; borrowed. */
typedef struct
{
  const ArraLayout *layout;
  const ArraTokenizer *tokenizer;      /* NULL where the conditioner does not read text */
  const ArraTextEncoder *text_encoder; /* NULL where it does not read features */
} ArraPromptReader;

typedef struct
{
  gboolean reads_text;     /* prompts are free text, and need a tokenizer */
  gboolean reads_features; /* prompts are free text, and need a text encoder */
  /* @prompt: the template's text with the user's in it. @condition is empty. ARGUMENT when it cannot be one. */
  gboolean (*condition) (const ArraDecoder *decoder,
                         const ArraPromptReader *reader,
                         const char *prompt,
                         ArraCondition *condition,
                         GError **error);
  /* @n features become rows of the transformer, at most the max_rows of @run; NULL where it reads none. */
  void (*project) (ArraTransformerRun *run, const float *features, guint n, float *rows);
} ArraConditioner;

/* Ids of @text, with nothing around it; (transfer full): arra_mem memory. ARGUMENT: they are more than @most. */
guint32 *arra_condition_encode (const ArraTokenizer *tokenizer, const char *text, guint most, gsize *n, GError **error);
/* Room for @n ids. */
gboolean arra_prefix_init (ArraPrefix *prefix, gsize n, GError **error);
void arra_condition_clear (ArraCondition *condition);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraCondition, arra_condition_clear)
