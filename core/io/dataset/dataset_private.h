/* dataset_private.h - a data set while it is read: its items, and the labels of each
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dataset.h"

#define ARRA_DATASET_MAX_FILE ((gsize) 1 << 30) /* of metadata */
#define ARRA_DATASET_MAX_TEXT ((gsize) 1 << 20) /* a line of metadata; a caption: what the tokenizer takes */
#define ARRA_DATASET_MAX_ATTRIBUTES 256

typedef struct
{
  const char *name;    /* as the metadata write it; in texts, as the others */
  const char *picture; /* that can be opened */
  const char *caption;
  const char *fault; /* (nullable): why there is no caption that can be read */
} ArraDatasetItem;

typedef struct
{
  const char *name;
  GPtrArray *values; /* of const char * in texts */
  GHashTable *index; /* value -> its place */
} ArraDatasetAttribute;

typedef struct
{
  guint item, attribute, value;
} ArraDatasetLabel;

struct _ArraDataset
{
  char *path;
  ArraDatasetFit fit;
  GStringChunk *texts;
  GArray *items;         /* ArraDatasetItem */
  GHashTable *pictures;  /* those of the items */
  GPtrArray *attributes; /* ArraDatasetAttribute * */
  gboolean closed;       /* the attributes were given: there are no others */
  GArray *said;          /* ArraDatasetLabel; NULL once the table is made */
  char *attributes_from; /* (nullable): the attributes.json */
  GPtrArray *left_out;   /* what was not taken, by reasons */
  gint32 *labels;        /* items x attributes, -1: not said; arra_mem */
};

/* Whether @name is a path below a folder: not absolute, without "..". */
gboolean arra_dataset_is_inside (const char *name);
/* Appends an item; texts are copied. @where starts messages: a picture that is there already, a caption that is too
 * long. */
gboolean arra_dataset_add (ArraDataset *dataset,
                           const char *where,
                           const char *name,
                           const char *picture,
                           const char *caption,
                           GError **error);
/* Of the item added last: it has no caption, and what asks for captions says why. */
void arra_dataset_add_fault (ArraDataset *dataset, const char *fault);
/* Asks for the memory that @size bytes of metadata need as a data set, which GLib would not be refused. */
gboolean arra_dataset_is_room (gsize size, const char *path, GError **error);

/* The same of a picture that must lie below @folder. */
gboolean arra_dataset_add_inside (ArraDataset *dataset,
                                  const char *where,
                                  const char *folder,
                                  const char *name,
                                  const char *caption,
                                  GError **error);

/* attributes.json, when there is one in the folder of @path. One of several folders must be as that of the first. */
gboolean arra_dataset_read_attributes_beside (ArraDataset *dataset, const char *path, GError **error);
/* Of the item added last. Names are passed over when the attributes are given and it is not among them. */
gboolean
arra_dataset_add_label (ArraDataset *dataset, const char *where, const char *name, const char *value, GError **error);
/* Sorts what was found and makes the table. */
gboolean arra_dataset_close_labels (ArraDataset *dataset, GError **error);
void arra_dataset_attribute_free (gpointer attribute);
void arra_dataset_left_out_free (gpointer left_out);

/* Readers of one form each. */
gboolean arra_dataset_read_metadata (ArraDataset *dataset, const char *path, GError **error);
gboolean arra_dataset_read_csv (ArraDataset *dataset, const char *path, GError **error);
gboolean arra_dataset_read_folder (ArraDataset *dataset, const char *path, GError **error);
gboolean arra_dataset_read_conversations (ArraDataset *dataset, const char *path, GError **error);
