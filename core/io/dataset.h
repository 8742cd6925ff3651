/* dataset.h - captioned pictures on disk, in the forms people have them
 *
 * A folder with metadata.jsonl (Hugging Face imagefolder: file_name, text or caption, other string members are labels), a folder of pictures with
 * NAME.txt beside each, or a JSON file of ARRA's conversations ([{"conversations": [{"from": "human", "value"}, {"from": "gpt", "value": "<|image|>"}],
 * "image": [path]}]).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture.h"

typedef struct _ArraDataset ArraDataset; /* immutable once made */

/* Untrusted: sizes and nesting are checked; errors name file, line and fault. Pictures are not opened. Items keep the order of the file, or of their names. */
ArraDataset *arra_dataset_open (const char *path, GError **error);
void arra_dataset_free (ArraDataset *dataset); /* nullable */
guint arra_dataset_size (const ArraDataset *dataset);
const char *arra_dataset_picture (const ArraDataset *dataset, guint item); /* a path that can be opened */
const char *arra_dataset_caption (const ArraDataset *dataset, guint item); /* never NULL */

/* Labels: from metadata.jsonl, with the values of attributes.json beside it, or else those that occur, sorted. */
guint arra_dataset_attributes (const ArraDataset *dataset);
const char *arra_dataset_attribute (const ArraDataset *dataset, guint attribute);
guint arra_dataset_values (const ArraDataset *dataset, guint attribute);
const char *arra_dataset_value (const ArraDataset *dataset, guint attribute, guint value);
gint arra_dataset_label (const ArraDataset *dataset, guint item, guint attribute); /* -1: not said */

/* The picture centre-cropped to a square and resized to @size x @size, RGB: [size][size][3]. Errors name the file. */
gboolean arra_dataset_load (const ArraDataset *dataset, guint item, guint size, guint8 *rgb, GError **error);
/* SHA-256 (hex, transfer full) of all captions, names, sizes and times of change: what a cache is kept for. */
char *arra_dataset_fingerprint (const ArraDataset *dataset, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraDataset, arra_dataset_free)
