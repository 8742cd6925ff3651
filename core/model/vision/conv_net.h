/* conv_net.h - convolutional networks that are only run: their weights with batch normalisation folded in,
 * and running them
 *
 * A network is walked three times in the same order: to name its tensors, to fold them, and to run. The
 * folded numbers lie in one block in that order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "parameters.h"
#include "source.h"
#include "stored_names.h"
#include "tape.h"
#include "window.h"

typedef enum
{
  ARRA_NET_NAMING,  /* tensors are added to the table */
  ARRA_NET_FOLDING, /* numbers are put into the block */
  ARRA_NET_RUNNING, /* or only measured, as the tape does */
} ArraNetPhase;

typedef struct
{
  ArraNetPhase phase;
  float eps;                  /* of batch normalisation */
  ArraParameters *parameters; /* while naming and folding */
  float *weights;             /* the folded block; NULL while naming */
  gsize n_weights;            /* floats that were passed: of all of it at the end */
  ArraTape *tape;             /* while running */
  gboolean ok;
  GError **error;
} ArraConvNet;

typedef struct
{
  const char *conv; /* the tensor CONV.weight */
  const char *norm; /* (nullable): batch normalisation NORM behind it */
  const char *read; /* (nullable): batch normalisation before it, and ReLU */
  ArraWindow window;
  gsize outputs;
  gboolean relu;
} ArraNetConv;

/* A map of its own. No data but while running. */
ArraWindowMap arra_net_map (ArraConvNet *net, gsize height, gsize width, gsize channels);
/* Channels @first.. of @map. */
ArraWindowMap arra_net_part (const ArraWindowMap *map, gsize first, gsize channels);
/* The map that windows make of @in. */
ArraWindowMap arra_net_output (ArraConvNet *net, const ArraWindow *window, const ArraWindowMap *in, gsize channels);

void arra_net_conv (ArraConvNet *net, const ArraNetConv *conv, const ArraWindowMap *in, const ArraWindowMap *out);
void arra_net_pool (ArraConvNet *net,
                    const ArraWindow *window,
                    gboolean mean,
                    const ArraWindowMap *in,
                    const ArraWindowMap *out);
/* Batch normalisation alone: where its [2][channels] scale and shift lie; NULL while they have no place yet.
 */
const float *arra_net_norm (ArraConvNet *net, const char *norm, gsize channels);

/* Of a network that is loaded, or only described. */
typedef struct
{
  float *folded;   /* arra_mem; NULL: it is described */
  gsize n;         /* floats of it */
  guint64 loading; /* bytes that were there beside it while it was loaded */
} ArraNetWeights;

/* Walks the network @walk describes to name its tensors, reads them from @source under @names, and folds
 * them. Names that say so leave it at a description. */
typedef void (*ArraNetWalk) (ArraConvNet *net, gpointer user);
gboolean arra_net_load (ArraNetWalk walk,
                        gpointer user,
                        float eps,
                        const ArraStoredNames *names,
                        ArraSource *source,
                        ArraNetWeights *weights,
                        GError **error);
