/* digest.c - what a file must be: SHA-256, or Git's hash of a blob, with its size
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

#define PIECE (1u << 20)

gboolean
arra_digest_set (ArraDigest *digest, ArraDigestKind kind, const char *hex, guint64 size)
{
  gsize length = kind == ARRA_DIGEST_SHA256 ? 64 : 40;

  *digest = (ArraDigest) { .kind = kind, .size = size };
  if (hex == NULL || strlen (hex) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isxdigit (hex[i]))
        return FALSE;
      digest->hex[i] = g_ascii_tolower (hex[i]);
    }
  return TRUE;
}

GChecksum *
arra_digest_begin (const ArraDigest *digest)
{
  gboolean is_blob = digest->kind == ARRA_DIGEST_GIT_BLOB;
  GChecksum *checksum = g_checksum_new (is_blob ? G_CHECKSUM_SHA1 : G_CHECKSUM_SHA256);
  char head[40];
  int length = g_snprintf (head, sizeof head, "blob %" G_GUINT64_FORMAT, digest->size);

  if (is_blob)
    g_checksum_update (checksum, (const guchar *) head, length + 1);
  return checksum;
}

gboolean
arra_digest_matches (const ArraDigest *digest, GChecksum *checksum)
{
  return strcmp (g_checksum_get_string (checksum), digest->hex) == 0;
}

static gboolean
fail_read (const char *path, int number, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (number), arra_translate ("%s: %s: %s"), path,
               arra_translate (N_ ("cannot be read")), g_strerror (number));
  return FALSE;
}

gboolean
arra_digest_feed (GChecksum *checksum,
                  int fd,
                  guint64 length,
                  const char *path,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autofree guint8 *piece = g_malloc (PIECE);

  for (guint64 done = 0; done < length;)
    {
      gssize n = pread (fd, piece, MIN (PIECE, length - done), (off_t) done);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return fail_read (path, n == 0 ? EIO : errno, error);
      g_checksum_update (checksum, piece, n);
      done += (guint64) n;
    }
  return TRUE;
}

gboolean
arra_digest_check (const ArraDigest *digest,
                   const char *path,
                   gboolean *right,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (GChecksum) checksum = arra_digest_begin (digest);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  gboolean done = TRUE;

  *right = FALSE;
  if (fd < 0)
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || fail_read (path, errno, error);
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && (guint64) status.st_size == digest->size)
    {
      done = arra_digest_feed (checksum, fd, digest->size, path, cancellable, error);
      *right = done && arra_digest_matches (digest, checksum);
    }
  close (fd);
  return done;
}
