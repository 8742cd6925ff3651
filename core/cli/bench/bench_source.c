/* bench_source.c - weights for `arra bench`: random ones of any shape, made in memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <string.h>

#include "dtype_kernels.h"
#include "fail.h"
#include "mapping.h"
#include "mem.h"
#include "params.h"
#include "status.h"

#define GRAIN ((gsize) 1 << 16)  /* words or blocks filled at a time */
#define SAMPLE ((gsize) 1 << 16) /* weights that are quantised, and then repeated */

/* Where all matrices of a type lie that a model copies into another order: their numbers are random, so one of them
 * serves for all. */
typedef struct
{
  gsize size, at;
  gboolean filled;
} Shared;

/* Lays tensors one after the other, after the shared ones; the first walk measures, the second one fills and adds. */
typedef struct
{
  const ArraDecoder *decoder;   /* whose weights they are, or else NULL and */
  const ArraVqganConfig *vqgan; /* whose */
  ArraDType dtype;              /* of matrices */
  const char *embedding;        /* of which a token reads a row; NULL: none is */
  const ArraKernels *kernels;
  ArraPool *pool;
  Shared shared[ARRA_N_DTYPES];
  gsize copied;       /* bytes that the model will copy */
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
  guint64 kept, set;    /* bits of a word that are random, and that are 1 */
  const guint8 *sample; /* of quantised types: blocks that are repeated */
  gsize n_sample, block_size;
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

static void
fill_blocks (gsize begin, gsize end, guint worker, gpointer data)
{
  const Pattern *pattern = data;

  for (gsize i = begin; i < end; i++)
    memcpy (pattern->data + i * pattern->block_size, pattern->sample + i % pattern->n_sample * pattern->block_size,
            pattern->block_size);
}

static void
fill_quantised (const Layout *layout, const ArraTensor *tensor, Pattern *pattern)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (tensor->dtype);
  g_autofree float *values = g_new (float, SAMPLE);
  g_autofree guint8 *sample = g_malloc (SAMPLE / traits->block * traits->bytes);

  for (gsize i = 0; i < SAMPLE; i++)
    values[i] = (float) ((double) (gint64) random_word (i) * 0x1p-69);
  g_assert (traits->narrow (values, SAMPLE, sample));
  pattern->sample = sample;
  pattern->n_sample = SAMPLE / traits->block;
  pattern->block_size = traits->bytes;
  arra_pool_run (layout->pool, tensor->n_bytes / traits->bytes, GRAIN, fill_blocks, pattern);
}

