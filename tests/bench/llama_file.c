/* llama_file.c - a GGUF of llama.cpp's architecture "llama" with random quantised weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llama_file.h"

#include <gio/gio.h>
#include <string.h>

#include "gguf_build.h"

#define ALIGNMENT 32

enum
{
  TYPE_U32 = 4,
  TYPE_F32 = 6,
  TYPE_STRING = 8,
  TENSOR_F32 = 0,
};

/* Blocks of weights: random bytes, and a scale (f16) that keeps the weights below 0.3. */
typedef struct
{
  guint id; /* in the file */
  guint weights, bytes, scale_at;
  guint16 scale;
} Format;

static const Format q8_0 = { 8, 32, 34, 0, 0x1400 }, q4_0 = { 2, 32, 18, 0, 0x2000 },
                    q6_k = { 14, 256, 210, 208, 0x0400 };

/* A vector of ones, or a matrix [rows][width]. */
typedef struct
{
  char name[64];
  guint width, rows;
  const Format *format; /* NULL: a vector */
} Tensor;

static gsize
tensor_bytes (const Tensor *tensor)
{
  gsize bytes = tensor->format == NULL
                    ? tensor->width * sizeof (float)
                    : (gsize) tensor->rows * (tensor->width / tensor->format->weights) * tensor->format->bytes;

  return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void
add (GArray *tensors, guint width, guint rows, const Format *format, const char *name)
{
  Tensor tensor = { .width = width, .rows = rows, .format = rows > 0 ? format : NULL };

  g_strlcpy (tensor.name, name, sizeof tensor.name);
  g_array_append_val (tensors, tensor);
}

static void
add_layer (GArray *tensors, const LlamaShape *s, const Format *format, guint layer)
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
      add (tensors, parts[i].width, parts[i].rows, format, name);
    }
}

static GArray *
list_tensors (const LlamaShape *shape, gboolean four_bits)
{
  const Format *format = four_bits ? &q4_0 : &q8_0, *table = four_bits ? &q6_k : &q8_0;
  GArray *tensors = g_array_new (FALSE, FALSE, sizeof (Tensor));

  add (tensors, shape->dim, shape->vocab, table, "token_embd.weight");
  for (guint layer = 0; layer < shape->layers; layer++)
    add_layer (tensors, shape, format, layer);
  add (tensors, shape->dim, 0, NULL, "output_norm.weight");
  add (tensors, shape->dim, shape->vocab, table, "output.weight");
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

      if (t->format == NULL)
        build_tensor (header, t->name, TENSOR_F32, offset, 1, (guint64) t->width);
      else
        build_tensor (header, t->name, t->format->id, offset, 2, (guint64) t->width, (guint64) t->rows);
      offset += tensor_bytes (t);
    }
  build_align (header, ALIGNMENT);
  return header;
}

static void
fill_ones (const Tensor *tensor, guint8 *data)
{
  const float one = 1;

  for (guint i = 0; i < tensor->width; i++)
    memcpy (data + i * sizeof one, &one, sizeof one);
}

static void
fill_blocks (const Tensor *tensor, GRand *random, guint8 *data, gsize size)
{
  const Format *format = tensor->format;

  for (gsize at = 0; at + sizeof (guint32) <= size; at += sizeof (guint32))
    {
      guint32 bits = g_rand_int (random);
      memcpy (data + at, &bits, sizeof bits);
    }
  for (gsize at = 0; at + format->bytes <= size; at += format->bytes)
    memcpy (data + at + format->scale_at, &format->scale, sizeof format->scale);
}

gboolean
llama_file_write (const LlamaShape *shape, gboolean four_bits, const char *path, GError **error)
{
  g_autoptr (GArray) tensors = list_tensors (shape, four_bits);
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
      g_autofree guint8 *data = g_malloc0 (size);

      if (tensor->format == NULL)
        fill_ones (tensor, data);
      else
        fill_blocks (tensor, random, data, size);
      if (!g_output_stream_write_all (G_OUTPUT_STREAM (stream), data, size, NULL, NULL, error))
        return FALSE;
    }
  return g_output_stream_close (G_OUTPUT_STREAM (stream), NULL, error);
}
