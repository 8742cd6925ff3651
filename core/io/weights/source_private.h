/* source_private.h - the inside of ArraSource, for its own files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "source.h"

/* All of these grow with what a file holds: arra_mem memory. */
typedef struct
{
  gsize name; /* offset in names */
  guint file;
  ArraTensor tensor;
  ArraGathered *gathered; /* (nullable): tensor.data is NULL then. Owned by the source. */
  gboolean unaligned;     /* numbers are read by way of a copy; bytes are where they are */
  gsize why;              /* of an absent tensor: offset in names */
  ArraError code;
} ArraSourceEntry;

struct _ArraSource
{
  gatomicrefcount references;
  GPtrArray *files; /* of ArraMapping */
  GSList *owned;    /* of arra_mem blocks */
  GSList *held;     /* of sources whose data are seen here */
  ArraSourceEntry *entries;
  gsize n_entries, entries_room;
  char *names; /* NUL-terminated, one after the other */
  gsize names_size, names_room;
  gsize *table; /* entry index + 1, 0: free; open addressing, at most half full */
  gsize table_size;
  guint64 salt;       /* so that a file cannot be made of names that fall together */
  ArraSource *absent; /* (nullable): of the tensors that are named but cannot be used */
  char *note;
};

/* Smaller tensors that do not lie at a multiple of their element size are copied when a file is opened, so that all may
 * read them in place. Larger ones stay where they are: of them whole files would be copied. */
#define ARRA_SOURCE_COPIED ((gsize) 1 << 20)
/* Whether a tensor's numbers can be read where they lie. */
gboolean arra_source_is_aligned (const ArraTensor *tensor);

/* The entry of a tensor of the source */
const ArraSourceEntry *arra_source_entry_with (const ArraSource *source, const ArraTensor *tensor);
