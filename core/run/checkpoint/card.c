/* card.c - what a checkpoint says about itself, from arra.json or GGUF metadata
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "card.h"

#include <string.h>

#include "card_keys.h"
#include "card_translations.h"
#include "checkpoint_private.h"
#include "fail.h"
#include "jsonguard.h"
#include "mem.h"
#include "thumbnail.h"

const ArraCardText arra_card_texts[ARRA_CARD_N_TEXTS] = {
  { "name", "general.name", G_STRUCT_OFFSET (ArraCard, name), 256 },
  { "description", "general.description", G_STRUCT_OFFSET (ArraCard, description), 8192 },
  { "license", ARRA_CARD_LICENSE_KEY, G_STRUCT_OFFSET (ArraCard, license), 256 },
  { "license_link", ARRA_CARD_LICENSE_LINK_KEY, G_STRUCT_OFFSET (ArraCard, license_link), 1024 },
  { "training_data", "arra.card.training_data", G_STRUCT_OFFSET (ArraCard, training_data), 4096 },
  { "intended_use", "arra.card.intended_use", G_STRUCT_OFFSET (ArraCard, intended_use), 4096 },
  { "domain", "arra.card.domain", G_STRUCT_OFFSET (ArraCard, domain), 256 },
};

static const struct
{
  const char *key;
  const char *gguf_key;
  gsize offset;  /* in ArraCard */
  gsize strings; /* in ArraCheckpoint, which owns the array */
  guint max;     /* entries */
  gsize longest; /* bytes of one */
} lists[] = {
  { "example_prompts", "arra.card.example_prompts", G_STRUCT_OFFSET (ArraCard, example_prompts),
    G_STRUCT_OFFSET (ArraCheckpoint, examples), ARRA_CARD_MAX_EXAMPLES, 2048 },
  { "words", "arra.card.words", G_STRUCT_OFFSET (ArraCard, words), G_STRUCT_OFFSET (ArraCheckpoint, words),
    ARRA_CARD_MAX_WORDS, 128 },
};

#define THUMBNAIL_KEY "arra.card.thumbnail"

#define TRAINED "model" /* how arra train calls the folder of every model */
#define NAME 0          /* in arra_card_texts */
#define WORDS 1         /* in lists */

static const char *const no_entries[] = { NULL };

/* Characters that could move a terminal's cursor or hide text. */
static gboolean
is_unsafe (gunichar c)
{
  return (g_unichar_iscntrl (c) && c != '\n') || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e)
         || (c >= 0x2066 && c <= 0x2069);
}

const char *
arra_card_keep (GStringChunk *strings, const char *text, gsize length)
{
  g_autoptr (GString) clean = g_string_sized_new (length);
  const char *end = text + length;

  for (const char *c = text; c < end; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);
      g_string_append_unichar (clean, is_unsafe (character) ? ' ' : character);
    }
  return g_string_chunk_insert (strings, clean->str);
}

/* Of "model" in a folder the folder's name, which says more. */
static char *
base_of_path (const char *path, gboolean *is_trained)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL), *base = g_path_get_basename (whole),
                  *folder = g_path_get_dirname (whole), *above = g_path_get_basename (folder);

  *is_trained = g_str_equal (base, TRAINED);
  return g_strdup (*is_trained && !g_path_is_absolute (above) ? above : base);
}

/* A repository's name from the folder of a Hugging Face cache, else the last part of the path without
 * ".gguf". */
static char *
name_of_path (const char *path, gboolean *is_trained)
{
  g_auto (GStrv) parts = g_strsplit (path, G_DIR_SEPARATOR_S, 0);
  g_autofree char *base = base_of_path (path, is_trained);

  for (guint i = 0; parts[i] != NULL; i++)
    if (g_str_has_prefix (parts[i], "models--") && parts[i + 1] != NULL && g_str_equal (parts[i + 1], "snapshots"))
      {
        g_auto (GStrv) words = g_strsplit (parts[i] + strlen ("models--"), "--", 0);
        return g_strjoinv ("/", words);
      }
  if (g_str_has_suffix (base, ".gguf") && strlen (base) > strlen (".gguf"))
    base[strlen (base) - strlen (".gguf")] = '\0';
  return g_utf8_make_valid (base, -1);
}

