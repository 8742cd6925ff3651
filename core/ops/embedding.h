/* embedding.h - rows of a table, chosen by id
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"
#include "tensor.h"

/* y = the row @id of @table [n][width] of any type of weights, widened; id < n. */
void arra_embedding (const ArraExec *exec, const ArraTensor *table, guint32 id, float *y);

/* dtable[ids[row]] += dy[row] for each of @rows rows; dtable: [n][width]. Rows of one id are added in their order. */
void
arra_embedding_vjp (const ArraExec *exec, const guint32 *ids, const float *dy, gsize rows, gsize width, float *dtable);
