/* text_encoder.c - what all text encoders have in common
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "text_encoder.h"

void
arra_text_encoder_store (const ArraTextEncoder *encoder, ArraGgufWriter *writer)
{
  gsize size;
  const char *json = arra_tokenizer_json (encoder->tokenizer, &size);

  encoder->class->store (encoder, writer);
  arra_gguf_writer_set_string (writer, encoder->class->tokenizer_key, json, (gssize) size);
}

void
arra_text_encoder_free (ArraTextEncoder *encoder)
{
  if (encoder == NULL)
    return;
  arra_tokenizer_unref (encoder->tokenizer);
  arra_source_unref (encoder->source);
  g_free (encoder->config);
  g_free (encoder->path);
  g_free (encoder);
}

gboolean
arra_text_encoder_measure (const ArraTextEncoder *encoder,
                           ArraDType dtype,
                           guint64 *mapped,
                           guint64 *owned,
                           GError **error)
{
  *mapped = 0;
  *owned = encoder->bytes;
  return arra_weights_measure (&encoder->weights, dtype, mapped, owned, error);
}

guint64
arra_text_encoder_run_bytes (const ArraTextEncoder *encoder, guint n, guint threads)
{
  return encoder->class->run_bytes (encoder, n, threads)
         + (guint64) n * (sizeof (guint32) + encoder->width * sizeof (float));
}

gboolean
arra_text_encoder_encode (const ArraTextEncoder *encoder,
                          const char *text,
                          guint most,
                          guint32 *ids,
                          guint *n,
                          GError **error)
{
  return encoder->class->encode (encoder, text, most, ids, n, error);
}

gboolean
arra_text_encoder_run (const ArraTextEncoder *encoder,
                       ArraDType dtype,
                       const ArraExec *exec,
                       const guint32 *ids,
                       guint n,
                       float *features,
                       GCancellable *cancellable,
                       GError **error)
{
  return encoder->class->run (encoder, dtype, exec, ids, n, features, cancellable, error);
}
