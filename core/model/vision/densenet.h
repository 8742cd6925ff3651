/* densenet.h - the DenseNet-121 (arXiv 1608.06993) of torchxrayvision, for chest X-rays
 * (densenet121-res224-*)
 *
 * Reference: torchxrayvision, models.py: DenseNet.features2, and utils.normalize.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "conv_net.h"

#define ARRA_DENSENET_SIZE 224
#define ARRA_DENSENET_FEATURES 1024

/* The network as a walk over it. @in: [224][224][1] while running. Returns its last map, [7][7][1024];
 * *@norm: the [2][1024] scale and shift that come before its last ReLU. */
ArraWindowMap arra_densenet_walk (ArraConvNet *net, const ArraWindowMap *in, const float **norm);
