/* contact_sheet.h - pictures of a data set beside each other, each with its caption beneath, to be looked at
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"
#include "item_run.h"

typedef struct
{
  guint n;       /* pictures: the first ones of the data set */
  guint columns; /* pictures in a row */
  guint cell;    /* pixels of the longer side of a picture */
  /* (nullable): above them, and in the file's description; pictures of patients that are none add their note */
  const char *title;
} ArraContactSheet;

/* Draws @sheet as PNG, whole or not at all. Captions are broken between words; what six lines cannot hold ends in dots.
 * ARGUMENT: too many pixels; errors of a picture name its file. */
gboolean arra_contact_sheet_write (const ArraContactSheet *sheet,
                                   const ArraDataset *dataset,
                                   const char *path,
                                   ArraItemProgress progress,
                                   gpointer user,
                                   GCancellable *cancellable,
                                   GError **error);
