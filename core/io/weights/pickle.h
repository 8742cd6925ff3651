/* pickle.h - a reader of pickles that executes nothing: what torch.save writes becomes a tree, everything else an opaque value
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "tensor.h"

#define ARRA_PICKLE_MAX_BYTES (64u << 20)
#define ARRA_PICKLE_MAX_VALUES (1u << 22) /* values; items of lists, tuples and dictionaries as well */
#define ARRA_PICKLE_MAX_STACK (1u << 20)
#define ARRA_PICKLE_MAX_MARKS 1024        /* containers begun one within the other */
#define ARRA_PICKLE_NONE G_MAXUINT32      /* no value, no cell */

typedef enum
{
  ARRA_PICKLE_OPAQUE, /* carried, never looked into: unknown classes, what they return, sets, big integers, bytes */
  ARRA_PICKLE_NULL,
  ARRA_PICKLE_BOOL,
  ARRA_PICKLE_INT,
  ARRA_PICKLE_FLOAT,
  ARRA_PICKLE_TEXT,
  ARRA_PICKLE_TUPLE,
  ARRA_PICKLE_LIST,
  ARRA_PICKLE_DICT,
  ARRA_PICKLE_GLOBAL,  /* a class or function of the whitelist, named but not called */
  ARRA_PICKLE_STORAGE, /* persistent id of numbers that lie elsewhere */
  ARRA_PICKLE_TENSOR,  /* a view of a storage */
} ArraPickleKind;

/* What the whitelist knows. */
typedef enum
{
  ARRA_GLOBAL_STORAGE_CLASS,
  ARRA_GLOBAL_ORDERED_DICT,
  ARRA_GLOBAL_REBUILD_TENSOR,
  ARRA_GLOBAL_REBUILD_PARAMETER,
} ArraPickleGlobal;

typedef struct
{
  ArraPickleKind kind;
  union
  {
    gint64 integer; /* INT, BOOL */
    struct
    {
      guint32 start, length; /* bytes of the pickle */
    } text;
    struct
    {
      guint32 first, last, n; /* cells; a dictionary has two for each entry, key and value, and n counts both */
    } items;
    struct
    {
      ArraPickleGlobal known;
      ArraDType dtype; /* of a storage class */
    } global;
    struct
    {
      guint32 key; /* TEXT: the name of the storage's file */
      ArraDType dtype;
      gint64 count; /* elements */
    } storage;
    struct
    {
      guint32 storage, sizes, strides; /* STORAGE, TUPLE, TUPLE */
      gint64 offset;                   /* elements */
    } tensor;
  };
} ArraPickleValue;

typedef struct
{
  guint32 value, next;
} ArraPickleCell;

typedef struct
{
  const guint8 *bytes; /* borrowed */
  gsize size;
  ArraPickleValue *values; /* arra_mem memory, as are the cells */
  guint32 n_values, values_room;
  ArraPickleCell *cells;
  guint32 n_cells, cells_room;
  guint32 root;
} ArraPickle;

/* Runs the pickle's program (protocols 2 to 5) over a whitelist. Values may be shared and may contain themselves. @name starts
 * messages; a fault names the byte. Zero-initialised @pickle; clear it also after a failure. */
gboolean arra_pickle_read (ArraPickle *pickle, const guint8 *bytes, gsize size, const char *name, GError **error);
void arra_pickle_clear (ArraPickle *pickle);

/* Value of the text key in a dictionary, the last of equal ones as Python has it; ARRA_PICKLE_NONE: none. */
guint32 arra_pickle_get (const ArraPickle *pickle, guint32 dict, const char *key, gsize length);
/* The integers of a tuple: FALSE when it is no tuple of at most @max integers. */
gboolean arra_pickle_ints (const ArraPickle *pickle, guint32 tuple, guint max, gint64 *out, guint *n);

static inline const char *
arra_pickle_text (const ArraPickle *pickle, const ArraPickleValue *value)
{
  return (const char *) pickle->bytes + value->text.start;
}
