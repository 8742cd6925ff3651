/* symmetric_eigen.h - eigenvalues of real symmetric matrices, in double: the door to LAPACK, for evaluation
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* @matrix: [n][n], of which the upper half is read; it becomes the eigenvectors, one a row, when @vectors is set, else
 * it is destroyed. @values: [n], rising. LAPACK's dsyev. INVALID_DATA when it does not converge, which values that are
 * not finite may cause. */
gboolean arra_symmetric_eigen (double *matrix, gsize n, gboolean vectors, double *values, GError **error);
