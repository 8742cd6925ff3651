/* symmetric_eigen.c - eigenvalues of real symmetric matrices
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "symmetric_eigen.h"

#include "fail.h"
#include "mem.h"
#include "openblas.h"

static int
call (ArraDsyev dsyev, double *matrix, int n, gboolean vectors, double *values, double *work, int n_work)
{
  int info;

  /* The upper half in rows is the lower half in Fortran's columns. */
  dsyev (vectors ? "V" : "N", "L", &n, matrix, &n, values, work, &n_work, &info, 1, 1);
  return info;
}

static gboolean
find (ArraDsyev dsyev, double *matrix, int n, gboolean vectors, double *values, GError **error)
{
  g_automem double *work = NULL;
  double wanted;

  if (dsyev == NULL)
    return arra_fail (error, ARRA_ERROR_UNAVAILABLE,
                      "The OpenBLAS of this machine finds no eigenvalues: it was built without LAPACK");
  call (dsyev, matrix, n, vectors, values, &wanted, -1);
  work = arra_mem_new ((gsize) wanted, sizeof *work, "eigenvalues", error);
  if (work == NULL)
    return FALSE;
  return call (dsyev, matrix, n, vectors, values, work, (int) wanted) == 0
         || arra_fail (error, ARRA_ERROR_INVALID_DATA, "The eigenvalues of a matrix could not be found");
}

gboolean
arra_symmetric_eigen (double *matrix, gsize n, gboolean vectors, double *values, GError **error)
{
  gboolean found;

  g_assert (n > 0 && n <= G_MAXINT / n);
  if (!arra_openblas_start (error))
    return FALSE;
  found = find (arra_openblas_enter ()->dsyev, matrix, (int) n, vectors, values, error);
  arra_openblas_leave ();
  return found;
}
