/* card.h - what a checkpoint says about itself: untrusted text, cleaned and bounded
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "checkpoint.h"

#define ARRA_CARD_MAX_EXAMPLES 64
#define ARRA_CARD_MAX_WORDS 20000
#define ARRA_CARD_MAX_TEMPLATE ((gsize) 4096)

/* An empty card named after @path. */
void arra_card_init (ArraCheckpoint *checkpoint, const char *path);

/* Takes the members that are there: name, description, license, license_link, training_data, intended_use, domain
 * (strings), translations of these (card_translations.h), medical (true or false), example_prompts and words (arrays of
 * strings), thumbnail (name of a PNG file in @folder). Other members are passed over.
 * @name starts messages. INVALID_DATA for wrong types, for text or pictures that are too long. */
gboolean arra_card_read_json (ArraCheckpoint *checkpoint,
                              JsonObject *object,
                              const char *name,
                              const char *folder,
                              GError **error);

/* All that a file says, card and sampling defaults (checkpoint_private.h); it may have what arra.json may. Thumbnails
 * lie beside it. */
gboolean arra_card_read_file (ArraCheckpoint *checkpoint, const char *path, GError **error);
/* Whether arra_card_read_file() would take it for a checkpoint that can make pictures of the size it names. */
gboolean arra_card_check_file (const char *path, GError **error);

/* Its member words, if there is one. */
gboolean arra_card_read_words (ArraCheckpoint *checkpoint, JsonObject *object, const char *name, GError **error);
/* From FILE.json beside FILE.gguf, if there is one, translations (card_translations.h), and words where the checkpoint
 * has none; nothing else: who adds them need not write the checkpoint anew. What is wrong with it becomes a note. */
void arra_card_read_beside (ArraCheckpoint *checkpoint);

/* From and to GGUF metadata: general.name, general.description, general.license, general.license.link, arra.card.*. */
gboolean arra_card_load (ArraCheckpoint *checkpoint, GError **error);
void arra_card_store (const ArraCheckpoint *checkpoint, ArraGgufWriter *writer);

/* A copy that is safe to print: control characters (except new lines) and those that turn the direction of writing
 * become spaces. */
const char *arra_card_keep (GStringChunk *strings, const char *text, gsize length);
