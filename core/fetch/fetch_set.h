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

/* A repository's files, and the folder they go to. */
typedef struct
{
  const ArraHubRepository *repository;
  const char *folder;
} ArraFetchPart;

typedef struct
{
  guint parallel;          /* files at once, of all parts together: 1 to ARRA_FETCH_MAX_PARALLEL */
  const char *made;        /* (nullable): the file that is made of them then, */
  guint64 made_bytes;      /* for which there must be room, too */
  ArraFetchStateFunc func; /* (nullable): some times a second, in the caller's thread */
  ArraFetchNoteFunc note;  /* (nullable): in any thread, never two at a time */
  gpointer data;
} ArraFetchOptions;

/* Brings all files of @parts [@n_parts] to where they go; folders are made. What the Hugging Face cache has is checked
 * and linked to instead. The disks' free room is looked at first: NO_SPACE names what is needed. The first error ends
 * the other files, too; what they have stays for the next call. Errors: those of arra_fetch_file(). */
gboolean arra_fetch_set (const ArraHubAccess *access,
                         const ArraFetchPart *parts,
                         guint n_parts,
                         const ArraFetchOptions *options,
                         GCancellable *cancellable,
                         GError **error);

/* Whether the disks have room for what is still to come and for what is made of it; NO_SPACE else. */
gboolean
arra_fetch_check_room (const ArraFetchPart *parts, guint n_parts, const ArraFetchOptions *options, GError **error);
