/* conv_gradients.h - gradients of a convolution's weights and biases
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "conv_pass.h"

gsize arra_conv_gradients_scratch (const ArraConvPass *pass); /* floats */

/* Adds to @dweight ([n_out][n_in][side][side]) and @dbias what @dy, the gradient of the forward pass's outputs, makes
 * of them. The sums are of parts that do not depend on the number of threads. */
void arra_conv_gradients (const ArraConvPass *pass,
                          const float *dy,
                          guint side,
                          float *scratch,
                          float *dweight,
                          float *dbias);
