/* parallel_alone.c - a build without MPI: every training is alone
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel_start.h"

#include "fail.h"

/* Several of them would write the same files. */
gboolean
arra_parallel_start (ArraParallel *parallel, GError **error)
{
  const char *size = g_getenv ("OMPI_COMM_WORLD_SIZE");

  *parallel = (ArraParallel) { .size = 1 };
  if (size == NULL || g_ascii_strtoull (size, NULL, 10) <= 1)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_UNAVAILABLE,
                    "This build has no MPI: %s processes cannot share a training (build with -Dmpi=enabled)", size);
}

void
arra_parallel_end (const ArraParallel *parallel, int status)
{
}
