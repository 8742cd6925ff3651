/* bench_source.c - weights for `arra bench`: random ones of any shape, made in memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <string.h>

#include "fail.h"
#include "kernels.h"
#include "mapping.h"
#include "mem.h"
#include "status.h"

#define GRAIN ((gsize) 1 << 16) /* words or blocks filled at a time */

/* Lays tensors one after the other; the first walk measures, the second one fills and adds. */
typedef struct
{
  ArraDType dtype; /* of matrices */
  ArraPool *pool;
  ArraSource *source; /* NULL: measuring */
  guint file;
  guint8 *data;
  gsize used;
} Layout;

/* What a tensor is filled with: numbers of either sign, their size between 1/128 and 1/64, so never zero,
 * tiny or infinite. */
typedef struct
{
  guint8 *data;
  guint64 kept, set; /* bits of a word that are random, and that are 1 */
} Pattern;

static guint64
random_word (gsize i)
{
  guint64 x = (guint64) i * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);

  x = (x ^ x >> 30) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
  x = (x ^ x >> 27) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
  return x ^ x >> 31;
}

static void
fill_words (gsize begin, gsize end, guint worker, gpointer data)
{
  const Pattern *pattern = data;
  guint64 *words = (guint64 *) (void *) pattern->data;

  for (gsize i = begin; i < end; i++)
    words[i] = (random_word (i) & pattern->kept) | pattern->set;
}

/* d is 2^-13, so that the largest of a block is about 1/64. */
static void
fill_blocks (gsize begin, gsize end, guint worker, gpointer data)
{
  const Pattern *pattern = data;
  ArraBlockQ8_0 *blocks = (ArraBlockQ8_0 *) (void *) pattern->data;

  for (gsize i = begin; i < end; i++)
    {
      blocks[i].d = 0x0800;
      for (gsize k = 0; k < ARRA_QK; k++)
        blocks[i].q[k] = (gint8) ((random_word (i * (ARRA_QK / 8) + k / 8) >> (k % 8 * 8) & 0x7f) | 0x40);
    }
}

/* The room after a tensor's last number is filled, too. */
static void
fill (const Layout *layout, const ArraTensor *tensor)
{
  Pattern pattern = { .data = layout->data + layout->used };
  gsize n_words = (tensor->n_bytes + sizeof (guint64) - 1) / sizeof (guint64);

  if (tensor->dtype == ARRA_Q8_0)
    {
      arra_pool_run (layout->pool, tensor->n_bytes / sizeof (ArraBlockQ8_0), GRAIN, fill_blocks, &pattern);
      return;
    }
  pattern.kept = tensor->dtype == ARRA_F32    ? G_GUINT64_CONSTANT (0x807FFFFF807FFFFF)
                 : tensor->dtype == ARRA_BF16 ? G_GUINT64_CONSTANT (0x807F807F807F807F)
                                              : G_GUINT64_CONSTANT (0x83FF83FF83FF83FF);
  pattern.set = tensor->dtype == ARRA_F32    ? G_GUINT64_CONSTANT (0x3C0000003C000000)
                : tensor->dtype == ARRA_BF16 ? G_GUINT64_CONSTANT (0x3C003C003C003C00)
                                             : G_GUINT64_CONSTANT (0x2000200020002000);
  arra_pool_run (layout->pool, n_words, GRAIN, fill_words, &pattern);
}

static gboolean
place (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error)
{
  Layout *layout = data;
  gboolean is_matrix = n_dims == 2 && strstr (name, "norm") == NULL;
  ArraTensor tensor = { .dtype = is_matrix ? layout->dtype : ARRA_F32, .n_dims = n_dims };
  gsize rounded;

  memcpy (tensor.shape, shape, n_dims * sizeof *shape);
  if (!arra_tensor_bytes (tensor.dtype, n_dims, shape, &tensor.n_bytes)
      || !arra_size_add (tensor.n_bytes, ARRA_MEM_ALIGN - 1, &rounded))
    return cli_usage_error (error, "the model's shape is too large");
  if (layout->source != NULL)
    {
      fill (layout, &tensor);
      tensor.data = layout->data + layout->used;
      if (!arra_source_add (layout->source, layout->file, name, &tensor, error))
        return FALSE;
    }
  if (!arra_size_add (layout->used, rounded / ARRA_MEM_ALIGN * ARRA_MEM_ALIGN, &layout->used))
    return cli_usage_error (error, "the model's shape is too large");
  return TRUE;
}

gboolean
bench_random_bytes (const ArraDecoder *decoder, ArraDType dtype, gsize *bytes, GError **error)
{
  Layout layout = { .dtype = dtype };

  if (!arra_weights_describe (&decoder->weights, place, &layout, error))
    return FALSE;
  *bytes = layout.used;
  return TRUE;
}

ArraSource *
bench_random_source (const ArraDecoder *decoder, ArraDType dtype, ArraPool *pool, GError **error)
{
  g_autoptr (ArraSource) source = arra_source_new ();
  g_autoptr (ArraMapping) mapping = NULL;
  Layout layout = { .dtype = dtype, .pool = pool, .source = source };
  gsize bytes;

  if (!bench_random_bytes (decoder, dtype, &bytes, error))
    return NULL;
  layout.data = arra_mem_new (bytes, 1, "random weights", error);
  if (layout.data == NULL)
    return NULL;
  arra_source_add_memory (source, layout.data);
  mapping = arra_mapping_new_for_bytes ("random weights", layout.data, bytes);
  if (!arra_source_add_file (source, mapping, &layout.file, error)
      || !arra_weights_describe (&decoder->weights, place, &layout, error))
    return NULL;
  return g_steal_pointer (&source);
}

typedef struct
{
  ArraDType dtype;
  const char *embedding; /* of which a token reads a row */
  guint64 parameters, bytes;
} Count;

static gboolean
count_tensor (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  Count *count = data;
  ArraDType dtype = is_matrix ? count->dtype : ARRA_F32;
  gsize bytes;

  count->parameters += arra_tensor_count (stored);
  if (strcmp (name, count->embedding) == 0)
    return TRUE;
  if (!arra_tensor_bytes (dtype, stored->n_dims, stored->shape, &bytes))
    bytes = stored->n_bytes;
  count->bytes += bytes;
  return TRUE;
}

gboolean
bench_count (const ArraDecoder *decoder, ArraDType dtype, guint64 *parameters, guint64 *bytes_read, GError **error)
{
  Count count = { .dtype = dtype, .embedding = decoder->family->embedding };

  if (!arra_weights_foreach (&decoder->weights, count_tensor, &count, error))
    return FALSE;
  *parameters = count.parameters;
  *bytes_read = count.bytes;
  return TRUE;
}
