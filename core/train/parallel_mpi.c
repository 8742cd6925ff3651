/* parallel_mpi.c - the other processes of a training, by MPI
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel_start.h"

#include <mpi.h>

/* MPI ends all processes when one cannot be reached: its calls do not fail. */
static void
gather (const void *own, gsize n_bytes, void *all, gpointer user)
{
  g_assert (n_bytes <= G_MAXINT);
  MPI_Allgather (own, (int) n_bytes, MPI_BYTE, all, (int) n_bytes, MPI_BYTE, MPI_COMM_WORLD);
}

/* What OpenMPI's mpirun, and what other launchers by PMIx tell their processes. */
static gboolean
is_launched (void)
{
  return g_getenv ("OMPI_COMM_WORLD_SIZE") != NULL || g_getenv ("PMIX_RANK") != NULL;
}

gboolean
arra_parallel_start (ArraParallel *parallel, GError **error)
{
  int rank, size, provided;

  *parallel = (ArraParallel){ .size = 1 };
  if (!is_launched ())
    return TRUE;
  MPI_Init_thread (NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank (MPI_COMM_WORLD, &rank);
  MPI_Comm_size (MPI_COMM_WORLD, &size);
  *parallel = (ArraParallel){ .rank = (guint) rank, .size = (guint) size, .gather = gather };
  return TRUE;
}

void
arra_parallel_end (const ArraParallel *parallel, int status)
{
  if (parallel->gather == NULL)
    return;
  if (status != 0)
    MPI_Abort (MPI_COMM_WORLD, status);
  MPI_Finalize ();
}
