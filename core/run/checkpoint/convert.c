/* convert.c - a checkpoint becomes a single GGUF file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "convert.h"

#include <string.h>

#include "card.h"
#include "checkpoint_private.h"
#include "fail.h"
#include "mapping.h"
#include "mem.h"
#include "params.h"

#define UPDATE_INTERVAL (G_USEC_PER_SEC / 10) /* between two calls of the progress function */

typedef struct
{
  const ArraCheckpoint *checkpoint;
  GArray *items;      /* of ArraConversion */
  ArraSource *source; /* of the tensors being listed */
  ArraDType asked;
  guint64 total; /* bytes to read */
  ArraProgressFunc func;
  gpointer data;
  GCancellable *cancellable;
  gint64 begun, told; /* microseconds */
} Conversion;

static void
clear_item (gpointer data)
{
  g_free (((ArraConversion *) data)->name);
}

static void
add_item (Conversion *conversion, const char *prefix, const char *name, const ArraTensor *stored, ArraDType dtype)
{
  ArraConversion item
      = { .name = g_strconcat (prefix, name, NULL), .source = conversion->source, .stored = stored, .dtype = dtype };

  g_array_append_val (conversion->items, item);
  conversion->total += stored->n_bytes;
}

static gboolean
list_weight (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  Conversion *conversion = data;

  add_item (conversion, "", name, stored,
            is_matrix ? arra_param_matrix_dtype (name, stored, conversion->asked) : ARRA_F32);
  return TRUE;
}

/* The VQGAN is never quantised: it is small, and pixels show every loss. Its kernels, nearly all of it, have
 * half precision where the matrices are made small, too; what has it already keeps it. */
static ArraDType
vqgan_type (ArraDType asked, const ArraTensor *stored)
{
  if (asked == ARRA_N_DTYPES)
    asked = stored->dtype;
  if (stored->dtype == ARRA_BF16)
    return ARRA_BF16;
  return stored->n_dims == 4 && (asked == ARRA_F16 || arra_dtype_takes_blocks (asked)) ? ARRA_F16 : ARRA_F32;
}

static gboolean
list_vqgan_weight (const char *name, const ArraTensor *stored, gpointer data, GError **error)
{
  Conversion *conversion = data;

  add_item (conversion, ARRA_VQGAN_PREFIX, name, stored, vqgan_type (conversion->asked, stored));
  return TRUE;
}

static gboolean
list_encoder_weight (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  Conversion *conversion = data;
  const ArraTextEncoderClass *class = conversion->checkpoint->text_encoder->class;
  g_autofree char *short_name = class->to_file (name);

  add_item (conversion, class->prefix, short_name, stored,
            is_matrix ? arra_param_matrix_dtype (name, stored, conversion->asked) : ARRA_F32);
  return TRUE;
}

static gboolean
list_text_encoder (Conversion *conversion, GError **error)
{
  const ArraTextEncoder *encoder = conversion->checkpoint->text_encoder;

  if (encoder == NULL)
    return TRUE;
  conversion->source = encoder->source;
  return arra_weights_foreach (&encoder->weights, list_encoder_weight, conversion, error);
}

static gboolean
list_tensors (Conversion *conversion, GError **error)
{
  const ArraCheckpoint *checkpoint = conversion->checkpoint;

  conversion->source = checkpoint->source;
  if (!arra_weights_foreach (&checkpoint->decoder.weights, list_weight, conversion, error)
      || !list_text_encoder (conversion, error))
    return FALSE;
  if (checkpoint->vqgan_source == NULL)
    return TRUE;
  conversion->source = checkpoint->vqgan_source;
  return arra_vqgan_foreach (&checkpoint->vqgan_config, checkpoint->vqgan_source, checkpoint->vqgan_prefix,
                             list_vqgan_weight, conversion, error);
}

/* What the matrices of the layers are, for general.file_type: the first one's type. */
static ArraDType
main_type (const Conversion *conversion)
{
  for (guint i = 0; i < conversion->items->len; i++)
    {
      const ArraConversion *item = &g_array_index (conversion->items, ArraConversion, i);

      if (strstr (item->name, "layers.") != NULL && item->stored->n_dims == 2 && strstr (item->name, "norm") == NULL)
        return item->dtype;
    }
  return ARRA_F32;
}

static void
store_metadata (const Conversion *conversion, ArraGgufWriter *writer)
{
  static const char no_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";
  const ArraCheckpoint *checkpoint = conversion->checkpoint;
  g_autofree char *source = g_path_get_basename (checkpoint->path);
  g_autofree char *source_name = g_utf8_make_valid (source, -1);
  gsize size;

  arra_gguf_writer_set_string (writer, "general.architecture", checkpoint->decoder.family->architecture, -1);
  arra_gguf_writer_set_uint (writer, "general.file_type", arra_dtype_traits (main_type (conversion))->gguf_file_type);
  arra_gguf_writer_set_uint (writer, "general.quantization_version", 2);
  arra_card_store (checkpoint, writer);
  checkpoint->decoder.family->store (&checkpoint->decoder, writer);
  if (checkpoint->vqgan_source != NULL)
    arra_vqgan_config_store (&checkpoint->vqgan_config, writer);
  if (checkpoint->text_encoder != NULL)
    arra_text_encoder_store (checkpoint->text_encoder, writer);
  arra_defaults_store (checkpoint, writer);
  arra_gguf_writer_set_string (writer, "arra.source.name", source_name, -1);
  arra_gguf_writer_set_string (writer, "arra.source.fingerprint", checkpoint->fingerprint, -1);
  arra_gguf_writer_set_string (writer, ARRA_SHA256_KEY, no_hash, -1);
  if (checkpoint->tokenizer != NULL)
    {
      const char *tokenizer = arra_tokenizer_json (checkpoint->tokenizer, &size);
      arra_gguf_writer_set_string (writer, ARRA_TOKENIZER_KEY, tokenizer, (gssize) size);
    }
}

