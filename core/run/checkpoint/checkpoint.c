/* checkpoint.c - a checkpoint as a whole: opening, sharing, what it can make
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include <arra-prompt.h>
#include <inttypes.h>
#include <string.h>

#include "card.h"
#include "card_translations.h"
#include "fail.h"
#include "mem.h"

#define MAX_SIDE 65536         /* pixels */
#define PATCH_WITHOUT_VQGAN 16 /* pixels on a side of a code, for tokens that are decoded elsewhere */

static const struct
{
  const char *name;
  ArraDType dtype;
} quants[] = {
  [ARRA_QUANT_AS_STORED] = { "auto", ARRA_N_DTYPES },
  [ARRA_QUANT_F32] = { "f32", ARRA_F32 },
  [ARRA_QUANT_F16] = { "f16", ARRA_F16 },
  [ARRA_QUANT_BF16] = { "bf16", ARRA_BF16 },
  [ARRA_QUANT_Q8_0] = { "q8_0", ARRA_Q8_0 },
  [ARRA_QUANT_Q4_0] = { "q4_0", ARRA_Q4_0 },
  [ARRA_QUANT_Q4_K] = { "q4_k", ARRA_Q4_K },
  [ARRA_QUANT_Q6_K] = { "q6_k", ARRA_Q6_K },
};

gboolean
arra_quant_parse (const char *name, ArraQuant *quant)
{
  g_return_val_if_fail (name != NULL && quant != NULL, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (quants); i++)
    if (g_ascii_strcasecmp (name, quants[i].name) == 0)
      {
        *quant = (ArraQuant) i;
        return TRUE;
      }
  return FALSE;
}

const char *
arra_quant_name (ArraQuant quant)
{
  g_return_val_if_fail ((gsize) quant < G_N_ELEMENTS (quants), NULL);
  return quants[quant].name;
}

ArraDType
arra_quant_dtype (ArraQuant quant)
{
  return quants[quant].dtype;
}

ArraDType
arra_checkpoint_dtype (const ArraCheckpoint *checkpoint)
{
  return arra_quant_dtype (checkpoint->quant);
}

static gboolean
read_path (ArraCheckpoint *checkpoint, const ArraOpenOptions *options, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (checkpoint->path);

  if (!g_file_test (checkpoint->path, G_FILE_TEST_EXISTS) && g_str_has_suffix (folder, "/snapshots"))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: this snapshot is not there: the download is not complete",
                      checkpoint->path);
  if (!g_file_test (checkpoint->path, G_FILE_TEST_EXISTS))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: there is no such file or directory", checkpoint->path);
  if (g_file_test (checkpoint->path, G_FILE_TEST_IS_DIR))
    return arra_checkpoint_read_directory (checkpoint, options, error);
  return arra_checkpoint_read_gguf (checkpoint, options, error);
}

static void
take_note (ArraCheckpoint *checkpoint, const char *note)
{
  g_ptr_array_add (checkpoint->notes, g_strdup (note));
}

/* Whether the head has no number for any image token, as when a training begins with a model that wrote text.
 */
static gboolean
has_learnt_no_pictures (const ArraCheckpoint *checkpoint)
{
  const ArraTensor *head = arra_decoder_head (&checkpoint->decoder);
  const ArraLayout *layout = checkpoint->layout;
  gsize width = checkpoint->decoder.shape.hidden_size;

  for (guint code = 0; code < layout->n_codes; code++)
    if (!arra_tensor_is_zero (head, arra_layout_id (layout, code) * width, width))
      return FALSE;
  return layout->n_codes > 0;
}

/* What is to be known before the model is used. */
static void
take_notes (ArraCheckpoint *checkpoint)
{
  const ArraDecoder *decoder = &checkpoint->decoder;

  if (arra_source_note (checkpoint->source) != NULL)
    take_note (checkpoint, arra_source_note (checkpoint->source));
  if (decoder->note != NULL)
    take_note (checkpoint, arra_translate (decoder->note));
  if (decoder->writes_only)
    take_note (checkpoint, arra_translate ("the image tokens are masked (mask_image_logits): this model "
                                           "writes text and cannot make pictures"));
  else if (has_learnt_no_pictures (checkpoint))
    g_ptr_array_add (checkpoint->notes,
                     g_strdup_printf (arra_translate ("the rows of the image tokens in %s are zero: a "
                                                      "training has only begun, and pictures are noise"),
                                      decoder->family->head[decoder->weights.form]));
}

typedef gboolean (*LoadFunc) (ArraCheckpoint *checkpoint, guint threads, GCancellable *cancellable, GError **error);

/* Whether heads of the model can be kept as asked for. */
static gboolean
check_kv (const ArraCheckpoint *checkpoint, GError **error)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (arra_quant_dtype (checkpoint->kv));
  const guint head_dim = checkpoint->decoder.shape.head_dim;

  if (traits->attend == 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "Keys and values cannot be kept as %s: f32, f16 and q8_0 are possible",
                      arra_quant_name (checkpoint->kv));
  if (head_dim % traits->block != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "%s: its heads have %u numbers, no multiple of %u, so keys and values cannot be kept as %s",
                      checkpoint->path, head_dim, (guint) traits->block, arra_quant_name (checkpoint->kv));
  return TRUE;
}

