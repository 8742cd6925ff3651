/* bench.h - the parts of `arra bench`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "checkpoint.h"
#include "exec.h"
#include "family.h"
#include "jsonwriter.h"
#include "kv_cache.h"
#include "read_probe.h"
#include "vqgan.h"

#define BENCH_MAX_TYPES 8
#define BENCH_MAX_DEPTHS 4
#define BENCH_PROMPT 32               /* tokens of the prefill */
#define BENCH_PROBE ((gsize) 1 << 30) /* bytes of the probe's buffer at most: more than any cache holds */
#define BENCH_PATCH 16                /* pixels on a side for a code of random weights */
#define BENCH_SIDE 512                /* pixels of pictures of random weights */
#define BENCH_SIZES 2                 /* of pictures that a VQ decoder makes */

/* bench_source.c: weights to run on. */

/* Random weights of this shape, matrices of @dtype, in memory only; deterministic. A model of that type uses them where
 * they lie, or copies them; of the latter one lies for all. */
ArraSource *bench_random_source (const ArraDecoder *decoder, const ArraExec *exec, ArraDType dtype, GError **error);
/* The bytes that it and a model made of it take. */
gboolean
bench_random_bytes (const ArraDecoder *decoder, const ArraExec *exec, ArraDType dtype, gsize *bytes, GError **error);
/* A VQGAN of random weights, of which there are the codebook and the decoder; a copy of them is in memory meanwhile. */
ArraVqgan *
bench_random_vqgan (const ArraVqganConfig *config, const ArraExec *exec, GCancellable *cancellable, GError **error);
/* The bytes of these weights, once. */
gboolean bench_random_vqgan_bytes (const ArraVqganConfig *config, const ArraExec *exec, gsize *bytes, GError **error);
/* Its weights, and the bytes of them that one token reads with matrices as @dtype: all but the embedding, of which it
 * reads a row. */
gboolean
bench_count (const ArraDecoder *decoder, ArraDType dtype, guint64 *parameters, guint64 *bytes_read, GError **error);

/* bench_limits.c */

typedef struct
{
  double floats; /* FLOP a second of products of float matrices, median */
  double halves; /* the same of bf16 weights in a cache with 16 tokens */
  double bytes;  /* operations a second of such products of 8-bit weights */
} BenchLimits;

gboolean bench_limits (const ArraExec *exec, BenchLimits *limits, GError **error);

/* bench_measure.c */

typedef struct
{
  gboolean done;
  double seconds; /* of a pass, median */
  double read;    /* bytes per second of the probes between the passes, median */
  double share;   /* of its neighbouring probe's rate that a pass reads weights with, median */
} BenchPass;

/* What measuring a type takes, in bytes. */
typedef struct
{
  guint64 weights, caches, probe, work, total;
} BenchMemory;

typedef struct
{
  ArraDType dtype;
  guint64 bytes; /* of weights that a pass reads */
  BenchMemory memory;
  BenchPass single[BENCH_MAX_DEPTHS]; /* one token */
  BenchPass pair[BENCH_MAX_DEPTHS];   /* two sequences, one token each: guidance */
  double prefill;                     /* seconds for BENCH_PROMPT tokens; 0: not measured */
} BenchResult;

typedef struct
{
  gboolean decode, pair, prefill, attention, vq, picture, train;
  guint steps;                    /* passes measured */
  guint decodes;                  /* of each size by a VQ decoder */
  guint width, height;            /* pixels of pictures; 0: the usual ones */
  guint codes;                    /* of a picture, that are made; 0: all */
  guint depths[BENCH_MAX_DEPTHS]; /* tokens in the caches before each */
  guint n_depths;
  ArraQuant kv; /* keys and values in them */
} BenchPlan;

/* Whether passes over a model are measured. */
gboolean bench_plan_has_passes (const BenchPlan *plan);
/* Measures @model and sets all of @result but its dtype and bytes, which it reads. Cancellable between passes. */
gboolean bench_measure (const ArraTransformer *model,
                        const ArraExec *exec,
                        const ArraReadProbe *probe,
                        const BenchPlan *plan,
                        BenchResult *result,
                        GCancellable *cancellable,
                        GError **error);

/* Bytes of the caches, and of the buffers of the passes. */
void
bench_measure_bytes (const ArraDecoder *decoder, const BenchPlan *plan, guint threads, guint64 *caches, guint64 *work);

double bench_median (double *values, guint n); /* reorders them */

/* bench_attention.c */

#define BENCH_ATTENTIONS 9 /* types of keys and values, by lengths of sequences */

typedef struct
{
  ArraDType dtype;
  guint positions;   /* of a sequence */
  guint64 bytes;     /* that attention of a row reads in a layer */
  BenchPass row;     /* attention of a row in one layer, as it comes while tokens are made */
  double prefill;    /* seconds for the last BENCH_PROMPT rows of a sequence in one layer, median */
  double operations; /* a second in it, median */
} BenchAttention;

/* Cancellable between passes. Heads that are no whole blocks of a type have none of it. */
gboolean bench_attention (const ArraTransformerShape *shape,
                          const ArraExec *exec,
                          guint steps,
                          BenchAttention results[BENCH_ATTENTIONS],
                          guint *n,
                          GCancellable *cancellable,
                          GError **error);
