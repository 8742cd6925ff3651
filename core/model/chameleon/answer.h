/* answer.h - the tokens of one answer and the pictures in them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "vocabulary.h"

typedef struct
{
  guint32 *tokens; /* borrowed from the job's block */
  guint n_tokens;
  gboolean finished;
} ArraAnswer;

typedef struct
{
  guint begin, end;      /* tokens from the start token to the end token, or to the last one there is; end is exclusive */
  guint rows, columns;   /* codes; 0 when the size is not there yet */
  guint rows_finished;
} ArraPictureSpan;

/* Tokens of a picture of @rows x @columns codes in an answer: start, height and width, rows with their new lines, end. */
guint64 arra_picture_tokens (guint rows, guint columns);

/* The first picture that begins at token @from or later. FALSE: there is none. */
gboolean arra_answer_find_picture (const ArraAnswer *answer, const ArraVocabulary *vocabulary, guint from, ArraPictureSpan *span);
guint arra_answer_n_pictures (const ArraAnswer *answer, const ArraVocabulary *vocabulary);
gboolean arra_answer_picture (const ArraAnswer *answer, const ArraVocabulary *vocabulary, guint index, ArraPictureSpan *span);

/* Codes [rows_finished][columns] of the picture. */
void arra_answer_codes (const ArraAnswer *answer, const ArraVocabulary *vocabulary, const ArraPictureSpan *span, guint32 *codes);
