/* imagefolder.h - captioned pictures on disk as a Hugging Face imagefolder: what is written besides the pictures
 *
 * DIR/images/000000.png and so on, DIR/series.json (what the pictures are: one folder holds pictures of one kind),
 * DIR/attributes.json ({name: [values]}), DIR/metadata.jsonl (file_name, text, one member for each label).
 * metadata.jsonl comes last, so that a series that was interrupted is no data set, and can go on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"

/* Whether a whole picture of this number is in DIR: one that was cut by a stop does not count. */
gboolean arra_imagefolder_has (const char *directory, guint64 number);
/* Makes DIR, DIR/images and a series.json of the text @series, or finds them there. ARGUMENT: DIR holds another series,
 * or pictures and labels that no series made. */
gboolean arra_imagefolder_claim (const char *directory, const char *series, GError **error);

/* "images/000012.png"; (transfer full): g_free() */
char *arra_imagefolder_name (guint64 number);
/* The same as a path that can be opened. */
char *arra_imagefolder_path (const char *directory, guint64 number);

/* Writes attributes.json (when there are labels) and metadata.jsonl for pictures 0 to @n - 1. @labels: (nullable):
 * picture i has those of its item i. */
gboolean arra_imagefolder_finish (const char *directory,
                                  const char *const *captions,
                                  guint n,
                                  const ArraDataset *labels,
                                  GError **error);