void
arra_card_init (ArraCheckpoint *checkpoint, const char *path)
{
  g_autofree char *name = name_of_path (path, &checkpoint->is_unnamed);

  checkpoint->strings = g_string_chunk_new (1024);
  checkpoint->card.name = arra_card_keep (checkpoint->strings, name, strlen (name));
  checkpoint->card.example_prompts = no_entries;
  checkpoint->card.words = no_entries;
}

gboolean
arra_card_check_text (gsize index, gsize length, const char *name, const char *what, GError **error)
{
  return length <= arra_card_texts[index].max
         || arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s is too long: %zu bytes; at most %zu are allowed", name,
                       what, length, arra_card_texts[index].max);
}

/* Takes one text; @what names it in messages. An empty one counts as none. What translates another one is no
 * translation of it. */
static gboolean
take_text (ArraCheckpoint *checkpoint,
           gsize index,
           const char *text,
           gsize length,
           const char *name,
           const char *what,
           GError **error)
{
  if (!arra_card_check_text (index, length, name, what, error))
    return FALSE;
  if (length == 0)
    return TRUE;
  arra_card_translations_forget (checkpoint, index);
  G_STRUCT_MEMBER (const char *, &checkpoint->card, arra_card_texts[index].offset)
      = arra_card_keep (checkpoint->strings, text, length);
  if (index == NAME)
    checkpoint->is_unnamed = FALSE;
  return TRUE;
}

static gboolean
fail_length (gsize index, const char *name, const char *what, GError **error)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s has more than %d entries", name, what,
                    (int) lists[index].max);
}

static void
set_list (ArraCheckpoint *checkpoint, gsize index, const char **list)
{
  const char ***owned = &G_STRUCT_MEMBER (const char **, checkpoint, lists[index].strings);

  g_free (*owned);
  *owned = list;
  G_STRUCT_MEMBER (const char *const *, &checkpoint->card, lists[index].offset) = list;
}

static gboolean
take_list (ArraCheckpoint *checkpoint,
           gsize index,
           const char *const *given,
           gsize n,
           const char *name,
           const char *what,
           GError **error)
{
  g_autofree const char **list = g_new0 (const char *, n + 1);

  for (gsize i = 0; i < n; i++)
    {
      gsize length = strlen (given[i]);

      if (length > lists[index].longest)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: an entry of %s is longer than %d bytes", name, what,
                          (int) lists[index].longest);
      list[i] = arra_card_keep (checkpoint->strings, given[i], length);
    }
  set_list (checkpoint, index, g_steal_pointer (&list));
  return TRUE;
}

static gboolean
read_thumbnail (ArraCheckpoint *checkpoint, const char *file, const char *name, const char *folder, GError **error)
{
  gsize size;
  guint8 *bytes = arra_thumbnail_read (folder, file, name, &size, error);

  if (bytes == NULL)
    return FALSE;
  arra_mem_free (checkpoint->thumbnail);
  checkpoint->thumbnail = bytes;
  checkpoint->card.thumbnail = bytes;
  checkpoint->card.thumbnail_size = size;
  return TRUE;
}

static gboolean
read_list (ArraCheckpoint *checkpoint, gsize index, JsonObject *object, const char *name, GError **error)
{
  const char *key = lists[index].key;
  JsonArray *array = arra_json_get_array (object, name, key, error);
  g_autofree const char **given = NULL;
  guint n;

  if (array == NULL)
    return FALSE;
  n = json_array_get_length (array);
  if (n > lists[index].max)
    return fail_length (index, name, key, error);
  given = g_new0 (const char *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s must hold strings", name, key);
      given[i] = json_node_get_string (node);
    }
  return take_list (checkpoint, index, given, n, name, key, error);
}

gboolean
arra_card_has (JsonObject *object, const char *key)
{
  return json_object_has_member (object, key) && !json_node_is_null (json_object_get_member (object, key));
}

gboolean
arra_card_read_words (ArraCheckpoint *checkpoint, JsonObject *object, const char *name, GError **error)
{
  return !arra_card_has (object, lists[WORDS].key) || read_list (checkpoint, WORDS, object, name, error);
}

