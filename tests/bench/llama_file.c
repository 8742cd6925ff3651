/* llama_file.c - a GGUF of llama.cpp's architecture "llama" with random Q8_0 weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llama_file.h"

#include <gio/gio.h>
#include <string.h>

#include "gguf_build.h"

#define ALIGNMENT 32
#define BLOCK 32         /* weights */
#define BLOCK_BYTES 34   /* a scale (f16) and 32 int8 */
#define SCALE_F16 0x1400 /* about 0.001: weights up to 0.12 */

enum
{
  TYPE_U32 = 4,
  TYPE_F32 = 6,
  TYPE_STRING = 8,
  TENSOR_F32 = 0,
  TENSOR_Q8_0 = 8,
};

/* A tensor: a vector of ones, or a matrix [rows][width] in Q8_0. */
typedef struct
{
  char name[64];
  guint width, rows; /* rows 0: a vector */
} Tensor;

static gsize
tensor_bytes (const Tensor *tensor)
{
  gsize bytes = tensor->rows == 0 ? tensor->width * sizeof (float)
                                  : (gsize) tensor->rows * (tensor->width / BLOCK) * BLOCK_BYTES;

  return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void
add (GArray *tensors, guint width, guint rows, const char *name)
{
  Tensor tensor = { .width = width, .rows = rows };

  g_strlcpy (tensor.name, name, sizeof tensor.name);
  g_array_append_val (tensors, tensor);
}

static void
add_layer (GArray *tensors, const LlamaShape *s, guint layer)
{
  const struct
  {
    const char *name;
    guint width, rows;
  } parts[] = {
    { "attn_norm", s->dim, 0 },     { "attn_q", s->dim, s->dim },      { "attn_k", s->dim, s->dim },
    { "attn_v", s->dim, s->dim },   { "attn_output", s->dim, s->dim }, { "ffn_norm", s->dim, 0 },
    { "ffn_gate", s->dim, s->ffn }, { "ffn_up", s->dim, s->ffn },      { "ffn_down", s->ffn, s->dim },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *name = g_strdup_printf ("blk.%u.%s.weight", layer, parts[i].name);
      add (tensors, parts[i].width, parts[i].rows, name);
    }
}

static GArray *
list_tensors (const LlamaShape *shape)
{
  GArray *tensors = g_array_new (FALSE, FALSE, sizeof (Tensor));

  add (tensors, shape->dim, shape->vocab, "token_embd.weight");
  for (guint layer = 0; layer < shape->layers; layer++)
    add_layer (tensors, shape, layer);
  add (tensors, shape->dim, 0, "output_norm.weight");
  add (tensors, shape->dim, shape->vocab, "output.weight");
  return tensors;
}

static void
put_text (GByteArray *header, const char *key, const char *value)
{
  build_key (header, key, TYPE_STRING);
  build_string (header, value);
}

static GByteArray *
make_header (const LlamaShape *s, const GArray *tensors)
{
  const struct
  {
    const char *key;
    guint value;
  } numbers[] = {
    { "llama.context_length", 4096 },
    { "llama.embedding_length", s->dim },
    { "llama.block_count", s->layers },
    { "llama.feed_forward_length", s->ffn },
    { "llama.attention.head_count", s->heads },
    { "llama.attention.head_count_kv", s->heads },
    { "llama.rope.dimension_count", s->dim / s->heads },
    { "llama.vocab_size", s->vocab },
  };
  const float epsilon = 1e-5f;
  GByteArray *header = g_byte_array_new ();
  guint64 offset = 0;

  build_header (header, tensors->len, G_N_ELEMENTS (numbers) + 3);
  put_text (header, "general.architecture", "llama");
  put_text (header, "tokenizer.ggml.model", "no_vocab");
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      build_key (header, numbers[i].key, TYPE_U32);
      build_u32 (header, numbers[i].value);
    }
  build_key (header, "llama.attention.layer_norm_rms_epsilon", TYPE_F32);
  g_byte_array_append (header, (const guint8 *) &epsilon, sizeof epsilon);
  for (guint i = 0; i < tensors->len; i++)
    {
      const Tensor *t = &g_array_index (tensors, Tensor, i);

      if (t->rows == 0)
        build_tensor (header, t->name, TENSOR_F32, offset, 1, (guint64) t->width);
      else
        build_tensor (header, t->name, TENSOR_Q8_0, offset, 2, (guint64) t->width, (guint64) t->rows);
      offset += tensor_bytes (t);
    }
  build_align (header, ALIGNMENT);
  return header;
}

/* Ones, or blocks of random numbers under one scale. */
static void
fill (const Tensor *tensor, GRand *random, guint8 *data, gsize size)
{
  const float one = 1;
  const guint16 scale = SCALE_F16;

  memset (data, 0, size);
  if (tensor->rows == 0)
    {
      for (guint i = 0; i < tensor->width; i++)
        memcpy (data + i * sizeof one, &one, sizeof one);
      return;
    }
  for (gsize at = 0; at + BLOCK_BYTES <= size; at += BLOCK_BYTES)
    {
      memcpy (data + at, &scale, sizeof scale);
      for (guint i = 2; i + 4 <= BLOCK_BYTES; i += 4)
        {
          guint32 bits = g_rand_int (random);
          memcpy (data + at + i, &bits, sizeof bits);
        }
    }
}

gboolean
llama_file_write (const LlamaShape *shape, const char *path, GError **error)
{
  g_autoptr (GArray) tensors = list_tensors (shape);
  g_autoptr (GByteArray) header = make_header (shape, tensors);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileOutputStream) stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, error);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  if (stream == NULL
      || !g_output_stream_write_all (G_OUTPUT_STREAM (stream), header->data, header->len, NULL, NULL, error))
    return FALSE;
  for (guint i = 0; i < tensors->len; i++)
    {
      const Tensor *tensor = &g_array_index (tensors, Tensor, i);
      gsize size = tensor_bytes (tensor);
      g_autofree guint8 *data = g_malloc (size);

      fill (tensor, random, data, size);
      if (!g_output_stream_write_all (G_OUTPUT_STREAM (stream), data, size, NULL, NULL, error))
        return FALSE;
    }
  return g_output_stream_close (G_OUTPUT_STREAM (stream), NULL, error);
}
