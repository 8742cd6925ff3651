/* info_list.c - `arra info` without a checkpoint: which ones there are, and where
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"
#include "jsonwriter.h"
#include "status.h"

static const char *
title_of (const ArraFound *item)
{
  return item->checkpoint != NULL ? arra_checkpoint_card (item->checkpoint)->name : NULL;
}

static void
print_item (const ArraFound *item, gboolean is_default)
{
  const ArraCard *card = item->checkpoint != NULL ? arra_checkpoint_card (item->checkpoint) : NULL;

  info_line (item->name != NULL ? item->name : "-", item->path);
  if (item->problem != NULL)
    info_line ("", item->problem);
  if (card != NULL)
    info_line ("", card->description != NULL ? card->description : card->name);
  if (is_default)
    info_line ("", "(used when no checkpoint is named)");
}

static gboolean
is_default (const ArraFound *item, const char *chosen)
{
  return g_strcmp0 (item->path, chosen) == 0;
}

static void
print_all (const GPtrArray *found, const char *chosen, const char *folder)
{
  for (guint i = 0; i < found->len; i++)
    print_item (found->pdata[i], is_default (found->pdata[i], chosen));
  if (found->len == 0)
    cli_print ("No checkpoint was found.\n");
  cli_print ("\nPut more (.gguf files, Hugging Face folders) into %s\nFor one of them: arra info NAME\n", folder);
}

static void
print_all_json (const GPtrArray *found, const char *chosen, const char *folder)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "folder", folder);
  arra_json_begin_array (json, "checkpoints");
  for (guint i = 0; i < found->len; i++)
    {
      const ArraFound *item = found->pdata[i];

      arra_json_begin_object (json, NULL);
      arra_json_put_string (json, "name", item->name);
      arra_json_put_string (json, "path", item->path);
      arra_json_put_string (json, "title", title_of (item));
      arra_json_put_string (json, "problem", item->problem);
      arra_json_put_bool (json, "default", is_default (item, chosen));
      arra_json_end_object (json);
    }
  arra_json_end_array (json);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}

gboolean
info_list (gboolean as_json, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) found = arra_checkpoints_find (NULL, cancellable);
  g_autofree char *chosen = arra_checkpoints_default ();
  g_autofree char *folder = arra_checkpoints_folder ();

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (as_json)
    print_all_json (found, chosen, folder);
  else
    print_all (found, chosen, folder);
  return TRUE;
}
