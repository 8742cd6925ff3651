/* vocabulary.h - which token ids mean what, read by name from the checkpoint's vocabulary; no id is a constant of ours
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "layout.h"
#include "tokenizer.h"

typedef struct
{
  /* codes: image tokens IMGIMG[A-J]{1,}Z, letters as decimal digits, all present; a grid: 2 x 2 of them */
  ArraLayout layout;
  guint32 bos;         /* "<s>" */
  guint32 image_start; /* "<racm3:break>" */
  guint32 image_end;   /* "<eoss>" */
  guint32 new_line;    /* "<reserved08799>", ends a row */
  guint32 stop;        /* "<reserved08706>", ends a turn */
  /* "<|image|>": the id after the tokenizer's last; ARRA_NO_TOKEN when the model has no room for it */
  guint32 placeholder;
  /* [0] unused, [n] = id of n grids; n_grids + 1 entries; arra_mem. Size tokens "<reserved08801>" (1 grid), … : as many
   * as follow without a gap */
  guint32 *id_of_size;
} ArraVocabulary;

/* Fails naming the missing token. @name starts messages. */
gboolean arra_vocabulary_init (ArraVocabulary *vocabulary,
                               guint32 n_tokens,
                               guint32 tokenizer_size,
                               ArraTokenLookup lookup,
                               gpointer data,
                               const char *name,
                               GError **error);
/* The same as a layout of its own, to be freed with arra_layout_free(). */
ArraLayout *arra_vocabulary_new (guint32 n_tokens,
                                 guint32 tokenizer_size,
                                 ArraTokenLookup lookup,
                                 gpointer data,
                                 const char *name,
                                 GError **error);
/* The same with the names of @tokenizer. */
gboolean arra_vocabulary_init_tokenizer (ArraVocabulary *vocabulary,
                                         guint32 n_tokens,
                                         const ArraTokenizer *tokenizer,
                                         const char *name,
                                         GError **error);
void arra_vocabulary_clear (ArraVocabulary *vocabulary);
/* What @layout is the first member of. */
const ArraVocabulary *arra_vocabulary_of (const ArraLayout *layout);
/* The code in an image token's name ("IMGIMGBCDEZ": 1234); FALSE for another name. */
gboolean arra_image_code_parse (const char *token, guint32 *code);
char *arra_image_code_name (guint32 code);  /* the name; (transfer full) */
char *arra_size_token_name (guint32 grids); /* "<reserved08801>" for 1; (transfer full) */
/* grids of a size token, 0 for another id */
guint arra_vocabulary_grids (const ArraVocabulary *vocabulary, guint32 id);
