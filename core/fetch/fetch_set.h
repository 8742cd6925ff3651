/* fetch_set.h - the files of a repository, several at once
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fetch_file.h"
#include "hub_repository.h"

#define ARRA_FETCH_MAX_PARALLEL 8

typedef struct
{
  guint64 done, total; /* bytes that are there, and that there will be */
  guint files_done, n_files;
  double bytes_per_second; /* over the last half minute; 0: not known yet */
  double seconds_left;     /* -1: not known yet */
} ArraFetchState;

typedef void (*ArraFetchStateFunc) (const ArraFetchState *state, gpointer data);

typedef struct
{
  guint parallel;          /* files at once: 1 to ARRA_FETCH_MAX_PARALLEL */
  guint64 room_after;      /* bytes that the disk must hold besides, for what is made of the files */
  ArraFetchStateFunc func; /* (nullable): some times a second, in the caller's thread */
  ArraFetchNoteFunc note;  /* (nullable): in any thread, never two at a time */
  gpointer data;
} ArraFetchOptions;

/* Brings all files of @repository below @folder, which is made with the folders in it. What the Hugging Face cache has
 * is checked and linked to instead. The disk's free room is looked at first: NO_SPACE names what is needed. The first
 * error ends the other files, too; what they have stays for the next call. Errors: those of arra_fetch_file(). */
gboolean arra_fetch_set (const ArraHubAccess *access,
                         const ArraHubRepository *repository,
                         const char *folder,
                         const ArraFetchOptions *options,
                         GCancellable *cancellable,
                         GError **error);

/* Whether @folder's disk, or that of the first folder above it that is there, has room for @bytes. */
gboolean arra_fetch_check_room (const char *folder, guint64 bytes, GError **error);
