/* family.c - a model as its family describes it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "family.h"

#include "fail.h"

static void
describe (ArraDecoder *decoder, ArraSource *source)
{
  decoder->family->describe (decoder, source);
  decoder->weights.config = decoder->config;
  decoder->weights.n_layers = decoder->shape.n_layers;
  decoder->weights.prefix = decoder->prefix != NULL ? decoder->prefix : "";
  decoder->weights.source = source;
}

gboolean
arra_decoder_read (ArraDecoder *decoder, const ArraFamily *family, const ArraModelFiles *files, GError **error)
{
  *decoder = (ArraDecoder) { .family = family };
  if (!family->read (decoder, files, error))
    return FALSE;
  describe (decoder, files->source);
  return TRUE;
}

ArraSource *
arra_decoder_open_own_form (ArraDecoder *decoder, const ArraFamily *family, const char *directory, GError **error)
{
  ArraSource *source;

  *decoder = (ArraDecoder) { .family = family };
  source = family->open_own_form (decoder, directory, error);
  if (source != NULL)
    describe (decoder, source);
  return source;
}

gboolean
arra_decoder_load (ArraDecoder *decoder,
                   const ArraFamily *family,
                   const ArraGguf *gguf,
                   ArraSource *source,
                   GError **error)
{
  *decoder = (ArraDecoder) { .family = family };
  if (!family->load (decoder, gguf, error))
    return FALSE;
  describe (decoder, source);
  return TRUE;
}

gboolean
arra_decoder_make (ArraDecoder *decoder,
                   const ArraFamily *family,
                   const ArraModelPlan *plan,
                   const char *name,
                   GError **error)
{
  *decoder = (ArraDecoder) { .family = family };
  if (family->make == NULL)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: a %s cannot be made anew, only read from files", name,
                      family->name);
  if (!family->make (decoder, plan, name, error))
    return FALSE;
  describe (decoder, NULL);
  return TRUE;
}

void
arra_decoder_draw (ArraDecoder *decoder)
{
  if (decoder->family->draw != NULL)
    decoder->family->draw (decoder);
  describe (decoder, decoder->weights.source);
}

static gboolean
look_up (gpointer data, const char *token, guint32 *id)
{
  return arra_tokenizer_id (data, token, id);
}

ArraLayout *
arra_decoder_layout (const ArraDecoder *decoder, const ArraTokenizer *tokenizer, const char *name, GError **error)
{
  const ArraTokenNames names
      = { look_up, (gpointer) tokenizer, tokenizer != NULL ? arra_tokenizer_size (tokenizer) : 0 };
  const ArraTokenNames none = { NULL, NULL, 0 };

  return decoder->family->layout (decoder, tokenizer != NULL ? &names : &none, name, error);
}

void
arra_decoder_clear (ArraDecoder *decoder)
{
  g_free (decoder->config);
  g_free (decoder->prefix);
  g_strfreev (decoder->own_classes);
  *decoder = (ArraDecoder) { 0 };
}

ArraDecoder
arra_decoder_with (const ArraDecoder *decoder, ArraSource *source)
{
  ArraDecoder other = *decoder;

  other.weights.source = source;
  return other;
}

gboolean
arra_decoder_measure (const ArraDecoder *decoder, ArraDType dtype, guint64 *mapped, guint64 *owned, GError **error)
{
  *mapped = 0;
  *owned = decoder->bytes + decoder->shape.n_layers * sizeof (ArraTransformerLayer);
  return arra_weights_measure (&decoder->weights, dtype, mapped, owned, error);
}

const ArraTransformer *
arra_decoder_bind (const ArraDecoder *decoder,
                   const ArraLayout *layout,
                   ArraDType dtype,
                   ArraPool *pool,
                   GCancellable *cancellable,
                   GError **error)
{
  return decoder->family->bind (decoder, layout, dtype, pool, cancellable, error);
}

void
arra_decoder_unbind (const ArraDecoder *decoder, const ArraTransformer *transformer)
{
  if (transformer != NULL)
    decoder->family->unbind (transformer);
}

const ArraTensor *
arra_decoder_head (const ArraDecoder *decoder)
{
  const ArraWeights *weights = &decoder->weights;
  g_autofree char *name = g_strconcat (weights->prefix, decoder->family->head[weights->form], NULL);

  return arra_source_find (weights->source, name);
}

guint64
arra_decoder_kv_cache_bytes (const ArraDecoder *decoder, guint capacity, ArraDType dtype)
{
  ArraKvShape shape = arra_transformer_kv_shape (&decoder->shape);

  shape.dtype = dtype;
  return arra_kv_cache_bytes (&shape, capacity);
}
