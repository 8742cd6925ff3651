/* get_run.c - a checkpoint's files become one verified GGUF file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "get_private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check_config.h"
#include "fail.h"
#include "jsonguard.h"
#include "jsonwriter.h"
#include "mapping.h"

/* ------------------------------------------------------------------ its files */

static void
tell_fetching (const ArraFetchState *state, gpointer get)
{
  const ArraGetProgress progress = { .stage = ARRA_GET_FETCHING,
                                     .fraction = state->total > 0 ? (double) state->done / (double) state->total : 1,
                                     .bytes_done = state->done,
                                     .bytes_total = state->total,
                                     .bytes_per_second = state->bytes_per_second,
                                     .seconds_left = state->seconds_left };

  arra_get_tell (get, &progress);
}

static void
tell_note (const char *text, gpointer data)
{
  const ArraGet *get = data;

  if (get->note != NULL)
    get->note (text, get->data);
}

static gboolean
fetch (ArraGet *get, const ArraHubRepository *repository, gboolean quiet, GCancellable *cancellable, GError **error)
{
  const ArraFetchOptions options = { .parallel = get->parallel,
                                     .room_after = get->offered.bytes,
                                     .func = quiet ? NULL : tell_fetching,
                                     .note = tell_note,
                                     .data = get };

  return arra_fetch_set (get->access, repository, get->folder, &options, cancellable, error);
}

/* What the model is, before its weights are fetched. */
static gboolean
fetch_config (ArraGet *get, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  ArraHubRepository part = *get->repository;

  for (guint i = 0; i < get->repository->files->len; i++)
    if (strcmp (((const ArraHubFile *) get->repository->files->pdata[i])->path, "config.json") == 0)
      g_ptr_array_add (files, get->repository->files->pdata[i]);
  part.files = files;
  return files->len == 0
         || (fetch (get, &part, TRUE, cancellable, error) && arra_checkpoint_check_config (get->folder, error));
}

/* The user's own file may be another one that fits: it is told, not refused. */
static gboolean
look_at_vqgan (ArraGet *get, GCancellable *cancellable, GError **error)
{
  const char *known = get->entry != NULL ? get->entry->vqgan_sha256 : NULL;
  g_autofree char *text = NULL;
  ArraDigest digest;
  GStatBuf status;
  gboolean right;

  if (known == NULL || get->vqgan == NULL || g_stat (get->vqgan, &status) != 0 || !S_ISREG (status.st_mode))
    return TRUE;
  arra_digest_set (&digest, ARRA_DIGEST_SHA256, known, (guint64) status.st_size);
  if (!arra_digest_check (&digest, get->vqgan, &right, cancellable, error))
    return FALSE;
  text = g_strdup_printf (
      arra_translate (N_ ("%s: is another image tokenizer than the one that is known for %s; it is used all the same")),
      get->vqgan, get->name);
  if (!right)
    tell_note (text, get);
  return TRUE;
}

/* ------------------------------------------------------------------ its GGUF file */

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
         && arra_checkpoint_convert (weights, get->vqgan != NULL ? get->vqgan : vqgan, card, path, get->quant,
                                     tell_converting, get, cancellable, error);
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

/* It has its name only when it is right. */
static gboolean
make_file (ArraGet *get, GCancellable *cancellable, GError **error)
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

/* ------------------------------------------------------------------ all of it */

gboolean
arra_get_run (ArraGet *get, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (get != NULL, FALSE);
  if (!arra_get_ask (get, cancellable, error))
    return FALSE;
  if (!get->agreed)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: its licence has not been agreed to: read it at %s", get->name,
                      get->offered.license_link);
  return look_at_vqgan (get, cancellable, error) && fetch_config (get, cancellable, error)
         && fetch (get, get->repository, FALSE, cancellable, error) && make_file (get, cancellable, error);
}

/* Removes a folder with what is in it; links are removed, not followed. */
static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      remove_all (inner);
    }
  g_remove (path);
}

void
arra_get_delete_fetched (ArraGet *get)
{
  g_return_if_fail (get != NULL);
  if (get->folder != NULL)
    remove_all (get->folder);
}
