/* question.h - how likely is a picture, or what does a phrase add to it?
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "made.h"

typedef struct
{
  ArraMade *made;     /* counted */
  char *phrase;       /* (nullable): what it adds is asked; NULL: how likely the picture is */
  char *text_encoder; /* (nullable): folder, for a checkpoint that has none */
} ArraQuestion;

ArraQuestion *arra_question_new (ArraMade *made, const char *phrase, const char *text_encoder);
void arra_question_free (ArraQuestion *question); /* nullable */
/* Whether it is about that picture (nullable) and phrase (nullable). */
gboolean arra_question_is (const ArraQuestion *question, const ArraMade *made, const char *phrase);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraQuestion, arra_question_free)
