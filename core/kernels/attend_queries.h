/* attend_queries.h - attention of one query and of ARRA_ATTEND_QUERIES of them, for any instruction set
 *
 * To be included once, by a folder's attend_body.h at its end, behind KEYS (how many are multiplied with all queries at
 * once), SOFTMAX, score_all(), score_keys(), mix() and mix_piece(), and what that file asks for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#define PIECE 32 /* positions whose values stay in the nearest cache while the parts of a head are summed */

static void
attend_one (const ArraAttend *a, gsize r, float *out)
{
  const gsize bytes = BYTES (a->stride), n_pos = a->n_pos + r;
  float *scores = a->scores + r * a->score_stride;

  score_all (a->q + r * a->q_stride, a->k, bytes, n_pos, a->head_dim, a->scale, scores);
  SOFTMAX (scores, n_pos);
  memset (out, 0, a->head_dim * sizeof *out);
  for (gsize p = 0; p < n_pos; p += PIECE)
    mix (scores + p, (const guint8 *) a->v + p * bytes, bytes, MIN (PIECE, n_pos - p), a->head_dim, out);
}

/* The first query's positions for all together, then what the others see beyond. */
static void
attend_all (const ArraAttend *a, float *out)
{
  const gsize bytes = BYTES (a->stride), whole = a->n_pos / KEYS * KEYS;

  for (gsize p = 0; p < whole; p += KEYS)
    score_keys (a, p);
  for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
    {
      float *scores = a->scores + r * a->score_stride;

      score_all (a->q + r * a->q_stride, (const guint8 *) a->k + whole * bytes, bytes, a->n_pos + r - whole,
                 a->head_dim, a->scale, scores + whole);
      SOFTMAX (scores, a->n_pos + r);
      memset (out + r * a->q_stride, 0, a->head_dim * sizeof *out);
    }
  for (gsize p = 0; p < a->n_pos; p += PIECE)
    mix_piece (a, p, MIN (PIECE, a->n_pos - p), out);
  for (gsize r = 1; r < ARRA_ATTEND_QUERIES; r++)
    mix (a->scores + r * a->score_stride + a->n_pos, (const guint8 *) a->v + a->n_pos * bytes, bytes, r, a->head_dim,
         out + r * a->q_stride);
}

void
ATTEND (const ArraAttend *a, float *out)
{
  if (a->n_queries == ARRA_ATTEND_QUERIES && a->head_dim % STEP == 0)
    attend_all (a, out);
  else
    for (gsize r = 0; r < a->n_queries; r++)
      attend_one (a, r, out + r * a->q_stride);
}
