/* words.h - the words of texts, as a reader tells them apart
 *
 * A word is a run of letters and of the marks upon them; everything else parts words. Case does not matter: words are
 * kept folded and in one normal form (Unicode's NFKC).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* (transfer full): the words of @text (UTF-8) in their order, NULL at the end; g_strfreev() */
char **arra_words_of (const char *text);

/* (transfer full): an empty set of words for arra_words_add(); g_hash_table_unref() */
GHashTable *arra_words_new (void);
void arra_words_add (GHashTable *words, const char *text);

/* (transfer full): its words in the order of their bytes, NULL at the end; g_strfreev() */
char **arra_words_sorted (GHashTable *words);
