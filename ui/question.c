/* question.c - how likely is a picture, or what does a phrase add to it?
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "question.h"

ArraQuestion *
arra_question_new (ArraMade *made, const char *phrase, const char *text_encoder)
{
  ArraQuestion *question = g_new0 (ArraQuestion, 1);

  question->made = arra_made_ref (made);
  question->phrase = g_strdup (phrase);
  question->text_encoder = g_strdup (text_encoder);
  return question;
}

void
arra_question_free (ArraQuestion *question)
{
  if (question == NULL)
    return;
  arra_made_free (question->made);
  g_free (question->phrase);
  g_free (question->text_encoder);
  g_free (question);
}

gboolean
arra_question_is (const ArraQuestion *question, const ArraMade *made, const char *phrase)
{
  return question->made == made && g_strcmp0 (question->phrase, phrase) == 0;
}
