/* parallel_mpi.c - the other processes of a training, by MPI
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel_start.h"

#include <mpi.h>

#define PATIENCE G_USEC_PER_SEC

/* Of all processes, for all_leave() alone: the others may be in the midst of a gather(). */
static MPI_Comm leaving;

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

  *parallel = (ArraParallel) { .size = 1 };
  if (!is_launched ())
    return TRUE;
  MPI_Init_thread (NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank (MPI_COMM_WORLD, &rank);
  MPI_Comm_size (MPI_COMM_WORLD, &size);
  MPI_Comm_dup (MPI_COMM_WORLD, &leaving);
  *parallel = (ArraParallel) { .rank = (guint) rank, .size = (guint) size, .gather = gather };
  return TRUE;
}

/* Whether the others want to end too, as they do after an error that all of them were told of: then each ends
 * by itself, and mpirun need not kill anybody. */
static gboolean
all_leave (void)
{
  gint64 patience = g_get_monotonic_time () + PATIENCE;
  MPI_Request request;
  int arrived = 0;

  MPI_Ibarrier (leaving, &request);
  for (MPI_Test (&request, &arrived, MPI_STATUS_IGNORE); !arrived && g_get_monotonic_time () < patience;
       MPI_Test (&request, &arrived, MPI_STATUS_IGNORE))
    g_usleep (1000);
  return arrived;
}

void
arra_parallel_end (const ArraParallel *parallel, int status)
{
  if (parallel->gather == NULL)
    return;
  if (status != 0 && !all_leave ())
    MPI_Abort (MPI_COMM_WORLD, status);
  MPI_Finalize ();
}
