/* janus_graph.h - Janus as a computation on a tape, for training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "janus.h"
#include "trainable.h"

/* Sequences are text ids and codes (n_text + CODE) in any order; codes are predicted. The parameters have the tensors
 * of arra_janus_weights(). */
ArraTrainable arra_janus_trainable (const ArraJanusConfig *config);
