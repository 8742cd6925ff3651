/* conditioner.h - a prompt becomes what the two branches of guidance read before the first code
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "layout.h"
#include "tokenizer.h"

typedef struct _ArraDecoder ArraDecoder;

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
} ArraPrefix;

/* What lies in the sequence is the layout's to judge; the unconditional branch begins with the picture there. What stands in front of it is each
 * branch's own, and in ids of the transformer. */
typedef struct
{
  ArraPrefix sequence;
  ArraPrefix front[ARRA_N_BRANCHES];
} ArraCondition;

typedef struct
{
  gboolean reads_text; /* prompts are free text, and need a tokenizer */
  /* @prompt: the template's text with the user's in it. @condition is empty. ARGUMENT when it cannot be one. */
  gboolean (*condition) (const ArraDecoder *decoder, const ArraLayout *layout, const ArraTokenizer *tokenizer, const char *prompt, ArraCondition *condition, GError **error);
} ArraConditioner;

/* Ids of @text, with nothing around it; (transfer full): arra_mem memory. ARGUMENT: they are more than @most. */
guint32 *arra_condition_encode (const ArraTokenizer *tokenizer, const char *text, guint most, gsize *n, GError **error);
/* Room for @n ids. */
gboolean arra_prefix_init (ArraPrefix *prefix, gsize n, GError **error);
void arra_condition_clear (ArraCondition *condition);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraCondition, arra_condition_clear)
