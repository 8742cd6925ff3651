/* dtype.h - types of numbers: one row of traits for each, which readers, writers, converters and products look up
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef enum
{
  ARRA_F32,
  ARRA_F16,
  ARRA_BF16,
  ARRA_Q8_0,
  ARRA_Q4_0,
  ARRA_Q4_K,
  ARRA_Q6_K,
  ARRA_Q8_0_PANELS, /* as products read them: only in memory */
  ARRA_Q4_0_PANELS,
  ARRA_Q4_K_PANELS,
  ARRA_Q6_K_PANELS,
  ARRA_F64,
  ARRA_I64,
  ARRA_I32,
  ARRA_I16,
  ARRA_I8,
  ARRA_U8,
  ARRA_BOOL,
  ARRA_N_DTYPES,
} ArraDType;

#define ARRA_MAX_BLOCK 256 /* no type's block is larger */

/* What a product of weights of a type takes as its other side. */
typedef enum
{
  ARRA_ACTIVATION_NONE, /* no weights of products are of this type */
  ARRA_ACTIVATION_F32,
  ARRA_ACTIVATION_Q8A, /* ArraBlockQ8A */
} ArraActivation;

typedef struct _ArraDTypeTraits ArraDTypeTraits;

struct _ArraDTypeTraits
{
  const char *name; /* safetensors' spelling, for quantised types ggml's */
  gsize block;      /* elements that are stored together: the last dimension is a multiple of it */
  gsize bytes;      /* of a block */
  gboolean is_float;

  /* What a matrix takes that cannot, or should not, be of this type: */
  /* one whose rows are no multiple of the block; where they are none of that type's either, it stays as stored */
  ArraDType ragged;
  ArraDType table; /* an embedding or a head, whose rows are tokens: loss there is seen at once */

  int gguf_type;          /* ggml_type of ggml.h, -1: not kept in GGUF files */
  guint32 gguf_file_type; /* general.file_type of a file whose matrices are of it */

  ArraDType panels;                      /* the type of the same blocks in panels, 0: there is none */
  const struct _ArraPanelLayout *layout; /* (nullable): it is one of panels (panels.h), which lie like this */

  ArraActivation activation;
  gsize matmul; /* where the table of kernels (dtype_kernels.h) has the product, 0: nowhere */
  gsize widen;  /* where it has the conversion to float, 0: nowhere */
  gsize attend; /* where it has attention over keys and values of the type, 0: nowhere */
  void (*read) (const void *src, gsize n, float *dst); /* (nullable): the conversion to float where no kernel has it */

  /* (nullable): @n floats, a multiple of the block, as this type. FALSE when one is not finite, or too large. */
  gboolean (*narrow) (const float *x, gsize n, void *dst);

  /* (nullable: always): whether @n blocks hold no infinity and no NaN */
  gboolean (*is_finite) (const ArraDTypeTraits *traits, const guint8 *data, gsize n);
  gsize halves_at, n_halves; /* 16-bit floats of a block: in its bytes from there on */
  guint16 exponent;          /* their bits, all set in an infinity and a NaN */
};

/* The row of @dtype. Static. */
const ArraDTypeTraits *arra_dtype_traits (ArraDType dtype);

const char *arra_dtype_name (ArraDType dtype);  /* "F32", "BF16", "Q8_0", … */
gboolean arra_dtype_is_float (ArraDType dtype); /* F32, F16, BF16, F64 or quantised */

/* Whether products with weights of this type take ArraBlockQ8A rather than floats. */
gboolean arra_dtype_takes_blocks (ArraDType dtype);

/* Rows of a matrix that must stay together when it is cut: 1, or ARRA_PANEL_ROWS. */
gsize arra_dtype_rows (ArraDType dtype);

/* The type of ggml's number, or of a name in any case. FALSE when there is none. */
gboolean arra_dtype_from_gguf (guint32 number, ArraDType *dtype);
gboolean arra_dtype_from_name (const char *name, ArraDType *dtype);
