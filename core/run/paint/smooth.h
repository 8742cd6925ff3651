/* smooth.h - what is missing in a picture becomes a smooth passage between what is there
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/**
 * arra_smooth_fill:
 * @planes: [@n_planes][@height][@width]
 * @known: [@height][@width], 0 to 1: how much of each value is there; its remainder, and all where this is 0, is
 * filled. Where nothing is known at all, all becomes 0.
 *
 * Averages of ever larger squares of what is known, taken back down where it is not (Gortler and others, "The
 * Lumigraph", 1996: push-pull).
 */
gboolean
arra_smooth_fill (float *planes, const float *known, guint n_planes, guint width, guint height, GError **error);

guint64 arra_smooth_bytes (guint n_planes, guint width, guint height); /* that it takes beside these */
