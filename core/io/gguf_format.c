/* gguf_format.c - types of GGUF values and tensors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf_format.h"

static const gsize value_sizes[ARRA_GGUF_N_TYPES] = {
  [ARRA_GGUF_U8] = 1,  [ARRA_GGUF_I8] = 1,  [ARRA_GGUF_U16] = 2, [ARRA_GGUF_I16] = 2,
  [ARRA_GGUF_U32] = 4, [ARRA_GGUF_I32] = 4, [ARRA_GGUF_F32] = 4, [ARRA_GGUF_BOOL] = 1,
  [ARRA_GGUF_U64] = 8, [ARRA_GGUF_I64] = 8, [ARRA_GGUF_F64] = 8,
};

/* ggml_type of ggml.h */
static const struct
{
  guint32 number;
  ArraDType dtype;
} tensor_types[] = { { 0, ARRA_F32 }, { 1, ARRA_F16 }, { 8, ARRA_Q8_0 }, { 30, ARRA_BF16 } };

gsize
arra_gguf_type_size (ArraGgufType type)
{
  return value_sizes[type];
}

gboolean
arra_gguf_tensor_type (ArraDType dtype, guint32 *number)
{
  for (guint i = 0; i < G_N_ELEMENTS (tensor_types); i++)
    if (tensor_types[i].dtype == dtype)
      {
        *number = tensor_types[i].number;
        return TRUE;
      }
  return FALSE;
}

gboolean
arra_gguf_tensor_dtype (guint32 number, ArraDType *dtype)
{
  for (guint i = 0; i < G_N_ELEMENTS (tensor_types); i++)
    if (tensor_types[i].number == number)
      {
        *dtype = tensor_types[i].dtype;
        return TRUE;
      }
  return FALSE;
}

guint64
arra_gguf_align (guint64 size, guint64 alignment)
{
  return (size + alignment - 1) & ~(alignment - 1);
}
