/* transformer_card.c - the card that goes into the saved model
 * SPDX-License-Identifier: GPL-3.0-or-later */
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

void
arra_transformer_card_clear (ArraTransformerCard *card)
{
  g_clear_object (&card->parser);
  arra_mem_free (card->thumbnail);
  *card = (ArraTransformerCard){ 0 };
}

void
arra_transformer_card_add (const ArraTransformerCard *card, JsonBuilder *builder)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (card->object == NULL)
    return;
  json_object_iter_init (&iter, card->object);
  while (json_object_iter_next (&iter, &key, &value))
    {
      json_builder_set_member_name (builder, key);
      if (g_str_equal (key, THUMBNAIL))
        json_builder_add_string_value (builder, THUMBNAIL_FILE);
      else
        json_builder_add_value (builder, json_node_copy (value));
    }
}

gboolean
arra_transformer_card_save_thumbnail (const ArraTransformerCard *card, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, THUMBNAIL_FILE, NULL);

  return card->thumbnail == NULL || arra_write_file (path, card->thumbnail, card->thumbnail_size, error);
}
