/* bpe_train.h - learning the merges of a byte-level BPE from texts
 *
 * Sennrich et al. 2016 (arXiv 1508.07909): the pair of neighbours that occurs most often becomes a symbol, again and
 * again. Of pairs that occur equally often the one with the smaller left symbol is taken, then that with the smaller
 * right one: the result is a function of the texts alone, and their order does not matter. Words are those of
 * Chameleon's pre_tokenizer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* pre_tokenizer of Chameleon's tokenizer.json */
#define ARRA_BPE_PRE_TOKENIZER                                                                                                       \
  "{\"type\":\"Sequence\",\"pretokenizers\":["                                                                                       \
  "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"<sentinel:[0-9]+>\"},\"behavior\":\"Isolated\",\"invert\":false},"                   \
  "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z\"},\"behavior\":\"Isolated\",\"invert\":false}," \
  "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"([\\t\\n]|    |  )\"},\"behavior\":\"Isolated\",\"invert\":false},"                  \
  "{\"type\":\"Digits\",\"individual_digits\":true},"                                                                                \
  "{\"type\":\"Punctuation\",\"behavior\":\"Isolated\"},"                                                                            \
  "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}]}"

#define ARRA_BPE_BYTES 256      /* symbols 0..255 are bytes, 256 + k is the result of merge k */
#define ARRA_BPE_MAX_SYMBOL 128 /* bytes: longer symbols are not made */

typedef struct
{
  guint32 left, right;
} ArraBpeMerge;

typedef struct _ArraBpeTrainer ArraBpeTrainer;

ArraBpeTrainer *arra_bpe_trainer_new (GError **error);
void arra_bpe_trainer_free (ArraBpeTrainer *trainer); /* nullable */
/* Counts the words of valid UTF-8 @text, at most ARRA_MAX_TEXT bytes (pretokenize.h). */
gboolean arra_bpe_trainer_add (ArraBpeTrainer *trainer, const char *text, gsize length, GError **error);
/* (transfer full): up to @n_merges ArraBpeMerge in order; fewer when no pair occurs twice any more. The counts are used
 * up. */
GArray *arra_bpe_trainer_run (ArraBpeTrainer *trainer, guint n_merges);
/* Appends the bytes of @symbol to @bytes. */
void arra_bpe_spell (const GArray *merges, guint32 symbol, GString *bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraBpeTrainer, arra_bpe_trainer_free)
