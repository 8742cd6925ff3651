/* fetch_file.h - one file from the hub: resumed, checked, and in its place only when it is whole and right
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "digest.h"
#include "hub_access.h"

typedef struct
{
  const char *name; /* what messages call it */
  const char *from; /* path on the endpoint, escaped, or a URL */
  const char *path; /* where it goes; its folder is there */
  ArraDigest digest;
} ArraFetchFile;

/* @bytes more of the file are there, @fetched now or found: negative when what was there turned out to be worth
 * nothing. From the thread that fetches. */
typedef void (*ArraFetchFunc) (gint64 bytes, gboolean fetched, gpointer data);
/* Something the user is to know, in words: a wrong file was removed. */
typedef void (*ArraFetchNoteFunc) (const char *note, gpointer data);

typedef struct
{
  ArraFetchFunc func;
  ArraFetchNoteFunc note;
  gpointer data;
} ArraFetchTell;

/* What is in place already is checked, and not fetched again when it is right. Until then the bytes lie beside it in a
 * hidden file whose name ends in ".part" and holds the hash, so that they are never taken for something else; a later
 * call goes on with them, whatever ended this one. A connection that is cut is made again from there; a file with
 * another hash is removed, and fetched once more. Errors: those of arra_hub_get(), INVALID_DATA for a file that is
 * wrong twice, G_FILE_ERROR for the disk, G_IO_ERROR_CANCELLED, FAILED when another process fetches it now. */
gboolean arra_fetch_file (const ArraHubAccess *access,
                          ArraHttp *http,
                          const ArraFetchFile *file,
                          const ArraFetchTell *tell,
                          GCancellable *cancellable,
                          GError **error);

/* Bytes of @file that need not be fetched any more, as far as sizes tell. */
guint64 arra_fetch_file_present (const ArraFetchFile *file);
