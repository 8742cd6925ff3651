/* answer.c - the tokens of one answer and the pictures in them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "answer.h"

gboolean
arra_answer_find_picture (const ArraAnswer *answer, const ArraLayout *layout, guint from, ArraPictureSpan *span)
{
  return layout->class->find (layout, answer->tokens, answer->n_tokens, from, span);
}

guint
arra_answer_n_pictures (const ArraAnswer *answer, const ArraLayout *layout)
{
  ArraPictureSpan span = { 0 };
  guint n = 0;

  while (arra_answer_find_picture (answer, layout, span.end, &span))
    n++;
  return n;
}

gboolean
arra_answer_picture (const ArraAnswer *answer, const ArraLayout *layout, guint index, ArraPictureSpan *span)
{
  *span = (ArraPictureSpan) { 0 };
  for (guint i = 0; i <= index; i++)
    if (!arra_answer_find_picture (answer, layout, span->end, span))
      return FALSE;
  return TRUE;
}

void
arra_answer_codes (const ArraAnswer *answer, const ArraLayout *layout, const ArraPictureSpan *span, guint32 *codes)
{
  const guint64 n = (guint64) span->rows_finished * span->columns;

  for (guint64 code = 0; code < n; code++)
    {
      const guint64 place = span->begin + layout->class->place (layout, span->columns, code);

      codes[code] = (guint32) arra_layout_code (layout, answer->tokens[place]);
    }
}
