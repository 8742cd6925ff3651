/* reconstruction.h - pictures of a data set as they come back from a VQGAN
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"
#include "exec.h"
#include "item_run.h"
#include "vqgan.h"

typedef struct
{
  guint n;    /* pictures: the first ones of the data set */
  guint size; /* pixels a side, a multiple of the VQGAN's patch: pictures are cropped to squares and resized */
  /* (nullable) of the whole data set: arra_dataset_keys(); pictures that are there count when they were made from the
   * same one, whatever its number was */
  const guint8 *keys;
  /* (nullable): pictures that cannot be read are noted there; when there are some, metadata.jsonl is not written */
  ArraBadItems *bad;
  const char *series; /* of series.json: what the pictures depend on (imagefolder.h) */
} ArraReconstruction;

/* Writes an imagefolder with the captions and labels of @dataset. Pictures that are there are kept, so that it goes on
 * after a stop; *@n_new (nullable) is how many were made. Each thread of the pool works on a picture of its own. Errors
 * name the picture. NOT_FOUND: the VQGAN lacks a half. */
gboolean arra_reconstruct (const ArraReconstruction *what,
                           const ArraDataset *dataset,
                           const ArraVqgan *vqgan,
                           const ArraExec *exec,
                           const char *directory,
                           guint *n_new,
                           ArraItemProgress progress,
                           gpointer user,
                           GCancellable *cancellable,
                           GError **error);
