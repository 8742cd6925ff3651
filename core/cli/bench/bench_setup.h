/* bench_setup.h - what `arra bench` is asked to measure
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bench.h"

typedef struct
{
  char *model, *vqgan, *text_encoder, *type, *dim, *layers, *heads, *ffn, *vocab, *threads, *steps, *depth, *kv, *size,
      *codes, **rest;
  gboolean json;
} BenchOptions;

typedef struct
{
  const char *model, *vqgan, *text_encoder; /* (nullable); borrowed from the options */
  ArraTransformerShape shape;               /* of random weights */
  guint context;
  ArraDType types[BENCH_MAX_TYPES];
  guint n_types, threads;
  BenchPlan plan;
} BenchSetup;

gboolean bench_setup_init (BenchSetup *setup, const BenchOptions *options, GError **error);
/* The model of random weights. */
ArraModelPlan bench_setup_model (const BenchSetup *setup);

/* bench_open.c: the checkpoint of the setup, or of random weights, with matrices of @picture's type; sets @request,
 * whose prompt is the checkpoint's, and @picture's memory, of which there is enough. */
ArraCheckpoint *
bench_open (const BenchSetup *setup, const ArraExec *exec, BenchPicture *picture, ArraRequest *request, GError **error);
