/* dataset.h - captioned pictures on disk, in the forms people have them
 *
 * A folder with metadata.jsonl or metadata.csv (Hugging Face imagefolder: file_name, text or caption; other members are
 * labels, except for numbers), a folder of pictures with NAME.txt or NAME.caption beside each, a folder of such folders
 * (train/, test/; 10_name/), in the order of their names, or a JSON file of ARRA's conversations ([{"conversations":
 * [{"from": "human", "value"}, {"from": "gpt", "value": "<|image|>"}], "image": [path]}]). Texts are UTF-8, with a byte
 * order mark or without, or UTF-16 with one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "bad_items.h"
#include "picture.h"

typedef struct _ArraDataset ArraDataset; /* immutable once made */

/* Untrusted: sizes and nesting are checked; errors name file, line and fault. Pictures are not opened. Items keep the
 * order of the file, or of their names. */
ArraDataset *arra_dataset_open (const char *path, GError **error);
void arra_dataset_free (ArraDataset *dataset); /* nullable */
guint arra_dataset_size (const ArraDataset *dataset);
const char *arra_dataset_picture (const ArraDataset *dataset, guint item); /* a path that can be opened */
const char *arra_dataset_caption (const ArraDataset *dataset, guint item); /* never NULL; "" where there is none */

/* What was found and not taken: a line for each reason, with numbers and first names. Returns: (transfer full)
 * (nullable): nothing was left out. Hidden files and what systems put into folders are passed over without a word. */
char *arra_dataset_left_out (const ArraDataset *dataset);
/* Captions are from now on the names of the folders that the pictures lie in: how classes are kept. Only while nobody
 * else uses the data set. */
void arra_dataset_name_folders (ArraDataset *dataset);
/* For those who learn from captions: that none is empty. INVALID_DATA names the picture; those go into @bad (nullable),
 * where it is given. */
gboolean arra_dataset_check_captions (const ArraDataset *dataset, ArraBadItems *bad, GError **error);
/* For those who may meet empty ones: that each picture has one that can be read. INVALID_DATA: says which has none, and
 * why. */
gboolean arra_dataset_has_captions (const ArraDataset *dataset, GError **error);

/* Labels: from metadata.jsonl or metadata.csv, with the values of attributes.json beside it, or else those that occur,
 * sorted. */
guint arra_dataset_attributes (const ArraDataset *dataset);
const char *arra_dataset_attribute (const ArraDataset *dataset, guint attribute);
guint arra_dataset_values (const ArraDataset *dataset, guint attribute);
const char *arra_dataset_value (const ArraDataset *dataset, guint attribute, guint value);
gint arra_dataset_label (const ArraDataset *dataset, guint item, guint attribute); /* -1: not said */

/* How pictures that are not square become so. */
typedef enum
{
  ARRA_FIT_CROP, /* what goes beyond the middle is cut off */
  ARRA_FIT_PAD,  /* white on two sides */
  ARRA_FIT_PAD_BLACK,
} ArraDatasetFit;

extern const char *const arra_dataset_fits[]; /* "crop", "pad", "pad-black", NULL: by ArraDatasetFit */
void arra_dataset_set_fit (ArraDataset *dataset, ArraDatasetFit fit); /* before it is shared; at first it is CROP */
/* The picture as a square of @size x @size, by the data set's fit, RGB: [size][size][3]. Errors name the file. */
gboolean arra_dataset_load (const ArraDataset *dataset, guint item, guint size, guint8 *rgb, GError **error);
/* SHA-256 of the contents of every picture file, [size][ARRA_CACHE_KEY], in arra_mem memory: what is computed from one
 * is known by it, wherever it lies. Zeros: it cannot be read. */
guint8 *arra_dataset_keys (const ArraDataset *dataset, GCancellable *cancellable, GError **error);
/* SHA-256 (hex, transfer full) of all keys: which pictures, in which order. */
char *arra_dataset_fingerprint (const ArraDataset *dataset, const guint8 *keys);
/* Takes items out; those behind them move up. Only while nobody else uses the data set. */
void arra_dataset_drop (ArraDataset *dataset, const ArraBadItems *bad);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraDataset, arra_dataset_free)
