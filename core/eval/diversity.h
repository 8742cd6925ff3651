/* diversity.h - how alike the pictures of one set are
 *
 * The mean multi-scale similarity of pairs of pictures of a set: 1 when all are the same, lower the more varied they
 * are (Odena et al., arXiv 1610.09585, section 4.2).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"
#include "item_run.h"
#include "pool.h"

#define ARRA_DIVERSITY_PAIRS 500 /* at most */

/* How many pairs the first @n pictures make: i and i + n / 2, up to ARRA_DIVERSITY_PAIRS of them. */
guint arra_diversity_pairs (guint n);

/* Pictures are cropped to squares of the first one's shorter side, at most 256 pixels. The same for any number of
 * threads. ARGUMENT: fewer than two pictures; errors of a picture name its file. */
gboolean arra_diversity (const ArraDataset *dataset,
                         guint n,
                         ArraPool *pool,
                         double *similarity,
                         ArraItemProgress progress,
                         gpointer user,
                         GCancellable *cancellable,
                         GError **error);