/* Bytes that it takes at most. */
guint64 bench_attention_bytes (const ArraTransformerShape *shape, guint threads);

/* Puts the same numbers into positions 0 to @length - 1 of all layers; the length of @cache stays. */
void bench_fill_cache (ArraKvCache *cache, const ArraKvShape *shape, guint length);

/* bench_vq.c */

typedef struct
{
  guint width, height; /* pixels */
  double seconds;      /* of a decode, median */
  double operations;   /* of its convolutions when they are made directly */
} BenchVq;

/* The published decoder that random weights take the shape of: Chameleon's. */
gboolean bench_vq_published (ArraVqganConfig *config, GError **error);
/* Sets all of @out but the size, which it reads: whole codes. Cancellable. */
gboolean bench_vq (const ArraVqgan *vqgan,
                   const ArraExec *exec,
                   guint decodes,
                   BenchVq *out,
                   GCancellable *cancellable,
                   GError **error);
/* Bytes that it takes besides the weights. */
guint64 bench_vq_bytes (const ArraVqganConfig *config, const BenchVq *size, guint threads);

/* bench_made.c */

ArraQuant bench_quant (ArraDType dtype); /* as checkpoints are opened with it */

/* A checkpoint of random weights that makes squares of @codes x @codes codes after a prompt of BENCH_PROMPT tokens,
 * described, with weights_private set. */
ArraCheckpoint *bench_made_new (const ArraModelPlan *plan,
                                guint codes,
                                ArraDType dtype,
                                ArraQuant kv,
                                const ArraExec *exec,
                                GError **error);
/* Makes the weights. */
gboolean bench_made_fill (ArraCheckpoint *checkpoint, const ArraExec *exec, GCancellable *cancellable, GError **error);

/* bench_picture.c */

typedef struct
{
  ArraDType dtype;
  guint width, height; /* pixels */
  guint codes, whole;  /* that were made, of how many */
  gboolean guided;
  guint64 bytes; /* of weights that a pass reads */
  BenchMemory memory;
  double making;   /* seconds from the prompt to the last code */
  double decoding; /* and for the rows that were finished, by the VQ decoder */
  double reading;  /* what the bytes of a pass for each code take at the bandwidth beside them */
  double read;     /* bytes per second: that bandwidth */
  guint64 passes, saved;
} BenchPicture;

/* What a picture takes, and whether there is as much; sets memory. @checkpoint: at least described. */
gboolean bench_picture_plan (const ArraCheckpoint *checkpoint,
                             const ArraRequest *request,
                             BenchPicture *picture,
                             GError **error);
/* Makes @request's picture, or its first @codes (0: all), as arra_job_run() and arra_job_decode() do, and sets all of
 * @out but dtype and memory, which it reads. */
gboolean bench_picture (ArraCheckpoint *checkpoint,
                        const ArraRequest *request,
                        guint codes,
                        BenchPicture *out,
                        GCancellable *cancellable,
                        GError **error);
/* Times that its bytes and the VQ decoder need. */
double bench_picture_ratio (const BenchPicture *picture);

/* bench_train.c */

#define BENCH_BATCH 16
#define BENCH_LENGTH 320 /* tokens of a sequence */

typedef struct
{
  guint64 parameters;
  double flop;         /* of a step */
  double seconds;      /* of a step, median */
  double product_rate; /* FLOP a second of a product of square matrices, right before and after each step, median */
  double share;        /* of its neighbours' rate that a step reaches, median */
} BenchTraining;

/* Forward, backward, clipping and AdamW of a batch, over and over. Cancellable between steps. */
gboolean bench_train (const ArraDecoder *decoder,
                      const ArraExec *exec,
                      guint steps,
                      BenchTraining *training,
                      GCancellable *cancellable,
                      GError **error);

/* bench_print.c */

typedef struct
{
  const ArraDecoder *decoder;
  const char *path; /* (nullable): random weights */
  const char *kernels;
  guint threads;
  guint64 parameters;
  BenchPlan plan;
  BenchLimits limits;
  BenchResult results[BENCH_MAX_TYPES];
  guint n_results;
  BenchAttention attention[BENCH_ATTENTIONS];
  guint n_attention;
  BenchVq vq[BENCH_SIZES];
  guint n_vq;
  BenchPicture pictures[BENCH_MAX_TYPES];
  guint n_pictures;
} BenchReport;

/* bench.c: refuses what cannot fit, before a gigabyte is filled. */
gboolean bench_check_memory (guint64 needed, GError **error);

void bench_print (const BenchReport *report);
void bench_print_json (const BenchReport *report);
void bench_print_training (const BenchReport *report, const BenchTraining *training);
void bench_print_training_json (const BenchReport *report, const BenchTraining *training);

/* bench_print_picture.c */

void bench_print_vq (const BenchReport *report);
void bench_print_pictures (const BenchReport *report);
void bench_put_vq (ArraJsonWriter *json, const BenchReport *report);
void bench_put_pictures (ArraJsonWriter *json, const BenchReport *report);
/* bench_print.c */
void bench_print_memory (const char *type, const BenchMemory *memory);
void bench_put_memory (ArraJsonWriter *json, const BenchMemory *memory);
