/* fetch_file.c - one file from the hub: resumed, checked, and in its place only when it is whole and right
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "write_all.h"

#define PIECE 65536
#define SYNC_EVERY (64u << 20) /* bytes after which what was written is brought to the disk */

typedef struct
{
  const ArraHubAccess *access;
  ArraHttp *http;
  const ArraFetchFile *file;
  const ArraFetchTell *tell;
  GCancellable *cancellable;
  char *part;
  int fd;
  guint64 length;   /* of the part: all of it fed to the checksum */
  guint64 unsynced; /* bytes of it */
  guint64 reached;  /* the most that it ever had */
  GChecksum *checksum;
} Fetch;

static gboolean
fail_disk (const char *path, const char *what, int number, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (number), arra_translate ("%s: %s: %s"), path,
               arra_translate (what), g_strerror (number));
  return FALSE;
}

static void
tell (const Fetch *fetch, gint64 bytes, gboolean fetched)
{
  if (fetch->tell->func != NULL && bytes != 0)
    fetch->tell->func (bytes, fetched, fetch->tell->data);
}

static void G_GNUC_PRINTF (2, 3) note (const Fetch *fetch, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (fetch->tell->note == NULL)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (arra_translate (format), args);
  va_end (args);
  fetch->tell->note (text, fetch->tell->data);
}

/* ------------------------------------------------------------------ the part */

/* (transfer full): a name of another file never leads here, as the hash is in it */
static char *
part_path (const ArraFetchFile *file)
{
  g_autofree char *folder = g_path_get_dirname (file->path), *base = g_path_get_basename (file->path);
  g_autofree char *name = g_strdup_printf (".%.150s.%.16s.part", base, file->digest.hex);

  return g_build_filename (folder, name, NULL);
}

/* Nothing of what was fetched counts any more. */
static gboolean
begin_anew (Fetch *fetch, GError **error)
{
  tell (fetch, -(gint64) fetch->length, FALSE);
  fetch->length = 0;
  g_clear_pointer (&fetch->checksum, g_checksum_free);
  fetch->checksum = arra_digest_begin (&fetch->file->digest);
  return ftruncate (fetch->fd, 0) == 0 || fail_disk (fetch->part, N_ ("cannot be written"), errno, error);
}

static gboolean
open_part (Fetch *fetch, GError **error)
{
  fetch->part = part_path (fetch->file);
  fetch->fd = open (fetch->part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fetch->fd < 0)
    return fail_disk (fetch->part, N_ ("cannot be created"), errno, error);
  if (flock (fetch->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return arra_fail (error, ARRA_ERROR_FAILED, "%s: is being fetched by another program just now", fetch->file->name);
  return TRUE;
}

/* Takes up what an earlier call left. */
static gboolean
take_up (Fetch *fetch, GError **error)
{
  struct stat status;

  if (fstat (fetch->fd, &status) != 0 || !S_ISREG (status.st_mode))
    return fail_disk (fetch->part, N_ ("cannot be written"), EINVAL, error);
  fetch->checksum = arra_digest_begin (&fetch->file->digest);
  if ((guint64) status.st_size > fetch->file->digest.size)
    return begin_anew (fetch, error);
  fetch->length = (guint64) status.st_size;
  fetch->reached = fetch->length;
  tell (fetch, status.st_size, FALSE);
  return arra_digest_feed (fetch->checksum, fetch->fd, fetch->length, fetch->part, fetch->cancellable, error);
}

static gboolean
append (Fetch *fetch, const void *data, gsize size, GError **error)
{
  int number = arra_write_all (fetch->fd, data, size, (gint64) fetch->length);

  if (number != 0)
    return fail_disk (fetch->part, N_ ("cannot be written"), number, error);
  g_checksum_update (fetch->checksum, data, (gssize) size);
  fetch->length += size;
  fetch->unsynced += size;
  if (fetch->unsynced >= SYNC_EVERY)
    {
      fdatasync (fetch->fd);
      fetch->unsynced = 0;
    }
  tell (fetch, (gint64) size, TRUE);
  return TRUE;
}

/* ------------------------------------------------------------------ an answer */

/* "bytes FIRST-LAST/TOTAL": FALSE when it says anything else than what was asked for */
static gboolean
range_fits (const Fetch *fetch, const char *range)
{
  g_auto (GStrv) words = NULL;
  guint64 first, last, total;

  if (range == NULL || !g_str_has_prefix (range, "bytes "))
    return FALSE;
  words = g_strsplit_set (range + strlen ("bytes "), "-/", 0);
  return g_strv_length (words) == 3 && g_ascii_string_to_unsigned (words[0], 10, 0, G_MAXINT64, &first, NULL)
         && g_ascii_string_to_unsigned (words[1], 10, 0, G_MAXINT64, &last, NULL)
         && g_ascii_string_to_unsigned (words[2], 10, 0, G_MAXINT64, &total, NULL) && first == fetch->length
         && last < total && total == fetch->file->digest.size;
}

/* A server may say which file it sends: the hub gives the hash before it sends on to where the bytes lie. */
static gboolean
check_linked (const Fetch *fetch, const ArraHttpAnswer *answer, GError **error)
{
  const char *etag = arra_http_header (answer, "x-linked-etag");
  const char *begin = etag != NULL ? etag + strspn (etag, "W/\"") : "";
  g_autofree char *hash = g_strndup (begin, strcspn (begin, "\""));
  ArraDigest linked;

  if (fetch->file->digest.kind != ARRA_DIGEST_SHA256 || !arra_digest_set (&linked, ARRA_DIGEST_SHA256, hash, 0)
      || strcmp (linked.hex, fetch->file->digest.hex) == 0)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: the server has another file of that name now, with SHA-256 %.12s… instead of %.12s…",
                    fetch->file->name, linked.hex, fetch->file->digest.hex);
}

/* Makes the part fit the answer: *@usable is FALSE when another one must be asked for. */
static gboolean
look_at (Fetch *fetch, const ArraHttpAnswer *answer, gboolean *usable, GError **error)
{
  *usable = answer->status == 200
            || (answer->status == 206 && range_fits (fetch, arra_http_header (answer, "content-range")));
  if (!check_linked (fetch, answer, error))
    return FALSE;
  /* The server does not know parts, or has none there. */
  if (fetch->length > 0 && (answer->status == 200 || !*usable))
    return begin_anew (fetch, error);
  return *usable
         || arra_fail (error, ARRA_ERROR_INVALID_DATA,
                       "%s: the server sends another part of the file than was asked for", fetch->file->name);
}

/* Reads to the end of @answer, or to where it is cut. */
static gboolean
read_answer (Fetch *fetch, ArraHttpAnswer *answer, GError **error)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  gssize n;

  while ((n = g_input_stream_read (answer->body, piece, PIECE, fetch->cancellable, error)) > 0)
    {
      if ((guint64) n > fetch->file->digest.size - fetch->length)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                          "%s: the server sends more than the %" PRIu64 " bytes that it has", fetch->file->name,
                          fetch->file->digest.size);
      if (!append (fetch, piece, (gsize) n, error))
        return FALSE;
    }
  return n == 0;
}

/* ------------------------------------------------------------------ all of it */

