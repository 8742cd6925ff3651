/* card_translations.c - what a checkpoint says about itself in further languages
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "card_translations.h"

#include <string.h>

#include "card.h"
#include "fail.h"
#include "jsonguard.h"
#include "jsonwriter.h"

#define MEMBER "translations"
#define GGUF_KEY "arra.card.translations"
#define MAX_LANGUAGES 256
#define LONGEST 32 /* bytes of a language's name */
#define OWN_LANGUAGE "en"

/* Whether a locale can be called that: "de", "fr_CA", "pt-BR", "sr@latin". */
static gboolean
is_language (const char *text)
{
  const gsize n = strspn (text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-@");

  return n > 0 && n <= LONGEST && text[n] == '\0';
}

/* The texts in that language, all NULL at first. */
static const char **
texts_in (ArraCheckpoint *checkpoint, const char *language)
{
  char *name = g_strdelimit (g_strdup (language), "-", '_');
  const char **texts;

  if (checkpoint->translations == NULL)
    checkpoint->translations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  texts = g_hash_table_lookup (checkpoint->translations, name);
  if (texts == NULL)
    {
      texts = g_new0 (const char *, ARRA_CARD_N_TEXTS);
      g_hash_table_insert (checkpoint->translations, g_steal_pointer (&name), texts);
    }
  g_free (name);
  return texts;
}

/* @where: "FILE: translations: de" */
static gboolean
read_texts (ArraCheckpoint *checkpoint, const char *language, JsonObject *object, const char *where, GError **error)
{
  const char **texts = texts_in (checkpoint, language);

  for (gsize i = 0; i < ARRA_CARD_N_TEXTS; i++)
    {
      const char *key = arra_card_texts[i].key, *text;

      if (!arra_card_has (object, key))
        continue;
      text = arra_json_get_string (object, where, key, error);
      if (text == NULL || !arra_card_check_text (i, strlen (text), where, key, error))
        return FALSE;
      texts[i] = *text != '\0' ? arra_card_keep (checkpoint->strings, text, strlen (text)) : NULL;
    }
  return TRUE;
}

/* @languages: by name */
static gboolean
read_languages (ArraCheckpoint *checkpoint, JsonObject *languages, const char *name, GError **error)
{
  JsonObjectIter iter;
  const char *language;
  JsonNode *node;

  if (json_object_get_size (languages) > MAX_LANGUAGES)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s has more than %d entries", name, MEMBER, MAX_LANGUAGES);
  json_object_iter_init (&iter, languages);
  while (json_object_iter_next (&iter, &language, &node))
    {
      g_autofree char *where = g_strdup_printf ("%s: %s: %s", name, MEMBER, language);

      if (!is_language (language) || json_node_is_null (node))
        continue;
      if (!JSON_NODE_HOLDS_OBJECT (node))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s must be an object with texts of the card", where);
      if (!read_texts (checkpoint, language, json_node_get_object (node), where, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_card_translations_read_json (ArraCheckpoint *checkpoint, JsonObject *object, const char *name, GError **error)
{
  JsonObject *languages;

  if (!arra_card_has (object, MEMBER))
    return TRUE;
  languages = arra_json_get_object (object, name, MEMBER, error);
  return languages != NULL && read_languages (checkpoint, languages, name, error);
}

void
arra_card_translations_forget (ArraCheckpoint *checkpoint, gsize index)
{
  GHashTableIter iter;
  gpointer texts;

  if (checkpoint->translations == NULL)
    return;
  g_hash_table_iter_init (&iter, checkpoint->translations);
  while (g_hash_table_iter_next (&iter, NULL, &texts))
    ((const char **) texts)[index] = NULL;
}

gboolean
arra_card_translations_load (ArraCheckpoint *checkpoint, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s: %s", checkpoint->path, GGUF_KEY);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *languages;
  const char *text;
  gsize size;

  if (!arra_gguf_has (checkpoint->gguf, GGUF_KEY))
    return TRUE;
  if (!arra_gguf_get_string (checkpoint->gguf, GGUF_KEY, &text, &size, error))
    return FALSE;
  parser = arra_json_parse (text, size, name, &languages, error);
  return parser != NULL && read_languages (checkpoint, languages, name, error);
}

static void
put_texts (ArraJsonWriter *json, const char *language, const char *const *texts)
{
  arra_json_begin_object (json, language);
  for (gsize i = 0; i < ARRA_CARD_N_TEXTS; i++)
    if (texts[i] != NULL)
      arra_json_put_string (json, arra_card_texts[i].key, texts[i]);
  arra_json_end_object (json);
}

void
arra_card_translations_store (const ArraCheckpoint *checkpoint, ArraGgufWriter *writer)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_COMPACT);
  g_autoptr (GList) languages = NULL;

  if (checkpoint->translations == NULL)
    return;
  languages = g_list_sort (g_hash_table_get_keys (checkpoint->translations), (GCompareFunc) strcmp);
  arra_json_begin_object (json, NULL);
  for (const GList *at = languages; at != NULL; at = at->next)
    put_texts (json, at->data, g_hash_table_lookup (checkpoint->translations, at->data));
  arra_json_end_object (json);
  arra_gguf_writer_set_string (writer, GGUF_KEY, arra_json_writer_text (json), -1);
}

/* (nullable): the text in the first of @languages that has it */
static const char *
find_text (GHashTable *translations, gsize index, const char *const *languages)
{
  for (const char *const *language = languages; *language != NULL; language++)
    {
      const char *const *texts = g_hash_table_lookup (translations, *language);

      if (texts != NULL && texts[index] != NULL)
        return texts[index];
      if (g_str_equal (*language, OWN_LANGUAGE))
        return NULL;
    }
  return NULL;
}

void
arra_card_translate (ArraCheckpoint *checkpoint, const char *const *languages)
{
  checkpoint->shown = checkpoint->card;
  for (gsize i = 0; checkpoint->translations != NULL && i < ARRA_CARD_N_TEXTS; i++)
    {
      const char *text = find_text (checkpoint->translations, i, languages);

      if (text != NULL)
        G_STRUCT_MEMBER (const char *, &checkpoint->shown, arra_card_texts[i].offset) = text;
    }
}
