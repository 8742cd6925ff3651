/* nearest_code.h - vector quantisation: the codebook entry nearest to each vector
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "feature_map.h"

/* |e|^2 of each of @n_codes entries of @dim floats. */
void arra_code_squares (const float *codebook, gsize n_codes, gsize dim, float *squares);

gsize arra_nearest_code_scratch (gsize n_codes); /* floats for each thread */

/* For each of the n vectors @x [n][dim] the entry with the least squared distance, the first one when several are
 * equal. Products in single precision only choose the candidates; those whose distance could be the least are compared
 * in double. @squares: from arra_code_squares(). Fails only when cancelled. */
gboolean arra_nearest_code (const float *x,
                            gsize n,
                            const float *codebook,
                            const float *squares,
                            gsize n_codes,
                            gsize dim,
                            guint32 *codes,
                            const ArraMapWork *work,
                            GError **error);
