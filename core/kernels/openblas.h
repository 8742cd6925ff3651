/* openblas.h - OpenBLAS, loaded when it is first needed
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <cblas.h>

/* dsyev_(), as Fortran is called: all by reference, the lengths of the texts at the end. */
typedef void (*ArraDsyev) (const char *jobz,
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

/* What is called of it. */
typedef struct
{
  __typeof__ (cblas_sgemm) *sgemm;
  ArraDsyev dsyev; /* (nullable): built without LAPACK */
} ArraOpenblas;

/* Loads it, held to one thread for good, and takes its buffers; cheap once that is done. Any thread. NO_MEMORY when
 * there is no room for a buffer, UNAVAILABLE when the library is not there. It can be tried again. */
gboolean arra_openblas_start (GError **error);

/* Before and after each call of it: waits while as many are under way as there are buffers. Starts it where nobody has
 * done so, and ends the process when that fails: whoever can tell an error calls arra_openblas_start() first. */
const ArraOpenblas *arra_openblas_enter (void);
void arra_openblas_leave (void);
