/* answer.h - the tokens of one answer and the pictures in them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "layout.h"

typedef struct
{
  guint32 *tokens; /* borrowed from the job's block */
  guint n_tokens;
  gboolean finished;
} ArraAnswer;

/* The first picture that begins at token @from or later. FALSE: there is none. */
gboolean
arra_answer_find_picture (const ArraAnswer *answer, const ArraLayout *layout, guint from, ArraPictureSpan *span);
guint arra_answer_n_pictures (const ArraAnswer *answer, const ArraLayout *layout);
gboolean arra_answer_picture (const ArraAnswer *answer, const ArraLayout *layout, guint index, ArraPictureSpan *span);

/* Codes [rows_finished][columns] of the picture. */
void
arra_answer_codes (const ArraAnswer *answer, const ArraLayout *layout, const ArraPictureSpan *span, guint32 *codes);
