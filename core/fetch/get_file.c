/* get_file.c - what was fetched becomes one verified GGUF file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "get_private.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "convert_parts.h"
#include "fail.h"
#include "jsonwriter.h"

/* What is known about the licence goes into the file. *@path: (transfer full): the card. */
static gboolean
write_card (const ArraGet *get, char **path, GError **error)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);
  const char *license = get->entry != NULL ? get->entry->license : get->offered.license;
  JsonObject *known = get->entry != NULL ? get->entry->card : NULL;
  g_autoptr (GList) names = known != NULL ? json_object_get_members (known) : NULL;

  arra_json_begin_object (json, NULL);
  if (license != NULL)
    arra_json_put_string (json, "license", license);
  arra_json_put_string (json, "license_link", get->offered.license_link);
  if (get->entry != NULL)
    arra_json_put_string (json, "name", get->entry->title);
  for (const GList *name = names; name != NULL; name = name->next)
    arra_json_put_node (json, name->data, json_object_get_member (known, name->data));
  arra_json_end_object (json);
  *path = g_build_filename (get->folder, ".card.json", NULL);
  return arra_json_writer_save (json, *path, error);
}

static void
tell_converting (const ArraProgress *state, gpointer get)
{
  const ArraGetProgress progress
      = { .stage = ARRA_GET_CONVERTING, .fraction = state->fraction, .seconds_left = state->seconds_left };

  arra_get_tell (get, &progress);
}

/* (transfer full): @name in the folder, or the folder */
static char *
path_in_folder (const ArraGet *get, const char *name)
{
  return g_build_filename (get->folder, name, NULL);
}

/* (transfer full): hidden, and beside the path where it is to be */
static char *
unverified_path (const ArraGet *get)
{
  g_autofree char *folder = g_path_get_dirname (get->path), *base = g_path_get_basename (get->path);
  g_autofree char *name = g_strconcat (".unverified-", base, NULL);

  g_mkdir_with_parents (folder, 0777);
  return g_build_filename (folder, name, NULL);
}

static gboolean
convert (ArraGet *get, const char *path, GCancellable *cancellable, GError **error)
{
  const ArraCatalogueEntry *entry = get->entry;
  g_autofree char *card = NULL,
                  *vqgan = entry != NULL && entry->vqgan != NULL ? path_in_folder (get, entry->vqgan) : NULL;
  g_autofree char *weights = path_in_folder (get, entry != NULL ? entry->weights : NULL);

  return write_card (get, &card, error)
         && arra_checkpoint_convert_parts (weights, get->vqgan != NULL ? get->vqgan : vqgan, get->encoder_folder, card,
                                           path, get->quant, tell_converting, get, cancellable, error);
}

static gboolean
verify (ArraGet *get, const char *path, GCancellable *cancellable, GError **error)
{
  const ArraOpenOptions options = { .metadata_only = TRUE };
  const ArraGetProgress verifying = { .stage = ARRA_GET_VERIFYING, .seconds_left = -1 };
  g_autoptr (ArraCheckpoint) checkpoint = NULL;

  arra_get_tell (get, &verifying);
  checkpoint = arra_checkpoint_open (path, &options, cancellable, error);
  return checkpoint != NULL && arra_checkpoint_verify (checkpoint, cancellable, error);
}

void
arra_get_forget_unverified (const ArraGet *get)
{
  g_autofree char *path = unverified_path (get);

  g_unlink (path);
}

gboolean
arra_get_make_file (ArraGet *get, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = unverified_path (get);

  if (convert (get, path, cancellable, error) && verify (get, path, cancellable, error))
    {
      if (g_rename (path, get->path) == 0)
        return TRUE;
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), arra_translate ("%s: %s: %s"), get->path,
                   arra_translate (N_ ("cannot be put in place")), g_strerror (errno));
    }
  g_unlink (path);
  return FALSE;
}
