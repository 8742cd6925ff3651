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
  ArraOffered offered;
  char *license_link;
  char *folder; /* hidden: nobody takes what is in it for a checkpoint */
};

/* (transfer full): OWNER/REPO */
char *arra_get_repository (const ArraGet *get);
void arra_get_tell (const ArraGet *get, const ArraGetProgress *progress);
