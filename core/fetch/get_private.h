/* get_private.h - between the files of a checkpoint that is being got
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-get.h>

#include "catalogue.h"
#include "fetch_set.h"

struct _ArraGet
{
  char *name; /* of an offer, or OWNER/REPO */
  char *path, *vqgan, *revision;
  ArraQuant quant;
  guint parallel;
  gboolean agreed;
  ArraCatalogue *catalogue;        /* (nullable) */
  const ArraCatalogueEntry *entry; /* (nullable) */
  ArraGetProgressFunc progress;    /* (nullable) */
  ArraGetNoteFunc note;            /* (nullable) */
  gpointer data;

  /* what the hub was asked */
  ArraHubAccess *access;
  ArraHubRepository *repository; /* (nullable): with the files that are needed */
  ArraHubRepository *encoder;    /* (nullable): the same of what reads its prompts */
  ArraOffered offered;
  char *license, *license_link;
  char *folder; /* hidden: nobody takes what is in it for a checkpoint */
  char *encoder_folder;
};

/* (transfer full): of all commits of the repository @name */
char *arra_get_repository_folder (const char *name);
void arra_get_tell (const ArraGet *get, const ArraGetProgress *progress);

/* get_file.c: makes the GGUF file, which has its name only when it is right; and removes what a call that was killed
 * left of one. */
gboolean arra_get_make_file (ArraGet *get, GCancellable *cancellable, GError **error);
void arra_get_forget_unverified (const ArraGet *get);