gboolean
arra_card_read_json (ArraCheckpoint *checkpoint,
                     JsonObject *object,
                     const char *name,
                     const char *folder,
                     GError **error)
{
  const char *text;

  for (gsize i = 0; i < ARRA_CARD_N_TEXTS; i++)
    {
      const char *key = arra_card_texts[i].key;

      if (!arra_card_has (object, key))
        continue;
      text = arra_json_get_string (object, name, key, error);
      if (text == NULL || !take_text (checkpoint, i, text, strlen (text), name, key, error))
        return FALSE;
    }
  if (!arra_card_translations_read_json (checkpoint, object, name, error))
    return FALSE;
  if (!arra_json_get_bool_default (object, name, "medical", checkpoint->card.medical, &checkpoint->card.medical, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    if (arra_card_has (object, lists[i].key) && !read_list (checkpoint, i, object, name, error))
      return FALSE;
  if (!arra_card_has (object, "thumbnail"))
    return TRUE;
  text = arra_json_get_string (object, name, "thumbnail", error);
  return text != NULL && read_thumbnail (checkpoint, text, name, folder, error);
}

static gboolean
load_list (ArraCheckpoint *checkpoint, gsize index, GError **error)
{
  const char *key = lists[index].gguf_key;
  g_auto (GStrv) given = NULL;

  if (!arra_gguf_has (checkpoint->gguf, key))
    return TRUE;
  given = arra_gguf_get_strings (checkpoint->gguf, key, lists[index].max, error);
  return given != NULL
         && take_list (checkpoint, index, (const char *const *) given, g_strv_length (given), checkpoint->path, key,
                       error);
}

gboolean
arra_card_read_file (ArraCheckpoint *checkpoint, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object;

  parser = arra_json_parse_file (path, &object, error);
  return parser != NULL && arra_card_read_json (checkpoint, object, path, folder, error)
         && arra_defaults_read_json (checkpoint, object, path, error) && arra_defaults_settle (checkpoint, path, error);
}

gboolean
arra_card_check_file (const char *path, GError **error)
{
  g_autoptr (ArraCheckpoint) none = g_new0 (ArraCheckpoint, 1);

  g_atomic_ref_count_init (&none->refs);
  arra_card_init (none, path);
  arra_defaults_init (none);
  return arra_card_read_file (none, path, error);
}

gboolean
arra_card_load (ArraCheckpoint *checkpoint, GError **error)
{
  ArraGguf *gguf = checkpoint->gguf;
  const guint8 *bytes;
  const char *text;
  gsize size;

  for (gsize i = 0; i < ARRA_CARD_N_TEXTS; i++)
    {
      const char *key = arra_card_texts[i].gguf_key;

      if (arra_gguf_has (gguf, key)
          && (!arra_gguf_get_string (gguf, key, &text, &size, error)
              || !take_text (checkpoint, i, text, size, checkpoint->path, key, error)))
        return FALSE;
    }
  if (!arra_card_translations_load (checkpoint, error))
    return FALSE;
  if (arra_gguf_has (gguf, ARRA_CARD_MEDICAL_KEY)
      && !arra_gguf_get_bool (gguf, ARRA_CARD_MEDICAL_KEY, &checkpoint->card.medical, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    if (!load_list (checkpoint, i, error))
      return FALSE;
  if (!arra_gguf_has (gguf, THUMBNAIL_KEY))
    return TRUE;
  if (!arra_gguf_get_bytes (gguf, THUMBNAIL_KEY, &bytes, &size, error)
      || !arra_thumbnail_check (bytes, size, checkpoint->path, error))
    return FALSE;
  checkpoint->card.thumbnail = bytes;
  checkpoint->card.thumbnail_size = size;
  return TRUE;
}

void
arra_card_store (const ArraCheckpoint *checkpoint, ArraGgufWriter *writer)
{
  const ArraCard *card = &checkpoint->card;

  for (gsize i = 0; i < ARRA_CARD_N_TEXTS; i++)
    {
      const char *text = G_STRUCT_MEMBER (const char *, card, arra_card_texts[i].offset);

      if (text != NULL && (i != NAME || !checkpoint->is_unnamed))
        arra_gguf_writer_set_string (writer, arra_card_texts[i].gguf_key, text, -1);
    }
  arra_card_translations_store (checkpoint, writer);
  if (card->training_data != NULL)
    arra_gguf_writer_set_strings (writer, "general.datasets", (const char *const[]) { card->training_data, NULL });
  arra_gguf_writer_set_bool (writer, ARRA_CARD_MEDICAL_KEY, card->medical);
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      const char *const *list = G_STRUCT_MEMBER (const char *const *, card, lists[i].offset);

      if (list[0] != NULL)
        arra_gguf_writer_set_strings (writer, lists[i].gguf_key, list);
    }
  if (card->thumbnail_size > 0)
    arra_gguf_writer_set_bytes (writer, THUMBNAIL_KEY, card->thumbnail, card->thumbnail_size);
}
