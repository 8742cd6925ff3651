/* bench_setup.h - what `arra bench` is asked to measure
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bench.h"

typedef struct
{
  char *model, *vqgan, *type, *dim, *layers, *heads, *ffn, *vocab, *threads, *steps, *depth, *kv, *size, **rest;
  gboolean json;
} BenchOptions;

typedef struct
{
  const char *model, *vqgan;  /* (nullable); borrowed from the options */
  ArraTransformerShape shape; /* of random weights */
  guint context;
  ArraDType types[BENCH_MAX_TYPES];
  guint n_types, threads;
  BenchPlan plan;
} BenchSetup;

gboolean bench_setup_init (BenchSetup *setup, const BenchOptions *options, GError **error);
/* The model of random weights. */
ArraModelPlan bench_setup_model (const BenchSetup *setup);
