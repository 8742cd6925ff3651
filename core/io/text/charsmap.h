/* charsmap.h - a SentencePiece model's map of characters: what normalises text for Unigram models
 *
 * It is a double array (Aoe 1989) of short texts, which leads from characters to what replaces them. Source
 * of the layout: SentencePiece's normalizer, darts-clone, and Hugging Face's spm_precompiled, whose rules for
 * what is looked up in it are kept, oddities included.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  guint32 *units; /* the double array; arra_mem memory, as is the text */
  gsize n_units;
  char *text; /* replacements, each ending at a NUL */
  gsize size;
} ArraCharsmap;

/* Reads @base64, the "precompiled_charsmap" of a tokenizer.json, into zero-initialised @map, which is to be
 * cleared also after a failure. All that a look-up can reach is checked: INVALID_DATA for a map that leads
 * out of itself, or to half a character. @name starts messages. */
gboolean arra_charsmap_load (ArraCharsmap *map, const char *base64, const char *name, GError **error);
void arra_charsmap_clear (ArraCharsmap *map);

/* What replaces the shortest entry that @text (at least a byte of UTF-8) begins with: borrowed, *@size bytes.
 * NULL: it begins with no entry. */
const char *arra_charsmap_find (const ArraCharsmap *map, const char *text, gsize length, gsize *size);
