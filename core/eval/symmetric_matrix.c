/* symmetric_matrix.c - square roots of real symmetric matrices
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "symmetric_matrix.h"

#include <math.h>
#include <string.h>

#include "mem.h"
#include "symmetric_eigen.h"

/* @vectors: one a row; matrix = sum over k of root (value[k]) v_k v_k^T */
static void
compose (const double *vectors, const double *values, gsize n, double *matrix)
{
  memset (matrix, 0, n * n * sizeof *matrix);
  for (gsize k = 0; k < n; k++)
    {
      const double *v = vectors + k * n;
      double root = sqrt (MAX (values[k], 0));

      for (gsize i = 0; root > 0 && i < n; i++)
        {
          double *restrict row = matrix + i * n;
          double scale = root * v[i];

          for (gsize j = 0; j < n; j++)
            row[j] += scale * v[j];
        }
    }
}

gboolean
arra_symmetric_sqrt (double *matrix, gsize n, GError **error)
{
  g_automem double *vectors = arra_mem_new (n, n * sizeof *vectors, "a square root", error);
  g_automem double *values = vectors != NULL ? arra_mem_new (n, sizeof *values, "a square root", error) : NULL;

  if (values == NULL)
    return FALSE;
  memcpy (vectors, matrix, n * n * sizeof *vectors);
  if (!arra_symmetric_eigen (vectors, n, TRUE, values, error))
    return FALSE;
  compose (vectors, values, n, matrix);
  return TRUE;
}