/* One request. *@gained: whether there is more now than ever before. TRUE also for a connection that was cut. */
static gboolean
fetch_some (Fetch *fetch, gboolean *gained, GError **error)
{
  gboolean usable;
  g_autoptr (GError) failure = NULL;
  g_autoptr (ArraHttpAnswer) answer = arra_hub_get (fetch->access, fetch->http, fetch->file->name, fetch->file->from,
                                                    fetch->length, fetch->cancellable, error);

  *gained = FALSE;
  if (answer == NULL || !look_at (fetch, answer, &usable, error))
    return FALSE;
  if (!usable || read_answer (fetch, answer, &failure) || arra_http_is_passing (failure))
    {
      *gained = fetch->length > fetch->reached;
      fetch->reached = MAX (fetch->reached, fetch->length);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
fetch_all (Fetch *fetch, GError **error)
{
  for (guint failed = 0; fetch->length < fetch->file->digest.size;)
    {
      gboolean gained;

      if (!fetch_some (fetch, &gained, error))
        return FALSE;
      failed = gained ? 0 : failed + 1;
      if (fetch->length == fetch->file->digest.size)
        break;
      if (failed >= fetch->access->tries)
        return arra_fail (error, ARRA_ERROR_UNAVAILABLE,
                          "%s: the connection is cut again and again; what is there is kept: try again later",
                          fetch->file->name);
      if (!arra_hub_wait (failed > 0 ? arra_hub_pause (fetch->access, failed - 1) : 0, fetch->cancellable, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_in_place (Fetch *fetch, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (fetch->file->path);
  int at;

  if (fsync (fetch->fd) != 0)
    return fail_disk (fetch->part, N_ ("cannot be written"), errno, error);
  if (g_rename (fetch->part, fetch->file->path) != 0)
    return fail_disk (fetch->file->path, N_ ("cannot be put in place"), errno, error);
  at = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (at >= 0)
    {
      fsync (at);
      close (at);
    }
  return TRUE;
}

/* A part of a call before may be what is wrong: then fetching it anew mends it. */
static gboolean
fetch_right (Fetch *fetch, GError **error)
{
  for (guint wrong = 0; wrong < 2; wrong++)
    {
      if (!fetch_all (fetch, error))
        return FALSE;
      if (arra_digest_matches (&fetch->file->digest, fetch->checksum))
        return put_in_place (fetch, error);
      if (wrong == 0)
        note (fetch, N_ ("%s: its hash is wrong: it is removed and fetched again"), fetch->file->name);
      if (!begin_anew (fetch, error))
        return FALSE;
      fetch->reached = 0;
    }
  g_unlink (fetch->part);
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: what the server sends has not the hash that it names: it was removed", fetch->file->name);
}

/* Whether the file is in place and right; what is there and wrong is removed. */
static gboolean
look_in_place (Fetch *fetch, gboolean *right, GError **error)
{
  const ArraFetchFile *file = fetch->file;
  GStatBuf status;

  if (!arra_digest_check (&file->digest, file->path, right, fetch->cancellable, error))
    return FALSE;
  if (*right)
    tell (fetch, (gint64) file->digest.size, FALSE);
  if (*right || g_lstat (file->path, &status) != 0)
    return TRUE;
  note (fetch, N_ ("%s: is not what it should be: it is removed and fetched again"), file->path);
  return g_unlink (file->path) == 0 || fail_disk (file->path, N_ ("cannot be removed"), errno, error);
}

static void
fetch_clear (Fetch *fetch)
{
  if (fetch->fd >= 0)
    close (fetch->fd);
  g_clear_pointer (&fetch->part, g_free);
  g_clear_pointer (&fetch->checksum, g_checksum_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fetch, fetch_clear)

gboolean
arra_fetch_file (const ArraHubAccess *access,
                 ArraHttp *http,
                 const ArraFetchFile *file,
                 const ArraFetchTell *listener,
                 GCancellable *cancellable,
                 GError **error)
{
  g_auto (Fetch) fetch
      = { .access = access, .http = http, .file = file, .tell = listener, .cancellable = cancellable, .fd = -1 };
  gboolean right;

  if (!look_in_place (&fetch, &right, error))
    return FALSE;
  return right || (open_part (&fetch, error) && take_up (&fetch, error) && fetch_right (&fetch, error));
}

guint64
arra_fetch_file_present (const ArraFetchFile *file)
{
  g_autofree char *part = part_path (file);
  GStatBuf status;

  if (g_stat (file->path, &status) == 0 && (guint64) status.st_size == file->digest.size)
    return file->digest.size;
  return g_lstat (part, &status) == 0 && (guint64) status.st_size <= file->digest.size ? (guint64) status.st_size : 0;
}
