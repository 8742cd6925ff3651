/* card_translations.h - what a checkpoint says about itself in further languages
 *
 * In JSON: "translations": {"de": {"name": …, "description": …}, "fr_CA": {…}}: by language, as locales name it, the
 * members of the card that are texts. Prompts and words stay in the language that the model learnt. In GGUF files the
 * same object is the text arra.card.translations.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "checkpoint.h"

/* A text of the card. */
typedef struct
{
  const char *key; /* in JSON */
  const char *gguf_key;
  gsize offset; /* in ArraCard */
  gsize max;    /* bytes */
} ArraCardText;

#define ARRA_CARD_N_TEXTS 7
extern const ArraCardText arra_card_texts[ARRA_CARD_N_TEXTS]; /* card.c */

/* card.c: INVALID_DATA when a text of @length bytes is too long; @what names it, @name starts the message. */
gboolean arra_card_check_text (gsize index, gsize length, const char *name, const char *what, GError **error);
/* Whether there is such a member that is not null. */
gboolean arra_card_has (JsonObject *object, const char *key);

/* Takes the member "translations" of @object, if there is one, over those that are there. INVALID_DATA for wrong types
 * and for texts that are too long; other members, and what no locale can be called, are passed over. */
gboolean
arra_card_translations_read_json (ArraCheckpoint *checkpoint, JsonObject *object, const char *name, GError **error);
void arra_card_translations_forget (ArraCheckpoint *checkpoint, gsize index); /* those of one text */

/* From and to GGUF metadata. */
gboolean arra_card_translations_load (ArraCheckpoint *checkpoint, GError **error);
void arra_card_translations_store (const ArraCheckpoint *checkpoint, ArraGgufWriter *writer);

/* Sets the card that is shown: each text in the first of @languages, as g_get_language_names() has them, in which it is
 * there. English ends the search: it is the language of texts that are no translations. */
void arra_card_translate (ArraCheckpoint *checkpoint, const char *const *languages);
