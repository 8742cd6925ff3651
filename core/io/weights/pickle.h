/* pickle.h - a reader of pickles that executes nothing: what torch.save writes becomes a tree, everything else an
 * opaque value
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "tensor.h"

#define ARRA_PICKLE_MAX_BYTES (64u << 20)
#define ARRA_PICKLE_MAX_VALUES (1u << 22) /* values; items of lists, tuples and dictionaries as well */
#define ARRA_PICKLE_MAX_STACK (1u << 20)
#define ARRA_PICKLE_MAX_MARKS 1024   /* containers begun one within the other */
#define ARRA_PICKLE_NONE G_MAXUINT32 /* no value, no cell */

typedef enum
{
  ARRA_PICKLE_OPAQUE, /* carried, never looked into: unknown classes and functions, sets, big integers, bytes */
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
  ARRA_PICKLE_OBJECT,  /* what an unknown class or function would have made: inert, but with its state */
} ArraPickleKind;

/* What the whitelist knows. */
typedef enum
{
  ARRA_GLOBAL_STORAGE_CLASS,
  ARRA_GLOBAL_ORDERED_DICT,
  ARRA_GLOBAL_REBUILD_TENSOR,
  ARRA_GLOBAL_REBUILD_PARAMETER,
  ARRA_GLOBAL_REBUILD_FROM_TYPE,
  ARRA_GLOBAL_DEFAULT_DICT,
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
    guint32 state; /* OBJECT: of its attributes, as a rule; ARRA_PICKLE_NONE: it has none */
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
  gsize end; /* bytes the program took: others may follow it */
} ArraPickle;

/* Runs the pickle's program (protocols 2 to 5) over a whitelist; nothing is ever called. What is on neither that nor
 * the list of those who can do harm (pickle_refused.c) becomes inert. Values may be shared and may contain themselves.
 * @name starts messages; a fault names the byte, and what would do harm. Zero-initialised @pickle; clear it also after
 * a failure. */
gboolean arra_pickle_read (ArraPickle *pickle, const guint8 *bytes, gsize size, const char *name, GError **error);
void arra_pickle_clear (ArraPickle *pickle);

/* Whether the class or function has no place in a file of numbers: one that gets hold of the system, of other code, or
 * of the interpreter. */
gboolean arra_pickle_is_refused (const char *module, gsize module_length, const char *name, gsize name_length);

/* Value of the text key in a dictionary, the last of equal ones as Python has it; ARRA_PICKLE_NONE: none. */
guint32 arra_pickle_get (const ArraPickle *pickle, guint32 dict, const char *key, gsize length);
/* The integers of a tuple: FALSE when it is no tuple of at most @max integers. */
gboolean arra_pickle_ints (const ArraPickle *pickle, guint32 tuple, guint max, gint64 *out, guint *n);

static inline const char *
arra_pickle_text (const ArraPickle *pickle, const ArraPickleValue *value)
{
  return (const char *) pickle->bytes + value->text.start;
}
