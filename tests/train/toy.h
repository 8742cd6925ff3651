/* toy.h - a thing that learns in microseconds, for tests of the loop around it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trainer.h"

#define TOY_N 37

/* Fits weights to a target by momentum, with noise of (seed, step); its parts are of all three types. */
typedef struct
{
  float weights[TOY_N];
  double momentum[TOY_N];
  gint64 steps;

  guint8 data;        /* what it learns from */
  guint pause;        /* microseconds a step */
  gint64 poison;      /* the step whose loss is not finite; -1: none */
  gint64 worse_from;  /* validation rises from this step on; -1: never */
  GCancellable *stop; /* cancelled in step stop_at */
  gint64 stop_at;
} Toy;

extern const ArraTraineeClass toy_class, toy_class_blind; /* the second cannot validate */

void toy_init (Toy *toy);
/* A configuration in memory: "kind: toy", constant rate 0.1, 40 steps, "output" in @folder, and @more lines
 * of "training:". */
ArraYaml *toy_config (const char *folder, const char *more);
