/* text_encoder.c - what all text encoders have in common
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "text_encoder.h"

#include "mem.h"

#define HASHED 4096 /* bytes of a tensor */

void
arra_text_encoder_store (const ArraTextEncoder *encoder, ArraGgufWriter *writer)
{
  gsize size;
  const char *json = arra_tokenizer_json (encoder->tokenizer, &size);

  encoder->class->store (encoder, writer);
  arra_gguf_writer_set_string (writer, encoder->class->tokenizer_key, json, (gssize) size);
}

/* An ArraParamFunc */
static gboolean
hash_tensor (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  g_checksum_update (data, (const guchar *) name, -1);
  g_checksum_update (data, (const guchar *) stored->shape, (gssize) (stored->n_dims * sizeof *stored->shape));
  g_checksum_update (data, stored->data, (gssize) MIN (stored->n_bytes, HASHED));
  return TRUE;
}

char *
arra_text_encoder_sha256 (const ArraTextEncoder *encoder, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  return arra_weights_foreach (&encoder->weights, hash_tensor, sum, error) ? g_strdup (g_checksum_get_string (sum))
                                                                           : NULL;
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
  const ArraTextEncoderClass *class = encoder->class;
  gpointer network = class->bind (encoder, dtype, exec, cancellable, error);
  gboolean ok = network != NULL && class->run (network, exec, ids, n, features, cancellable, error);

  if (network != NULL)
    class->unbind (network);
  return ok;
}

/* What one text after the other is read into. */
typedef struct
{
  const ArraTextEncoder *encoder;
  gpointer network;
  const ArraExec *exec;
  guint most;
  guint32 *ids;    /* [most]; arra_mem, as the next */
  float *features; /* [most][width] */
} Reading;

static gboolean
read_text (const Reading *reading, const char *text, guint *n, GCancellable *cancellable, GError **error)
{
  const ArraTextEncoder *encoder = reading->encoder;

  return !g_cancellable_set_error_if_cancelled (cancellable, error)
         && arra_text_encoder_encode (encoder, text, reading->most, reading->ids, n, error)
         && encoder->class->run (reading->network, reading->exec, reading->ids, *n, reading->features, cancellable,
                                 error);
}

gboolean
arra_text_encoder_run_all (const ArraTextEncoder *encoder,
                           ArraDType dtype,
                           const ArraExec *exec,
                           const char *const *texts,
                           guint n,
                           guint most,
                           gboolean (*done) (guint item, gpointer data),
                           ArraTextFunc func,
                           gpointer data,
                           GCancellable *cancellable,
                           GError **error)
{
  g_automem guint32 *ids = arra_mem_new (most, sizeof *ids, "the prompt", error);
  g_automem float *features
      = ids != NULL ? arra_mem_new ((gsize) most * encoder->width, sizeof *features, "the prompt", error) : NULL;
  Reading reading = { encoder, NULL, exec, most, ids, features };
  gboolean ok;
  guint length;

  if (features == NULL || (reading.network = encoder->class->bind (encoder, dtype, exec, cancellable, error)) == NULL)
    return FALSE;
  ok = TRUE;
  for (guint i = 0; ok && i < n; i++)
    if (done == NULL || !done (i, data))
      ok = read_text (&reading, texts[i], &length, cancellable, error) && func (i, features, length, data, error);
  encoder->class->unbind (reading.network);
  return ok;
}
