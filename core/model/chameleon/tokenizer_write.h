/* tokenizer_write.h - tokenizer.json of a new model, in the form of Chameleon's
 *
 * Ids in Chameleon's order: <s>, <pad>, </s>, <unk>; image tokens IMGIMGAZ, IMGIMGBZ, …; <eoss>, <racm3:break>;
 * <reserved08706> (end of turn), <reserved08708> (free: the <REP> of alignment), <reserved08799> (new line),
 * <reserved08801> … (sizes); the 256 bytes; the merges.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_TOKENIZER_MAX_CODES 65536
#define ARRA_TOKENIZER_MAX_GRIDS 64

typedef struct
{
  guint n_codes;        /* 1..ARRA_TOKENIZER_MAX_CODES */
  guint n_grids;        /* longest side of a picture in grids of 32 pixels, 1..ARRA_TOKENIZER_MAX_GRIDS */
  const GArray *merges; /* ArraBpeMerge, of bpe_train.h */
} ArraTokenizerForm;

extern const char *const arra_tokenizer_form_files[]; /* NULL-terminated: tokenizer.json and what is beside it */

guint arra_tokenizer_form_fixed (guint n_codes, guint n_grids); /* tokens that are no merges */
/* (transfer full): tokenizer.json; the same form, the same bytes */
char *arra_tokenizer_form_json (const ArraTokenizerForm *form);
/* All of arra_tokenizer_form_files into @directory, which is made; each atomically. */
gboolean arra_tokenizer_form_write (const ArraTokenizerForm *form, const char *directory, GError **error);