static ArraCheckpoint *
make_empty (const char *path, ArraQuant quant, ArraQuant kv)
{
  ArraCheckpoint *checkpoint = g_new0 (ArraCheckpoint, 1);

  g_atomic_ref_count_init (&checkpoint->refs);
  checkpoint->path = g_strdup (path);
  checkpoint->notes = g_ptr_array_new_null_terminated (4, g_free, TRUE);
  checkpoint->quant = quant;
  checkpoint->kv = kv == ARRA_QUANT_AS_STORED ? ARRA_QUANT_F32 : kv;
  arra_card_init (checkpoint, path);
  return checkpoint;
}

ArraCheckpoint *
arra_checkpoint_make (const char *path,
                      ArraDecoder *decoder,
                      ArraLayout *layout,
                      const ArraVqganConfig *vqgan,
                      ArraQuant quant,
                      ArraQuant kv)
{
  ArraCheckpoint *checkpoint = make_empty (path, quant, kv);

  checkpoint->decoder = *decoder;
  *decoder = (ArraDecoder) { 0 };
  checkpoint->layout = layout;
  checkpoint->vqgan_config = *vqgan;
  arra_defaults_init (checkpoint);
  return checkpoint;
}

/* Headers and metadata, then the weights that @load (nullable) asks for; from then on nothing changes. */
static ArraCheckpoint *
open_with (const char *path, const ArraOpenOptions *options, LoadFunc load, GCancellable *cancellable, GError **error)
{
  g_autoptr (ArraCheckpoint) checkpoint = make_empty (path, options->quant, options->kv);

  checkpoint->vqgan_given = options->vqgan != NULL;
  checkpoint->text_encoder_given = options->text_encoder;
  if (!read_path (checkpoint, options, error) || !check_kv (checkpoint, error)
      || !arra_checkpoint_measure (checkpoint, error))
    return NULL;
  checkpoint->text_encoder_given = NULL;
  arra_card_translate (checkpoint, g_get_language_names ());
  take_notes (checkpoint);
  if (load != NULL && !load (checkpoint, options->threads, cancellable, error))
    return NULL;
  return g_steal_pointer (&checkpoint);
}

ArraCheckpoint *
arra_checkpoint_open_sized (const char *path,
                            const ArraOpenOptions *options,
                            gsize options_size,
                            GCancellable *cancellable,
                            GError **error)
{
  ArraOpenOptions whole = ARRA_OPEN_OPTIONS_INIT;

  g_return_val_if_fail (path != NULL, NULL);
  if (options != NULL)
    memcpy (&whole, options, MIN (options_size, sizeof whole));
  g_return_val_if_fail ((gsize) whole.quant < G_N_ELEMENTS (quants) && (gsize) whole.kv < G_N_ELEMENTS (quants), NULL);
  return open_with (path, &whole, whole.metadata_only ? NULL : arra_checkpoint_load_weights, cancellable, error);
}

ArraCheckpoint *
arra_checkpoint_open_vqgan (const char *path, const ArraOpenOptions *options, GCancellable *cancellable, GError **error)
{
  return open_with (path, options, arra_checkpoint_load_vqgan, cancellable, error);
}

ArraCheckpoint *
arra_checkpoint_ref (ArraCheckpoint *checkpoint)
{
  g_return_val_if_fail (checkpoint != NULL, NULL);
  g_atomic_ref_count_inc (&checkpoint->refs);
  return checkpoint;
}

void
arra_checkpoint_unref (ArraCheckpoint *checkpoint)
{
  if (checkpoint == NULL || !g_atomic_ref_count_dec (&checkpoint->refs))
    return;
  arra_decoder_unbind (&checkpoint->decoder, checkpoint->model);
  arra_decoder_clear (&checkpoint->decoder);
  arra_vqgan_free (checkpoint->vqgan);
  arra_layout_free (checkpoint->layout);
  arra_tokenizer_unref (checkpoint->tokenizer);
  arra_text_encoder_free (checkpoint->text_encoder);
  arra_source_unref (checkpoint->source);
  arra_source_unref (checkpoint->vqgan_source);
  arra_gguf_free (checkpoint->gguf);
  arra_mem_free (checkpoint->thumbnail);
  g_clear_pointer (&checkpoint->notes, g_ptr_array_unref);
  g_free (checkpoint->examples);
  g_free (checkpoint->words);
  g_clear_pointer (&checkpoint->translations, g_hash_table_unref);
  g_string_chunk_free (checkpoint->strings);
  g_free (checkpoint->prompt_template);
  g_free (checkpoint->vqgan_prefix);
  g_free (checkpoint->vqgan_path);
  g_free (checkpoint->fingerprint);
  g_free (checkpoint->path);
  g_free (checkpoint);
}

const char *
arra_checkpoint_path (const ArraCheckpoint *checkpoint)
{
  g_return_val_if_fail (checkpoint != NULL, NULL);
  return checkpoint->path;
}

