/* vqgan.h - Meta's / taming's VQGAN image tokenizer: encoder, codebook, decoder; any size that is a multiple of the
 * patch
 *
 * Source: arXiv 2012.09841; ARRA arra/model/chameleon_vae_ori.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>
#include "exec.h"
#include "gguf.h"
#include "padding.h"
#include "params.h"
#include "picture.h"
#include "source.h"
#include "yamlfile.h"

#define ARRA_VQGAN_MAX_LEVELS 8

/* Whose module names the tensors have, and in which order the decoder's levels are counted. */
typedef enum
{
  ARRA_VQGAN_TAMING,       /* taming's and Meta's: "up.0" is the full size */
  ARRA_VQGAN_CONV_BLOCKS,  /* LlamaGen's and Janus': "conv_blocks.0" is the decoder's lowest level */
  ARRA_VQGAN_TRANSFORMERS, /* Janus' in transformers: taming's words, but "up.0" is the lowest level */
} ArraVqganNames;

/* Where codes count as vectors of length 1. */
typedef enum
{
  ARRA_VQGAN_CODES_PLAIN,        /* nowhere */
  ARRA_VQGAN_CODES_UNIT,         /* where they are compared and where they are looked up */
  ARRA_VQGAN_CODES_UNIT_DECODED, /* where they are looked up; compared as they are, as transformers does with Janus' */
} ArraVqganCodes;

typedef struct
{
  guint ch, n_levels, ch_mult[ARRA_VQGAN_MAX_LEVELS], n_res_blocks;
  guint n_attn, attn_resolutions[ARRA_VQGAN_MAX_LEVELS], resolution;
  guint in_channels, out_channels, z_channels, embed_dim, n_embed;
  guint norm_groups; /* of the group normalisations: 32 where a file does not say it */
  /* 0 where a file does not say them: Chameleon's form */
  guint decoder_ch, n_decoder_mult, decoder_ch_mult[ARRA_VQGAN_MAX_LEVELS]; /* 0: the encoder's */
  guint decoder_blocks; /* of each level; 0: one more than the encoder has */
  /* 1: the decoder's maps grow by interpolation, which leaves no grid, not by nearest neighbours */
  guint smooth_upsampling;
  guint plain_middle; /* 1: no attention between encoder and codes, codes and decoder */
  /* 1: each pixel is normalised over its channels (pixel_norm.h), not groups of channels over the whole map; 2: in the
   * decoder alone, so that codes stay those of an encoder of groups */
  guint pixel_norm;
  /* an ArraPadding: what convolutions learnt to read outside of a picture. Wrapped ones make tiles */
  guint padding;
  guint names;         /* an ArraVqganNames */
  guint unit_codes;    /* an ArraVqganCodes */
  guint nearest_bytes; /* 1: pixels become the nearest of 256 steps; 0: the one below, as Meta's */
} ArraVqganConfig;

gboolean arra_vqgan_config_from_yaml (ArraVqganConfig *config, const ArraYaml *yaml, GError **error);
/* config.json's vq_config, or a VQGAN's own json of the same members; missing members take Chameleon's values */
gboolean arra_vqgan_config_from_json (ArraVqganConfig *config, JsonObject *object, const char *name, GError **error);
gboolean arra_vqgan_config_load (ArraVqganConfig *config, const ArraGguf *gguf, GError **error); /* "arra-vqgan.*" */
/* From the tensors alone, where their names tell the form: LlamaGen's, and Janus' in transformers. NOT_FOUND: they do
 * not, a configuration is needed. */
gboolean
arra_vqgan_config_from_tensors (ArraVqganConfig *config, const ArraSource *source, const char *prefix, GError **error);
void arra_vqgan_config_store (const ArraVqganConfig *config, ArraGgufWriter *writer);
/* Whether such a VQGAN can be used; @name starts messages. The readers above ask themselves. */
gboolean arra_vqgan_config_check (const ArraVqganConfig *config, const char *name, GError **error);
/* Its own JSON, (transfer full), as arra_vqgan_config_from_json() reads it. */
char *arra_vqgan_config_to_json (const ArraVqganConfig *config);
guint arra_vqgan_decoder_blocks (const ArraVqganConfig *config); /* of each level */
gsize arra_vqgan_decoder_channels (const ArraVqganConfig *config, guint level);
gboolean arra_vqgan_by_pixel (const ArraVqganConfig *config, gboolean encode); /* whether that half is normalised so */
guint arra_vqgan_patch (const ArraVqganConfig *config); /* pixels on a side for one code: 2^(n_levels-1) */

