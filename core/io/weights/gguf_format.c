/* gguf_format.c - types of GGUF values and tensors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf_format.h"

static const gsize value_sizes[ARRA_GGUF_N_TYPES] = {
  [ARRA_GGUF_U8] = 1,  [ARRA_GGUF_I8] = 1,  [ARRA_GGUF_U16] = 2, [ARRA_GGUF_I16] = 2,
  [ARRA_GGUF_U32] = 4, [ARRA_GGUF_I32] = 4, [ARRA_GGUF_F32] = 4, [ARRA_GGUF_BOOL] = 1,
  [ARRA_GGUF_U64] = 8, [ARRA_GGUF_I64] = 8, [ARRA_GGUF_F64] = 8,
};

static const char *const other_types[] = {
  [3] = "Q4_1",    [6] = "Q5_0",   [7] = "Q5_1",     [9] = "Q8_1",    [10] = "Q2_K",    [11] = "Q3_K",
  [13] = "Q5_K",   [15] = "Q8_K",  [16] = "IQ2_XXS", [17] = "IQ2_XS", [18] = "IQ3_XXS", [19] = "IQ1_S",
  [20] = "IQ4_NL", [21] = "IQ3_S", [22] = "IQ2_S",   [23] = "IQ4_XS", [24] = "I8",      [25] = "I16",
  [26] = "I32",    [27] = "I64",   [28] = "F64",     [29] = "IQ1_M",
};

gsize
arra_gguf_type_size (ArraGgufType type)
{
  return value_sizes[type];
}

const char *
arra_gguf_type_name (guint32 number)
{
  return number < G_N_ELEMENTS (other_types) ? other_types[number] : NULL;
}

guint64
arra_gguf_align (guint64 size, guint64 alignment)
{
  return (size + alignment - 1) & ~(alignment - 1);
}
