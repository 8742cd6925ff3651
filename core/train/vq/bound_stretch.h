/* bound_stretch.h - a matrix that does not stretch what it is applied to (arXiv 1802.05957)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Divides @matrix [rows][columns] by its largest singular value where that is above 1. It is found by @rounds steps of
 * the power method from @direction [rows], any but zero, which turns towards its direction: after small changes of the
 * matrix one step is enough. @across: room for [columns] */
void arra_bound_stretch (float *matrix, gsize rows, gsize columns, guint rounds, float *direction, double *across);
