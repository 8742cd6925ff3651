/* fixture.h - checkpoints of any shape with random weights, for tests: the on-disk form of a real one
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#include "tensor.h"

#define FIXTURE_MAX_LEVELS 8

/* Which ids the vocabulary gives to its tokens. */
typedef enum
{
  /* <s> 0, image tokens from 4 on in order of their codes, ends, sizes; as the golden vocabulary begins */
  FIXTURE_IDS_CHAMELEON,
  FIXTURE_IDS_SHUFFLED, /* bytes first, image tokens in another order than their codes, sizes falling, <s> somewhere */
} FixtureIds;

/* What to write. Fill with fixture_init() first; every number may then be changed. */
typedef struct
{
  guint hidden, layers, heads, kv_heads, ffn, vocab, context;
  guint model_parallel;
  gboolean swin;
  gboolean mask_image_logits;
  ArraDType dtype; /* ARRA_F32, ARRA_F16 or ARRA_BF16 */
  guint shards;    /* 1: model.safetensors; more: an index beside them */
  guint64 seed;

  guint codes; /* image tokens, and entries of the VQGAN's codebook */
  guint sizes; /* size tokens */
  FixtureIds ids;
  gboolean tokenizer; /* writes tokenizer.json */
  gboolean map;       /* writes config.json's vocabulary_map */

  gboolean vqgan;    /* writes vqgan.safetensors and vqgan.yaml beside the weights */
  gboolean hf_vqgan; /* puts an encoder as model.vqmodel.* into the weights, and vq_config into config.json */
  guint ch, n_levels, ch_mult[FIXTURE_MAX_LEVELS], n_res_blocks, z_channels, embed_dim, resolution;
  guint n_attn, attn_resolutions[FIXTURE_MAX_LEVELS];
} Fixture;

/* A tiny model: hidden 64, 2 layers, 4 heads, 512 tokens, 64 codes, 8 size tokens, a VQGAN with patch 2; grid 4 pixels.
 */
void fixture_init (Fixture *fixture);

/* "tiny", "codes1024" (1,024 codes and shuffled ids, patch 16), "100m", "300m", "500m", "7b"; FALSE for another name.
 */
gboolean fixture_init_named (Fixture *fixture, const char *name);

/* Writes the checkpoint into @directory, which is made when it is not there. Same fixture, same bytes. Weights are
 * streamed: the memory needed does not grow with them. */
gboolean fixture_write (const Fixture *fixture, const char *directory, GError **error);

/* Only vqgan.safetensors and vqgan.yaml, into @directory. */
gboolean fixture_write_vqgan (const Fixture *fixture, const char *directory, GError **error);

/* Bytes of all the weights fixture_write() writes. */
guint64 fixture_bytes (const Fixture *fixture);

/* (transfer full): the names of the vocabulary's tokens by id, NULL-terminated; NULL with @error set when they do not
 * fit. */
char **fixture_tokens (const Fixture *fixture, GError **error);

/* (transfer full): a new directory under the system's one for temporary files. Aborts the test when there is none. */
char *fixture_directory (void);

/* Removes a file or a directory with everything in it. */
void fixture_remove (const char *path);

/* (transfer full): a new directory with the checkpoint in it. Failing aborts the test, here and below. */
char *fixture_make (const Fixture *fixture);
char *fixture_make_named (const char *name);

/* Writes a file of the directory, or replaces text in one that holds @from. */
void fixture_put (const char *directory, const char *name, const void *bytes, gssize size);
void fixture_replace (const char *directory, const char *name, const char *from, const char *to);

/* The error must be ARRA_ERROR of that code, with all of @words (NULL-terminated) in its message. */
void fixture_assert_error (const GError *error, int code, const char *const *words);
#define FIXTURE_WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })
