/* chameleon_graph.h - the Chameleon transformer as a computation on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "chameleon.h"
#include "trainable.h"

/* Runs the transformer of @config with the values of @parameters. @dropout acts on the two residual
 * branches of every layer (its stream is set here). */
void arra_chameleon_graph (ArraTape *tape,
                           const ArraChameleonConfig *config,
                           const ArraParameters *parameters,
                           const ArraSequences *sequences,
                           ArraTaps taps,
                           const ArraDropout *dropout,
                           ArraTransformerNodes *out);

/* The same for training; every id can be read and predicted. */
ArraTrainable arra_chameleon_trainable (const ArraChameleonConfig *config);
