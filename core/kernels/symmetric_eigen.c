/* symmetric_eigen.c - eigenvalues of real symmetric matrices
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "symmetric_eigen.h"

#include "fail.h"
#include "mem.h"
#include "openblas.h"

/* As Fortran is called: all by reference, the lengths of the texts at the end. OpenBLAS brings it, but no
 * header of it. */
extern void
dsyev_ (const char *jobz,
        const char *uplo,
        const int *n,
        double *a,
        const int *lda,
        double *w,
        double *work,
        const int *lwork,
        int *info,
        gsize jobz_length,
        gsize uplo_length);

static int
call (double *matrix, int n, gboolean vectors, double *values, double *work, int n_work)
{
  int info;

  /* The upper half in rows is the lower half in Fortran's columns. */
  dsyev_ (vectors ? "V" : "N", "L", &n, matrix, &n, values, work, &n_work, &info, 1, 1);
  return info;
}

gboolean
arra_symmetric_eigen (double *matrix, gsize n, gboolean vectors, double *values, GError **error)
{
  g_automem double *work = NULL;
  double wanted;

  g_assert (n > 0 && n <= G_MAXINT / n);
  arra_openblas_start ();
  call (matrix, (int) n, vectors, values, &wanted, -1);
  work = arra_mem_new ((gsize) wanted, sizeof *work, "eigenvalues", error);
  if (work == NULL)
    return FALSE;
  if (call (matrix, (int) n, vectors, values, work, (int) wanted) != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "The eigenvalues of a matrix could not be found");
  return TRUE;
}
