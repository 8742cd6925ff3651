/* symmetric_matrix.h - square roots of real symmetric matrices, in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Over @matrix [n][n]: its square root, which is symmetric too: sqrt (V L V^T) = V sqrt (L) V^T. Eigenvalues below
 * zero, which rounding makes of zeros, count as zero. Errors: as arra_symmetric_eigen(). */
gboolean arra_symmetric_sqrt (double *matrix, gsize n, GError **error);
