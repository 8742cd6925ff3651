/* select.h - the threshold that keeps the largest scores, without sorting and without memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sampler.h"

/* A number that orders floats as unsigned integers; -0 and 0 are the same. @x: no NaN. */
guint32 arra_select_key (float x);

/* The largest key T such that the weights of all scores with arra_select_key (score) >= T add up to at least @target, 0
 * when all together do not. @weights (nullable): one non-negative weight for each of @n candidates, NULL: 1 each. Sums
 * are in double, in the candidates' order. Time grows with n only. */
guint32 arra_select_threshold (const ArraCandidate *candidates, const float *weights, gsize n, double target);
