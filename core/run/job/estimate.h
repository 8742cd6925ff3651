/* estimate.h - how long decoding will take, before anything was measured
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"
#include "vqgan.h"

/* Floating point operations of the decoder's convolutions for each code. */
double arra_estimate_decoder_flop (const ArraVqganConfig *config);

/* Seconds for each code on @threads threads at a rate that such kernels usually reach; 0 without a VQGAN. */
double arra_estimate_decode (const ArraVqganConfig *config, const ArraKernels *kernels, guint threads);