typedef struct _ArraVqgan ArraVqgan; /* immutable once made */

/* @prefix goes before every tensor name ("", "model.vqmodel.", "vqgan."). Encoder and decoder are bound where their
 * tensors exist; at least the codebook and one of them must. All weights are f32 in memory, packed for the
 * convolutions. */
ArraVqgan *arra_vqgan_new (const ArraVqganConfig *config,
                           ArraSource *source,
                           const char *prefix,
                           ArraPool *pool,
                           GCancellable *cancellable,
                           GError **error);
void arra_vqgan_free (ArraVqgan *vqgan); /* nullable */
const ArraVqganConfig *arra_vqgan_config (const ArraVqgan *vqgan);
gboolean arra_vqgan_has_encoder (const ArraVqgan *vqgan);
gboolean arra_vqgan_has_decoder (const ArraVqgan *vqgan);
gboolean arra_vqgan_measure (const ArraVqganConfig *config,
                             ArraSource *source,
                             const char *prefix,
                             guint64 *mapped,
                             guint64 *owned,
                             GError **error);
/* Tensors in table order, without @prefix; for savers. */
typedef gboolean (*ArraVqganParamFunc) (const char *name, const ArraTensor *stored, gpointer data, GError **error);
gboolean arra_vqgan_foreach (const ArraVqganConfig *config,
                             ArraSource *source,
                             const char *prefix,
                             ArraVqganParamFunc func,
                             gpointer data,
                             GError **error);

/* SHA-256 (hex, transfer full) of what decides codes: encoder, codebook and their settings; another decoder does not
 * change it. */
char *arra_vqgan_encoder_sha256 (const ArraVqganConfig *config, ArraSource *source, const char *prefix, GError **error);
/* The same of the codebook alone, as it is in memory: what codes mean, whatever type a file has it in. */
char *arra_vqgan_codebook_sha256 (const ArraVqgan *vqgan);
/* The same of a VQGAN that is not there yet: names and shapes of all tensors in table order. */
gboolean arra_vqgan_describe (const ArraVqganConfig *config, ArraShapeFunc func, gpointer data, GError **error);

/* Buffers for pictures up to rows x columns codes, planned once: exactly arra_vqgan_run_bytes(). */
typedef struct _ArraVqganRun ArraVqganRun;
ArraVqganRun *arra_vqgan_run_new (const ArraVqgan *vqgan,
                                  const ArraExec *exec,
                                  guint rows,
                                  guint columns,
                                  gboolean encode,
                                  GError **error);
void arra_vqgan_run_free (ArraVqganRun *run); /* nullable */
guint64 arra_vqgan_run_bytes (const ArraVqganConfig *config, guint rows, guint columns, gboolean encode, guint threads);

typedef void (*ArraVqganProgress) (double fraction, gpointer user);

/* codes [rows][columns] -> @pixels float [3][16 rows][16 columns] (patch 16), values about -1..1. Cancellable between
 * layers, within 100 ms. */
gboolean arra_vqgan_decode (ArraVqganRun *run,
                            const guint32 *codes,
                            guint rows,
                            guint columns,
                            float *pixels,
                            ArraVqganProgress progress,
                            gpointer user,
                            GCancellable *cancellable,
                            GError **error);
/* @pixels float [3][height][width] -> codes [rows][columns]; @latent (nullable): [embed_dim][rows][columns] before
 * quantisation. First code wins ties. */
gboolean arra_vqgan_encode (ArraVqganRun *run,
                            const float *pixels,
                            guint height,
                            guint width,
                            guint32 *codes,
                            float *latent,
                            GCancellable *cancellable,
                            GError **error);

/* [3][h][w] -> interleaved u8: trunc ((clamp (x, -1, 1) + 1) / 2 * 255), to the nearest step where
 * config->nearest_bytes says so */
void arra_vqgan_to_u8 (const ArraVqganConfig *config, const float *pixels, guint height, guint width, guint8 *rgb);
/* A whitened raster (arra_raster_whiten()) -> [-1, 1] floats [3][h][w] (double, then float) */
void arra_vqgan_from_u8 (const ArraRaster *rgb, float *pixels);

/* Watches activations [channels][h][w] by name ("decoder.conv_in", "decoder.mid.block_1", …): golden probes. */
typedef void (
    *ArraVqganWatch) (const char *what, const float *data, guint channels, guint height, guint width, gpointer user);
void arra_vqgan_run_set_watch (ArraVqganRun *run, ArraVqganWatch watch, gpointer user);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraVqgan, arra_vqgan_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraVqganRun, arra_vqgan_run_free)