/* The room after a tensor's last number is filled, too. */
static void
fill (const Layout *layout, const ArraTensor *tensor, gsize at)
{
  Pattern pattern = { .data = layout->data + at };
  gsize n_words = (tensor->n_bytes + sizeof (guint64) - 1) / sizeof (guint64);

  if (arra_dtype_takes_blocks (tensor->dtype))
    {
      fill_quantised (layout, tensor, &pattern);
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
too_large (GError **error)
{
  return cli_usage_error (error, "the model's shape is too large");
}

/* Makes room for @n_bytes at the end. */
static gboolean
reserve (Layout *layout, gsize n_bytes, gsize *at, GError **error)
{
  gsize rounded;

  *at = layout->used;
  if (!arra_size_add (n_bytes, ARRA_MEM_ALIGN - 1, &rounded)
      || !arra_size_add (layout->used, rounded / ARRA_MEM_ALIGN * ARRA_MEM_ALIGN, &layout->used))
    return too_large (error);
  return TRUE;
}

/* Where @tensor lies, and whether that is filled. A model copies all but the embedding. */
static gboolean
find_place (Layout *layout, const char *name, const ArraTensor *tensor, gsize *at, gboolean *filled, GError **error)
{
  Shared *shared = &layout->shared[tensor->dtype];

  *filled = FALSE;
  if (arra_dtype_for_products (tensor->dtype, (gsize) tensor->shape[0], layout->kernels) == tensor->dtype)
    return reserve (layout, tensor->n_bytes, at, error);
  if (layout->source == NULL)
    shared->size = MAX (shared->size, tensor->n_bytes);
  if (g_strcmp0 (name, layout->embedding) != 0 && !arra_size_add (layout->copied, tensor->n_bytes, &layout->copied))
    return too_large (error);
  *at = shared->at;
  *filled = shared->filled;
  shared->filled |= layout->source != NULL && tensor->n_bytes == shared->size;
  return TRUE;
}

static gboolean
place (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error)
{
  Layout *layout = data;
  gboolean is_matrix = n_dims == 2 && strstr (name, "norm") == NULL, filled = FALSE;
  ArraTensor tensor = { .dtype = ARRA_F32, .n_dims = n_dims };
  gsize at = 0;

  memcpy (tensor.shape, shape, n_dims * sizeof *shape);
  if (is_matrix)
    tensor.dtype = arra_param_matrix_dtype (name, &tensor, layout->dtype);
  if (!arra_tensor_bytes (tensor.dtype, n_dims, shape, &tensor.n_bytes))
    return too_large (error);
  if (!find_place (layout, name, &tensor, &at, &filled, error))
    return FALSE;
  if (layout->source == NULL)
    return TRUE;
  if (!filled)
    fill (layout, &tensor, at);
  tensor.data = layout->data + at;
  return arra_source_add (layout->source, layout->file, name, &tensor, error);
}

/* Of a VQGAN the codebook and what turns codes into pixels. */
static gboolean
place_decoding (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error)
{
  return g_str_has_prefix (name, "encoder.") || g_str_has_prefix (name, "quant_conv.")
         || place (name, n_dims, shape, data, error);
}

static gboolean
walk (Layout *layout, GError **error)
{
  if (layout->decoder != NULL)
    return arra_weights_describe (&layout->decoder->weights, place, layout, error);
  return arra_vqgan_describe (layout->vqgan, place_decoding, layout, error);
}

/* The first walk: what lies where, and in how much memory */
static gboolean
measure (Layout *layout, gsize *bytes, GError **error)
{
  if (!walk (layout, error))
    return FALSE;
  *bytes = layout->used;
  layout->used = 0;
  for (guint i = 0; i < ARRA_N_DTYPES; i++)
    if (!reserve (layout, layout->shared[i].size, &layout->shared[i].at, error))
      return FALSE;
  return arra_size_add (*bytes, layout->used, bytes) || too_large (error);
}

static ArraSource *
make (Layout *layout, GError **error)
{
  g_autoptr (ArraSource) source = arra_source_new ();
  g_autoptr (ArraMapping) mapping = NULL;
  gsize bytes;

  if (!measure (layout, &bytes, error))
    return NULL;
  layout->source = source;
  layout->data = arra_mem_new (bytes, 1, "random weights", error);
  if (layout->data == NULL)
    return NULL;
  arra_source_add_memory (source, layout->data);
  mapping = arra_mapping_new_for_bytes ("random weights", layout->data, bytes);
  if (!arra_source_add_file (source, mapping, &layout->file, error) || !walk (layout, error))
    return NULL;
  return g_steal_pointer (&source);
}

static Layout
layout_of (const ArraDecoder *decoder, const ArraExec *exec, ArraDType dtype)
{
  return (Layout) { .decoder = decoder,
                    .dtype = dtype,
                    .embedding = decoder->family->embedding,
                    .kernels = exec->kernels,
                    .pool = exec->pool };
}

static Layout
layout_of_vqgan (const ArraVqganConfig *config, const ArraExec *exec)
{
  return (Layout) { .vqgan = config, .dtype = ARRA_F32, .kernels = exec->kernels, .pool = exec->pool };
}

gboolean
bench_random_bytes (const ArraDecoder *decoder, const ArraExec *exec, ArraDType dtype, gsize *bytes, GError **error)
{
  Layout layout = layout_of (decoder, exec, dtype);

  return measure (&layout, bytes, error) && (arra_size_add (*bytes, layout.copied, bytes) || too_large (error));
}

ArraSource *
bench_random_source (const ArraDecoder *decoder, const ArraExec *exec, ArraDType dtype, GError **error)
{
  Layout layout = layout_of (decoder, exec, dtype);

  return make (&layout, error);
}

gboolean
bench_random_vqgan_bytes (const ArraVqganConfig *config, const ArraExec *exec, gsize *bytes, GError **error)
{
  Layout layout = layout_of_vqgan (config, exec);

  return measure (&layout, bytes, error);
}

ArraVqgan *
bench_random_vqgan (const ArraVqganConfig *config, const ArraExec *exec, GCancellable *cancellable, GError **error)
{
  Layout layout = layout_of_vqgan (config, exec);
  g_autoptr (ArraSource) source = make (&layout, error);

  return source != NULL ? arra_vqgan_new (config, source, "", exec->pool, cancellable, error) : NULL;
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
  ArraDType dtype = is_matrix ? arra_param_matrix_dtype (name, stored, count->dtype) : ARRA_F32;
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
