/* made.h - weights and pictures that are made by a formula instead of stored
 *
 * Element i of tensor NAME: f (u), u = (splitmix64 (fnv1a64 ("SALT:NAME") + i) >> 40) / 2^24. f: more than
 * one dimension: (2 u - 1) sqrt (3 / (elements / shape[0])); weights of one dimension and running_var: 0.75 +
 * 0.5 u; the rest: (2 u - 1) 0.1. Byte i of picture NAME: splitmix64 (the same) >> 56.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#include "parameters.h"
#include "picture.h"
#include "source.h"

/* The values of all tensors of @parameters, which this allocates, as a source. */
ArraSource *made_weights (ArraParameters *parameters, const char *salt);
void made_picture (const char *salt, const char *name, ArraRaster *raster); /* its size is set */
