/* card_beside.c - what a file beside a checkpoint adds to its card
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "card.h"
#include "card_translations.h"
#include "checkpoint_private.h"
#include "jsonguard.h"

static gboolean
read_file (ArraCheckpoint *checkpoint, const char *path, GError **error)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = arra_json_parse_file (path, &object, error);

  return parser != NULL && arra_card_translations_read_json (checkpoint, object, path, error)
         && (checkpoint->card.words[0] != NULL || arra_card_read_words (checkpoint, object, path, error));
}

void
arra_card_read_beside (ArraCheckpoint *checkpoint)
{
  const char *path = checkpoint->path;
  g_autofree char *base = g_str_has_suffix (path, ".gguf") ? g_strndup (path, strlen (path) - strlen (".gguf")) : NULL;
  g_autofree char *beside = g_strconcat (base != NULL ? base : path, ".json", NULL);
  g_autoptr (GError) error = NULL;

  if (base != NULL && g_file_test (beside, G_FILE_TEST_IS_REGULAR) && !read_file (checkpoint, beside, &error))
    g_ptr_array_add (checkpoint->notes, g_strdup (error->message));
}
