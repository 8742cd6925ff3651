/* digest.h - what a file must be: SHA-256, or Git's hash of a blob, with its size
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Small files have no other published hash than Git's. */
typedef enum
{
  ARRA_DIGEST_SHA256,  /* 64 hexadecimal digits */
  ARRA_DIGEST_GIT_BLOB /* 40: SHA-1 of "blob SIZE", a NUL, and the bytes */
} ArraDigestKind;

typedef struct
{
  ArraDigestKind kind;
  char hex[65];
  guint64 size;
} ArraDigest;

/* FALSE when @hex is no hash of that kind. Capital digits become small ones. */
gboolean arra_digest_set (ArraDigest *digest, ArraDigestKind kind, const char *hex, guint64 size);

/* (transfer full): to be fed with the file's bytes; g_checksum_free() */
GChecksum *arra_digest_begin (const ArraDigest *digest);
gboolean arra_digest_matches (const ArraDigest *digest, GChecksum *checksum); /* ends it */

/* Feeds @length bytes of the file open as @fd from its start. G_FILE_ERROR naming @path. */
gboolean arra_digest_feed (GChecksum *checksum,
                           int fd,
                           guint64 length,
                           const char *path,
                           GCancellable *cancellable,
                           GError **error);

/* Whether the regular file at @path is there and is it: *@right. FALSE with @error set when it cannot be read. */
gboolean arra_digest_check (const ArraDigest *digest,
                            const char *path,
                            gboolean *right,
                            GCancellable *cancellable,
                            GError **error);
