/* transformer_card.c - the card that goes into the saved model: what is given, and what a checkpoint hands on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "card_keys.h"
#include "jsonguard.h"
#include "mapping.h"
#include "mem.h"
#include "thumbnail.h"
#include "transformer_private.h"

#define THUMBNAIL "thumbnail" /* the member that names a file beside the card */
#define THUMBNAIL_FILE "thumbnail.png"

static gboolean
read_thumbnail (ArraTransformerCard *card, const char *path, GError **error)
{
  const char *name = arra_json_get_string (card->object, path, THUMBNAIL, error);
  g_autofree char *folder = g_path_get_dirname (path);

  if (name != NULL)
    card->thumbnail = arra_thumbnail_read (folder, name, path, &card->thumbnail_size, error);
  return card->thumbnail != NULL;
}

gboolean
arra_transformer_card_read (ArraTransformerCard *card, const char *path, GError **error)
{
  card->parser = arra_json_parse_file (path, &card->object, error);
  return card->parser != NULL
         && (!json_object_has_member (card->object, THUMBNAIL) || read_thumbnail (card, path, error));
}

/* ------------------------------------------------------------------ what is handed on */

typedef enum
{
  TEXT,
  TRUTH,
  NUMBER,
  COUNT,
} Kind;

static const struct
{
  const char *key; /* in arra.json */
  const char *gguf_key;
  Kind kind;
} handed[] = {
  { "license", ARRA_CARD_LICENSE_KEY, TEXT },
  { "license_link", ARRA_CARD_LICENSE_LINK_KEY, TEXT },
  { "medical", ARRA_CARD_MEDICAL_KEY, TRUTH },
  { "guidance_scale", ARRA_DEFAULT_PREFIX "guidance_scale", NUMBER },
  { "temperature", ARRA_DEFAULT_PREFIX "temperature", NUMBER },
  { "top_p", ARRA_DEFAULT_PREFIX "top_p", NUMBER },
  { "top_k", ARRA_DEFAULT_PREFIX "top_k", COUNT },
  { "text_top_k", ARRA_DEFAULT_PREFIX "text_top_k", COUNT },
};

static gboolean
hand_gguf (JsonObject *to, gsize index, const ArraGguf *gguf, GError **error)
{
  const char *key = handed[index].key, *gguf_key = handed[index].gguf_key, *text;
  g_autofree char *copy = NULL;
  gboolean truth, read;
  guint64 count;
  double number;
  gsize length;

  if (!arra_gguf_has (gguf, gguf_key))
    return TRUE;
  switch (handed[index].kind)
    {
    case TEXT:
      if ((read = arra_gguf_get_string (gguf, gguf_key, &text, &length, error)))
        json_object_set_string_member (to, key, copy = g_strndup (text, length));
      return read;
    case TRUTH:
      if ((read = arra_gguf_get_bool (gguf, gguf_key, &truth, error)))
        json_object_set_boolean_member (to, key, truth);
      return read;
    case NUMBER:
      if ((read = arra_gguf_get_double (gguf, gguf_key, &number, error)))
        json_object_set_double_member (to, key, number);
      return read;
    case COUNT:
    default:
      if ((read = arra_gguf_get_uint (gguf, gguf_key, G_MAXINT32, &count, error)))
        json_object_set_int_member (to, key, (gint64) count);
      return read;
    }
}

static gboolean
is_sound (JsonObject *from, gsize index, const char *path, GError **error)
{
  const char *key = handed[index].key;
  gboolean truth;
  gint64 count;
  double number;

  switch (handed[index].kind)
    {
    case TEXT:
      return arra_json_get_string (from, path, key, error) != NULL;
    case TRUTH:
      return arra_json_get_bool_default (from, path, key, FALSE, &truth, error);
    case NUMBER:
      return arra_json_get_double_default (from, path, key, 0, &number, error);
    case COUNT:
    default:
      return arra_json_get_int (from, path, key, 0, G_MAXINT32, &count, error);
    }
}

static gboolean
hand_json (JsonObject *to, gsize index, JsonObject *from, const char *path, GError **error)
{
  JsonNode *node = json_object_get_member (from, handed[index].key);

  if (node == NULL || json_node_is_null (node))
    return TRUE;
  if (!is_sound (from, index, path, error))
    return FALSE;
  json_object_set_member (to, handed[index].key, json_node_copy (node));
  return TRUE;
}

static gboolean
card_has (const ArraTransformerCard *card, const char *key)
{
  return card->object != NULL && json_object_has_member (card->object, key);
}

/* A link to another licence than the card names would be wrong. */
static gboolean
is_wanted (const ArraTransformerCard *card, const char *key)
{
  return !card_has (card, key) && !(g_str_equal (key, "license_link") && card_has (card, "license"));
}

gboolean
arra_transformer_card_hand_on (ArraTransformerCard *card, const ArraGguf *gguf, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "arra.json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *from = NULL;

  if (gguf == NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (gguf == NULL && (parser = arra_json_parse_file (path, &from, error)) == NULL)
    return FALSE;
  card->handed = json_object_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (handed); i++)
    if (is_wanted (card, handed[i].key)
        && !(gguf != NULL ? hand_gguf (card->handed, i, gguf, error) : hand_json (card->handed, i, from, path, error)))
      return FALSE;
  return TRUE;
}

/* ------------------------------------------------------------------ into the saved model */

void
arra_transformer_card_clear (ArraTransformerCard *card)
{
  g_clear_object (&card->parser);
  g_clear_pointer (&card->handed, json_object_unref);
  arra_mem_free (card->thumbnail);
  *card = (ArraTransformerCard) { 0 };
}

static void
put_members (ArraJsonWriter *json, JsonObject *object)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (object == NULL)
    return;
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &key, &value))
    if (g_str_equal (key, THUMBNAIL))
      arra_json_put_string (json, key, THUMBNAIL_FILE);
    else
      arra_json_put_node (json, key, value);
}

void
arra_transformer_card_put (const ArraTransformerCard *card, ArraJsonWriter *json)
{
  put_members (json, card->handed);
  put_members (json, card->object);
}

gboolean
arra_transformer_card_save_thumbnail (const ArraTransformerCard *card, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, THUMBNAIL_FILE, NULL);

  return card->thumbnail == NULL || arra_write_file (path, card->thumbnail, card->thumbnail_size, error);
}
