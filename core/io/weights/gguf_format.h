/* gguf_format.h - the numbers of the GGUF format and the reader's tables, shared by its parts
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gguf.h"

#define ARRA_GGUF_MAGIC "GGUF"
#define ARRA_GGUF_VERSION 3
#define ARRA_GGUF_FIXED_SIZE 24 /* magic, version, number of tensors, number of keys */
#define ARRA_GGUF_MAX_KEYS 65536
#define ARRA_GGUF_MAX_KEY 65535
#define ARRA_GGUF_MAX_NAME 64
#define ARRA_GGUF_MAX_DIMS 4
#define ARRA_GGUF_ALIGNMENT_KEY "general.alignment"

typedef enum
{
  ARRA_GGUF_U8,
  ARRA_GGUF_I8,
  ARRA_GGUF_U16,
  ARRA_GGUF_I16,
  ARRA_GGUF_U32,
  ARRA_GGUF_I32,
  ARRA_GGUF_F32,
  ARRA_GGUF_BOOL,
  ARRA_GGUF_STRING,
  ARRA_GGUF_ARRAY,
  ARRA_GGUF_U64,
  ARRA_GGUF_I64,
  ARRA_GGUF_F64,
  ARRA_GGUF_N_TYPES,
} ArraGgufType;

typedef struct
{
  gsize key;          /* offset of the key's copy in keys */
  ArraGgufType type;  /* of an array: ARRA_GGUF_ARRAY */
  ArraGgufType items; /* of an array's elements, else like type */
  gsize at;           /* offset in the file of the value, of a string's or an array's first byte */
  gsize count;        /* bytes of a string, elements of an array, else 1 */
} ArraGgufEntry;

struct _ArraGguf
{
  ArraMapping *mapping;
  ArraSource *source;
  ArraGgufEntry *entries; /* sorted by key */
  gsize n_entries;
  char *keys; /* NUL-terminated copies, one after the other */
  gsize header_size;
};

/* Bytes of a value of this type, 0 for strings and arrays. */
gsize arra_gguf_type_size (ArraGgufType type);

/* (nullable) */
const ArraGgufEntry *arra_gguf_find (const ArraGguf *gguf, const char *key);

/* (nullable): what ggml calls a tensor type that is not kept in GGUF files here, for messages. */
const char *arra_gguf_type_name (guint32 number);

guint64 arra_gguf_align (guint64 size, guint64 alignment); /* rounds up; @alignment is a power of two */
