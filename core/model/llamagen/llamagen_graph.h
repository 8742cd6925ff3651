/* llamagen_graph.h - LlamaGen as a computation on a tape, for training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "llamagen.h"
#include "trainable.h"

/* Sequences are a class (n_codes + CLASS, none included), or rows of a text (first_prompt + R, or n_codes + R for no
 * text; padding in front of it is left out), and then codes of pictures with @columns of them in a row; codes are
 * predicted. The parameters have the tensors of arra_llamagen_weights(), of which no text's rows are not learnt.
 * Dropout acts on the embeddings, too, as in the reference. */
ArraTrainable arra_llamagen_trainable (const ArraLlamagenConfig *config, guint columns);
