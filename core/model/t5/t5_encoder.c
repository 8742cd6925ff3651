/* t5_encoder.c - T5's row in the table of text encoders
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "t5_encoder.h"

#include <string.h>

#include "t5_private.h"

#define ENCODER "encoder."

static gboolean
read_config (ArraTextEncoder *encoder, JsonObject *config, const char *name, GError **error)
{
  encoder->config = g_new0 (ArraT5Config, 1);
  return arra_t5_config_read (encoder->config, config, name, error);
}

static gboolean
load_config (ArraTextEncoder *encoder, const ArraGguf *gguf, GError **error)
{
  encoder->config = g_new0 (ArraT5Config, 1);
  return arra_t5_config_load (encoder->config, gguf, error);
}

static void
store_config (const ArraTextEncoder *encoder, ArraGgufWriter *writer)
{
  arra_t5_config_store (encoder->config, writer);
}

/* All but the embedding are the encoder's, and say so. */
static char *
to_file (const char *name)
{
  return g_strdup (g_str_has_prefix (name, ENCODER) ? name + strlen (ENCODER) : name);
}

static char *
from_file (const char *name)
{
  return g_strconcat (g_str_has_prefix (name, "shared.") ? "" : ENCODER, name, NULL);
}

static void
describe (ArraTextEncoder *encoder)
{
  const ArraT5Config *config = encoder->config;

  encoder->weights = arra_t5_weights (config, encoder->source);
  encoder->width = config->hidden_size;
  encoder->bytes = sizeof (ArraT5) + config->n_layers * sizeof (ArraT5Layer);
}

static gboolean
encode (const ArraTextEncoder *encoder, const char *text, guint most, guint32 *ids, guint *n, GError **error)
{
  return arra_t5_encode_text (encoder->config, encoder->tokenizer, text, most, ids, n, error);
}

static guint64
run_bytes (const ArraTextEncoder *encoder, guint n, guint threads)
{
  return arra_t5_run_bytes (encoder->config, n, threads);
}

static gpointer
bind_weights (const ArraTextEncoder *encoder,
              ArraDType dtype,
              const ArraExec *exec,
              GCancellable *cancellable,
              GError **error)
{
  return arra_t5_new (encoder->config, encoder->source, dtype, exec->pool, cancellable, error);
}

static gboolean
run (gconstpointer network,
     const ArraExec *exec,
     const guint32 *ids,
     guint n,
     float *features,
     GCancellable *cancellable,
     GError **error)
{
  return arra_t5_forward (network, exec, ids, n, n, features, cancellable, error);
}

static void
unbind (gpointer network)
{
  arra_t5_free (network);
}

const ArraTextEncoderClass arra_t5_encoder = {
  .name = "T5",
  .model_type = "t5",
  .tokenizer_key = "arra-t5.tokenizer.json",
  .prefix = "t5.",
  .to_file = to_file,
  .from_file = from_file,
  .read = read_config,
  .load = load_config,
  .store = store_config,
  .describe = describe,
  .encode = encode,
  .run_bytes = run_bytes,
  .bind = bind_weights,
  .run = run,
  .unbind = unbind,
};
