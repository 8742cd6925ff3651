/* parallel_start.h - finding the other processes of a training: by MPI, in a build that has it
 *
 * Apart from libarra, which stays free of MPI: linked into what trains.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "parallel.h"

/* Joins the processes that mpirun has started with this one; a process that it has not started is alone, and MPI is not
 * asked. Once. UNAVAILABLE: there are others, but this build has no MPI. */
gboolean arra_parallel_start (ArraParallel *parallel, GError **error);
/* Leaves them. With a @status other than 0 those who do not leave too are ended with it, whatever they do. */
void arra_parallel_end (const ArraParallel *parallel, int status);
