/* attend_queries.h - attention of one query and of ARRA_ATTEND_QUERIES of them, for any instruction set
 *
 * To be included once, by a folder's attend_body.h at its end, behind KEYS (how many are multiplied with all queries at
 * once), SOFTMAX, score_all(), score_keys(), mix() and mix_piece(), and what that file asks for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#define PIECE 32 /* positions whose values stay in the nearest cache while the parts of a head are summed */

/* What query @r sees from position @p of those that all see on, up to what it sees of its own: one piece where they
 * lie together. */
ALWAYS_INLINE void
score_rest (const ArraAttend *a, gsize r, gsize p, float *scores)
{
  const gsize bytes = BYTES (a->stride), n = a->n_pos - p;
  const float *q = a->q + r * a->q_stride;
  const guint8 *k = (const guint8 *) a->k + p * bytes;

  score_all (q, k, bytes, a->tails == NULL ? n + r : n, a->head_dim, a->scale, scores + p);
  if (a->tails != NULL)
    score_all (q, a->tails[r].k, bytes, a->tails[r].n, a->head_dim, a->scale, scores + a->n_pos);
}

static void
mix_all (const ArraAttend *a, const float *scores, const guint8 *v, gsize n, float *out)
{
  const gsize bytes = BYTES (a->stride);

  for (gsize p = 0; p < n; p += PIECE)
    mix (scores + p, v + p * bytes, bytes, MIN (PIECE, n - p), a->head_dim, out);
}

/* The values of what score_rest() scores. */
ALWAYS_INLINE void
mix_rest_of (const ArraAttend *a, gsize r, gsize p, const float *scores, float *out)
{
  const gsize n = a->n_pos - p;

  mix_all (a, scores + p, (const guint8 *) a->v + p * BYTES (a->stride), a->tails == NULL ? n + r : n, out);
  if (a->tails != NULL)
    mix_all (a, scores + a->n_pos, a->tails[r].v, a->tails[r].n, out);
}

static gsize
seen_by (const ArraAttend *a, gsize r)
{
  return a->n_pos + (a->tails == NULL ? r : a->tails[r].n);
}

static void
attend_one (const ArraAttend *a, gsize r, float *out)
{
  float *scores = a->scores + r * a->score_stride;

  score_rest (a, r, 0, scores);
  SOFTMAX (scores, seen_by (a, r));
  memset (out, 0, a->head_dim * sizeof *out);
  mix_rest_of (a, r, 0, scores, out);
}

/* The positions that all see for all together, then what each sees beyond. */
static void
attend_all (const ArraAttend *a, float *out)
{
  const gsize whole = a->n_pos / KEYS * KEYS;

  for (gsize p = 0; p < whole; p += KEYS)
    score_keys (a, p);
  for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
    {
      float *scores = a->scores + r * a->score_stride;

      score_rest (a, r, whole, scores);
      SOFTMAX (scores, seen_by (a, r));
      memset (out + r * a->q_stride, 0, a->head_dim * sizeof *out);
    }
  for (gsize p = 0; p < a->n_pos; p += PIECE)
    mix_piece (a, p, MIN (PIECE, a->n_pos - p), out);
  for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
    mix_rest_of (a, r, a->n_pos, a->scores + r * a->score_stride, out + r * a->q_stride);
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
