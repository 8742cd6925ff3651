/* clip_text.h - captions as the tokens that a text encoder reads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_config.h"
#include "tokenizer.h"
#include "wordpiece.h"

typedef struct
{
  guint n;   /* at most config->context */
  guint end; /* whose hidden state stands for the text */
} ArraClipTokens;

/* Ids of @text: begins with bos, ends with eos (added where the tokenizer's template does not), cut to the context.
 * @ids: room for config->context. The end is as in transformers' CLIPTextTransformer: the first eos, or the first of
 * the highest ids when eos is 2, as old configurations have it. INVALID_DATA: the tokenizer has ids beyond the
 * vocabulary. */
gboolean arra_clip_encode_text (const ArraTokenizer *tokenizer,
                                const ArraClipConfig *config,
                                const char *text,
                                guint32 *ids,
                                ArraClipTokens *tokens,
                                GError **error);
/* The same for BERT, which reads texts of at most 256 tokens here, as BiomedCLIP was trained; its first one stands for
 * the text. */
gboolean arra_clip_encode_bert (const ArraWordpiece *pieces,
                                const ArraClipConfig *config,
                                const char *text,
                                guint32 *ids,
                                ArraClipTokens *tokens,
                                GError **error);
