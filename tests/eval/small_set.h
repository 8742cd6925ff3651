/* small_set.h - data sets of a few small pictures, for tests of evaluation
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dataset.h"

/* A set of @n pictures of @size pixels in @folder, with noise of @seed: labels "colour" (red, green, blue: picture i
 * has i % 3; the strongest channel) and "size" (small, large; every fifth picture has none). */
ArraDataset *small_set_make (const char *folder, guint64 seed, guint n, guint size);