const char *const *
arra_checkpoint_notes (const ArraCheckpoint *checkpoint)
{
  g_return_val_if_fail (checkpoint != NULL, NULL);
  return (const char *const *) checkpoint->notes->pdata;
}

const ArraCard *
arra_checkpoint_card (const ArraCheckpoint *checkpoint)
{
  g_return_val_if_fail (checkpoint != NULL, NULL);
  return &checkpoint->shown;
}

const char *
arra_checkpoint_fingerprint (const ArraCheckpoint *checkpoint)
{
  g_return_val_if_fail (checkpoint != NULL, NULL);
  return checkpoint->fingerprint;
}

const char *const *
arra_checkpoint_classes (const ArraCheckpoint *checkpoint)
{
  static const char *const none[] = { NULL };

  if (checkpoint->decoder.conditioner->reads_text || checkpoint->decoder.conditioner->reads_features)
    return NULL;
  return checkpoint->decoder.classes != NULL ? checkpoint->decoder.classes : none;
}

guint
arra_checkpoint_grid (const ArraCheckpoint *checkpoint)
{
  g_return_val_if_fail (checkpoint != NULL, 0);
  return checkpoint->vqgan_config.n_embed > 0 ? checkpoint->layout->grid * arra_vqgan_patch (&checkpoint->vqgan_config)
                                              : 0;
}

guint
arra_checkpoint_size_grid (const ArraCheckpoint *checkpoint)
{
  const guint grid = arra_checkpoint_grid (checkpoint);

  return grid > 0 ? grid : checkpoint->layout->grid * PATCH_WITHOUT_VQGAN;
}

guint
arra_checkpoint_patch (const ArraCheckpoint *checkpoint)
{
  g_return_val_if_fail (checkpoint != NULL, 0);
  return arra_checkpoint_size_grid (checkpoint) / checkpoint->layout->grid;
}

guint
arra_checkpoint_codes (const ArraCheckpoint *checkpoint, guint pixels)
{
  return pixels / arra_checkpoint_size_grid (checkpoint) * checkpoint->layout->grid;
}

static guint64
picture_tokens (const ArraCheckpoint *checkpoint, guint width, guint height)
{
  return arra_layout_tokens (checkpoint->layout, arra_checkpoint_codes (checkpoint, height),
                             arra_checkpoint_codes (checkpoint, width));
}

static guint
round_side (guint side, guint grid, guint most)
{
  return CLAMP ((guint) (((guint64) side + grid / 2) / grid), 1, most) * grid;
}

/* The size nearest to the one asked for that the context has room for, with a prompt: one that can be advised. */
static void
nearest_size (const ArraCheckpoint *checkpoint, guint grid, guint most, guint *width, guint *height)
{
  const guint room = arra_checkpoint_picture_room (checkpoint);

  *width = round_side (*width, grid, most);
  *height = round_side (*height, grid, most);
  while (MAX (*width, *height) > grid && picture_tokens (checkpoint, *width, *height) > room)
    *(*width >= *height ? width : height) -= grid;
}

gboolean
arra_checkpoint_fits_size (const ArraCheckpoint *checkpoint, guint width, guint height, GError **error)
{
  guint grid = arra_checkpoint_size_grid (checkpoint), most, near_width = width, near_height = height;
  guint64 tokens;

  most = MIN (checkpoint->layout->n_grids, MAX_SIDE / grid);
  nearest_size (checkpoint, grid, most, &near_width, &near_height);
  if (width == 0 || height == 0 || width % grid != 0 || height % grid != 0 || width > most * grid
      || height > most * grid)
    return arra_fail (
        error, ARRA_ERROR_ARGUMENT,
        "A picture of %u x %u pixels cannot be made: width and height must be multiples of %u, from %u to %u, and "
        "the model's context must have room for both; %u x %u can be made",
        width, height, grid, grid, most * grid, near_width, near_height);
  tokens = picture_tokens (checkpoint, width, height);
  if (tokens + checkpoint->decoder.least_prompt > checkpoint->decoder.context)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "A picture of %u x %u pixels cannot be made: it needs %" PRIu64
                      " tokens, but the model's context has room for %u; %u x %u can be made",
                      width, height, tokens, checkpoint->decoder.context, near_width, near_height);
  return TRUE;
}

gboolean
arra_checkpoint_check_size (const ArraCheckpoint *checkpoint, guint width, guint height, GError **error)
{
  g_return_val_if_fail (checkpoint != NULL, FALSE);
  if (checkpoint->decoder.writes_only)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      checkpoint->gguf != NULL
                          ? N_ ("%s: it cannot make pictures: its image tokens are masked, and every picture would be "
                                "noise. If the model was "
                                "trained to make pictures, say \"mask_image_logits\": false in its config.json, and "
                                "convert it again")
                          : N_ ("%s: it cannot make pictures: its image tokens are masked, and every picture would be "
                                "noise. If the model was "
                                "trained to make pictures, say \"mask_image_logits\": false in its config.json"),
                      checkpoint->path);
  return arra_checkpoint_fits_size (checkpoint, width, height, error);
}
