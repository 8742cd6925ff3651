/* wordpiece.h - BERT's tokens: words split at spaces and punctuation, then into the longest pieces that the
 * vocabulary has
 *
 * Reference: google-research/bert, tokenization.py (arXiv 1810.04805); the same as transformers'
 * BertTokenizer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct _ArraWordpiece ArraWordpiece; /* immutable */

/* The vocabulary of a folder: vocab.txt, a token a line, or else that of tokenizer.json. Letters are made
 * small and lose their accents unless tokenizer_config.json says that case matters. INVALID_DATA: [CLS],
 * [SEP] or [UNK] is not in it. */
ArraWordpiece *arra_wordpiece_open (const char *directory, GError **error);
void arra_wordpiece_free (ArraWordpiece *pieces);          /* nullable */
guint32 arra_wordpiece_size (const ArraWordpiece *pieces); /* highest id + 1 */

/* Ids of UTF-8 @text between [CLS] and [SEP], cut to @room (2 or more) with these. Returns how many. ARGUMENT
 * (0): it is not UTF-8. */
guint arra_wordpiece_encode (const ArraWordpiece *pieces, const char *text, guint32 *ids, guint room, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraWordpiece, arra_wordpiece_free)
