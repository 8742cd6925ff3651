/* get_run.c - a checkpoint's files come, and become one file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "get_private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_config.h"
#include "fail.h"
#include "needs.h"

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

/* The GGUF file, as large as it can become: without numbers of its own what is fetched tells, of which floats may be
 * made. */
static guint64
bytes_made (const ArraGet *get)
{
  const guint64 known = get->entry != NULL ? arra_needs_file_bytes (get->entry, get->quant) : 0;

  return known > 0 ? known : get->offered.bytes * (get->quant == ARRA_QUANT_F32 ? 2 : 1);
}

static ArraFetchOptions
options_of (ArraGet *get, gboolean quiet)
{
  return (ArraFetchOptions) { .parallel = get->parallel,
                              .made = get->path,
                              .made_bytes = bytes_made (get),
                              .func = quiet ? NULL : tell_fetching,
                              .note = tell_note,
                              .data = get };
}

static guint
count_parts (const ArraGet *get)
{
  return get->encoder != NULL ? 2 : 1;
}

/* For all of it, before the first byte comes. */
static gboolean
check_room (ArraGet *get, GError **error)
{
  const ArraFetchPart parts[] = { { get->repository, get->folder }, { get->encoder, get->encoder_folder } };
  const ArraFetchOptions options = options_of (get, TRUE);

  return arra_fetch_check_room (parts, count_parts (get), &options, error);
}

static gboolean
fetch_all (ArraGet *get, GCancellable *cancellable, GError **error)
{
  const ArraFetchPart parts[] = { { get->repository, get->folder }, { get->encoder, get->encoder_folder } };
  const ArraFetchOptions options = options_of (get, FALSE);

  return arra_fetch_set (get->access, parts, count_parts (get), &options, cancellable, error);
}

/* (transfer container): of the files of @repository (nullable) the one that says what the model is */
static GPtrArray *
configs_of (const ArraHubRepository *repository)
{
  GPtrArray *files = g_ptr_array_new ();

  for (guint i = 0; repository != NULL && i < repository->files->len; i++)
    if (strcmp (((const ArraHubFile *) repository->files->pdata[i])->path, "config.json") == 0)
      g_ptr_array_add (files, repository->files->pdata[i]);
  return files;
}

/* What the models are, before their weights are fetched. */
static gboolean
fetch_configs (ArraGet *get, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) own = configs_of (get->repository), encoders = configs_of (get->encoder);
  ArraHubRepository model = *get->repository, encoder = get->encoder != NULL ? *get->encoder : model;
  const ArraFetchPart parts[] = { { &model, get->folder }, { &encoder, get->encoder_folder } };
  const ArraFetchOptions options = options_of (get, TRUE);

  model.files = own;
  encoder.files = encoders;
  return arra_fetch_set (get->access, parts, count_parts (get), &options, cancellable, error)
         && (own->len == 0 || arra_checkpoint_check_config (get->folder, error))
         && (encoders->len == 0 || arra_checkpoint_check_encoder_config (get->encoder_folder, error));
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

/* ------------------------------------------------------------------ all of it */

/* -1 with @error set when another process has it. Held until it is closed, or the process ends. */
static int
lock_folder (const ArraGet *get, GError **error)
{
  g_autofree char *path = g_build_filename (get->folder, ".lock", NULL);
  int fd = -1;

  if (g_mkdir_with_parents (get->folder, 0777) == 0)
    fd = open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), arra_translate ("%s: %s: %s"), path,
                   arra_translate (N_ ("cannot be created")), g_strerror (errno));
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    {
      arra_fail (error, ARRA_ERROR_FAILED, "%s: is being got by another program just now", get->name);
      close (fd);
      return -1;
    }
  return fd;
}

static gboolean
run_alone (ArraGet *get, GCancellable *cancellable, GError **error)
{
  arra_get_forget_unverified (get);
  return check_room (get, error) && look_at_vqgan (get, cancellable, error) && fetch_configs (get, cancellable, error)
         && fetch_all (get, cancellable, error) && arra_get_make_file (get, cancellable, error);
}

gboolean
arra_get_run (ArraGet *get, GCancellable *cancellable, GError **error)
{
  gboolean done;
  int lock;

  g_return_val_if_fail (get != NULL, FALSE);
  if (!arra_get_ask (get, cancellable, error))
    return FALSE;
  if (!get->agreed)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: its licence has not been agreed to: read it at %s", get->name,
                      get->offered.license_link);
  lock = lock_folder (get, error);
  if (lock < 0)
    return FALSE;
  done = run_alone (get, cancellable, error);
  close (lock);
  return done;
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

/* With the folders above it, as far as nothing else is in them. */
static void
remove_fetched (const char *folder)
{
  g_autofree char *repository = g_path_get_dirname (folder), *all = g_path_get_dirname (repository);

  remove_all (folder);
  if (g_rmdir (repository) == 0)
    g_rmdir (all);
}

void
arra_get_delete_fetched (ArraGet *get)
{
  g_return_if_fail (get != NULL);
  if (get->folder != NULL)
    remove_fetched (get->folder);
  if (get->encoder_folder != NULL)
    remove_fetched (get->encoder_folder);
}
