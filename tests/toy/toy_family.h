/* toy_family.h - a family that only a test build knows
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "family.h"

#define TOY_CODES 16
#define TOY_SIDE 4
#define TOY_HIDDEN 32
#define TOY_INNER 64
#define TOY_HEADS 2
#define TOY_LAYERS 1

extern const ArraFamily toy_family;
