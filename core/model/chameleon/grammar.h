/* grammar.h - which token may come next: rows, new lines and ends of pictures
 *
 * Source: ARRA arra/inference_solver.py (MultiModalLogitsProcessor and the guidance processor); golden `rules`.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "vocabulary.h"

typedef enum
{
  ARRA_EXPECT_TEXT,   /* outside pictures: nothing constrained, text top-k */
  ARRA_EXPECT_HEIGHT, /* after the start: nothing constrained, image top-k */
  ARRA_EXPECT_WIDTH,
  ARRA_EXPECT_CODE,   /* an image token, guided */
  ARRA_EXPECT_FORCED, /* exactly `forced` */
} ArraExpect;

typedef struct
{
  const ArraVocabulary *vocabulary;
  ArraExpect expect;
  guint32 forced;
  guint h, w;           /* grids of the picture at hand; codes: 2h rows of 2w */
  guint32 size_ids[2];  /* as they came */
  gsize image_tokens;   /* since h, w: codes and new lines */
  guint n_pictures;     /* begun */
  gboolean uncond_begins; /* this step is the first that needs the unconditional pass: on start, h, w; later ones on the last token */
} ArraGrammar;

/* The state after reading a whole sequence (prompt and answer so far): pictures in it count, as in the reference. */
void arra_grammar_init (ArraGrammar *grammar, const ArraVocabulary *vocabulary);
/* Reads one more token. FALSE with an error when it cannot stand there (a size token expected, say). */
gboolean arra_grammar_push (ArraGrammar *grammar, guint32 id, GError **error);