static gboolean
declare_tensors (const Conversion *conversion, ArraGgufWriter *writer, GError **error)
{
  for (guint i = 0; i < conversion->items->len; i++)
    {
      const ArraConversion *item = &g_array_index (conversion->items, ArraConversion, i);

      if (!arra_gguf_writer_add_tensor (writer, item->name, item->dtype, item->stored->n_dims, item->stored->shape,
                                        error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
advance (guint64 done, gpointer data, GError **error)
{
  Conversion *conversion = data;
  gint64 now = g_get_monotonic_time ();
  ArraProgress progress = { .phase = ARRA_PHASE_TOKENS, .seconds_left = -1 };

  if (g_cancellable_set_error_if_cancelled (conversion->cancellable, error))
    return FALSE;
  if (conversion->func == NULL || (now - conversion->told < UPDATE_INTERVAL && done < conversion->total))
    return TRUE;
  conversion->told = now;
  progress.fraction = (double) done / (double) conversion->total;
  if (now - conversion->begun > G_USEC_PER_SEC)
    progress.seconds_left = (double) (now - conversion->begun) / G_USEC_PER_SEC * (1 / progress.fraction - 1);
  conversion->func (&progress, conversion->data);
  return TRUE;
}

static gboolean
write_file (Conversion *conversion, const char *out_path, GError **error)
{
  g_autoptr (ArraPool) pool = NULL;
  g_autoptr (ArraGgufWriter) writer = NULL;

  if (g_file_test (out_path, G_FILE_TEST_IS_DIR))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: is a directory; name the GGUF file to write", out_path);
  if (arra_mapping_is_open (out_path))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: is being read, and would be lost: give another name", out_path);
  if (!list_tensors (conversion, error))
    return FALSE;
  pool = arra_pool_new (0, error);
  writer = pool != NULL ? arra_gguf_writer_new (out_path, error) : NULL;
  if (writer == NULL)
    return FALSE;
  store_metadata (conversion, writer);
  conversion->begun = g_get_monotonic_time ();
  return declare_tensors (conversion, writer, error) && arra_gguf_writer_begin (writer, error)
         && arra_convert_tensors (conversion->items, writer, pool, advance, conversion, error)
         && arra_source_check (conversion->checkpoint->source, error)
         && (conversion->checkpoint->text_encoder == NULL
             || arra_source_check (conversion->checkpoint->text_encoder->source, error))
         && (conversion->checkpoint->vqgan_source == NULL
             || arra_source_check (conversion->checkpoint->vqgan_source, error))
         && arra_gguf_writer_commit (writer, ARRA_SHA256_KEY, error);
}

gboolean
arra_checkpoint_convert (const char *path,
                         const char *vqgan,
                         const char *card_path,
                         const char *out_path,
                         ArraQuant quant,
                         ArraProgressFunc func,
                         gpointer data,
                         GCancellable *cancellable,
                         GError **error)
{
  return arra_checkpoint_convert_parts (path, vqgan, NULL, card_path, out_path, quant, func, data, cancellable, error);
}

gboolean
arra_checkpoint_convert_parts (const char *path,
                               const char *vqgan,
                               const char *text_encoder,
                               const char *card_path,
                               const char *out_path,
                               ArraQuant quant,
                               ArraProgressFunc func,
                               gpointer data,
                               GCancellable *cancellable,
                               GError **error)
{
  ArraOpenOptions options = { .vqgan = vqgan, .text_encoder = text_encoder, .metadata_only = TRUE };
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (ArraConversion));
  Conversion conversion
      = { .items = items, .asked = arra_quant_dtype (quant), .func = func, .data = data, .cancellable = cancellable };

  g_return_val_if_fail (path != NULL && out_path != NULL, FALSE);
  g_array_set_clear_func (items, clear_item);
  checkpoint = arra_checkpoint_open (path, &options, cancellable, error);
  if (checkpoint == NULL)
    return FALSE;
  if (checkpoint->decoder.conditioner->reads_text && checkpoint->tokenizer == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: has no tokenizer.json, without which no prompt can be read",
                      path);
  conversion.checkpoint = checkpoint;
  /* What the user says about the checkpoint goes over what it says itself. */
  return (card_path == NULL || arra_card_read_file (checkpoint, card_path, error))
         && write_file (&conversion, out_path, error);
}
