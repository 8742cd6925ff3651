/* inception.h - the Inception v3 that Fréchet distances ("FID") are measured with
 *
 * Reference: pytorch-fid, src/pytorch_fid/inception.py (fid_inception_v3), whose file is
 * pt_inception-2015-12-05-6726825d.pth: TensorFlow's network of 2015, where means leave out the border, and
 * the last block takes maxima. Pictures of any size are stretched to 299 pixels a side (bilinear, without
 * antialiasing).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "conv_net.h"

#define ARRA_INCEPTION_SIZE 299
#define ARRA_INCEPTION_FEATURES 2048

/* The network as a walk over it. @in: [299][299][3] while running. Returns the map whose mean is the feature:
 * [8][8][2048]. */
ArraWindowMap arra_inception_walk (ArraConvNet *net, const ArraWindowMap *in);
