/* test-likelihood.c - how likely codes are: the same as step by step and by the plain formula
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "likelihood.h"
#include "models.h"
#include "vocabulary.h"

#define CAPACITY 100
#define SCALE 2.5
#define MOST 7 /* codes of a run */

static char *tiny;
static ArraCheckpoint *checkpoint;
static ArraExec executive;

static void
begin (ArraSession *session, gboolean guided)
{
  const ArraCapacities capacities = { .prompt_tokens = 8,
                                      .answer_tokens = CAPACITY,
                                      .context = 8 + CAPACITY,
                                      .uncond_context = guided ? CAPACITY : 0,
                                      .rows = 5,
                                      .threads = 1 };
  const ArraVocabulary *vocabulary = arra_vocabulary_of (checkpoint->layout);
  const guint32 ids[]
      = { vocabulary->bos, 301, 302, vocabulary->image_start, vocabulary->id_of_size[2], vocabulary->id_of_size[2] };
  g_autoptr (GError) error = NULL;

  arra_session_init (session, checkpoint, &executive, &capacities, NULL, guided, &error);
  for (gsize i = 0; error == NULL && i < G_N_ELEMENTS (ids); i++)
    arra_session_push (session, ids[i], &error);
  g_assert_no_error (error);
}

static void
push_code (ArraSession *session, guint32 code)
{
  while (session->grammar.expect == ARRA_EXPECT_FORCED)
    g_assert_true (arra_session_push (session, session->grammar.forced, NULL));
  g_assert_true (arra_session_push (session, arra_layout_id (checkpoint->layout, code), NULL));
}

static double
plain (const float *cond, const float *uncond, double scale, guint32 code)
{
  double sum = 0, own = 0;

  for (guint32 i = 0; i < checkpoint->layout->n_codes; i++)
    {
      const guint32 id = arra_layout_id (checkpoint->layout, i);
      const double score = uncond[id] + scale * (cond[id] - uncond[id]);

      sum += exp (score);
      if (i == code)
        own = score;
    }
  return own - log (sum);
}

/* One step after another, with the scores that sampling sees. */
static void
assert_by_steps (const guint32 *codes, guint n, guint before, const ArraLikelihood *likelihoods, gboolean guided)
{
  const ArraSampling sampling = { .guidance_scale = SCALE, .temperature = 1, .top_p = 1, .seed = 1 };
  ArraSession session;

  begin (&session, guided);
  for (guint i = 0; i < before; i++)
    push_code (&session, i);
  for (guint i = 0; i < n; i++)
    {
      const float *uncond;
      guint32 id;

      while (session.grammar.expect == ARRA_EXPECT_FORCED)
        g_assert_true (arra_session_push (&session, session.grammar.forced, NULL));
      g_assert_true (arra_session_next (&session, &sampling, 0, 0, &id, NULL, NULL, NULL, NULL));
      uncond = session.logits[guided ? 1 : 0];
      g_assert_cmpfloat_with_epsilon (likelihoods[i].cond, plain (session.logits[0], uncond, 1, codes[i]), 1e-5);
      g_assert_cmpfloat_with_epsilon (likelihoods[i].uncond, plain (session.logits[0], uncond, 0, codes[i]), 1e-5);
      g_assert_cmpfloat_with_epsilon (likelihoods[i].guided,
                                      plain (session.logits[0], uncond, guided ? SCALE : 1, codes[i]), 1e-4);
      push_code (&session, codes[i]);
    }
  arra_session_clear (&session);
}

/* Asked for alone, the guided likelihood is the same. */
static void
assert_guided_alone (ArraSession *session,
                     ArraLikelihoodRoom *room,
                     const guint32 *codes,
                     guint n,
                     const ArraLikelihood *likelihoods)
{
  ArraLikelihood alone[MOST];
  g_autoptr (GError) error = NULL;

  arra_session_likelihood (session, room, codes, n, SCALE, TRUE, alone, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat (alone[i].guided, ==, likelihoods[i].guided);
}

/* Runs of every length from every place, over the ends of rows too; the sequence stays. */
static void
assert_runs (gboolean guided)
{
  static const guint32 codes[MOST] = { 3, 1, 4, 1, 5, 9, 2 };

  for (guint before = 0; before < 8; before++)
    for (guint n = 1; n <= MOST; n += 2)
      {
        g_auto (ArraLikelihoodRoom) room = { 0 };
        ArraLikelihood likelihoods[MOST];
        ArraSession session;
        g_autoptr (GError) error = NULL;
        guint n_ids;

        begin (&session, guided);
        g_assert_true (arra_likelihood_room_init (&room, &session, MOST, NULL));
        for (guint i = 0; i < before; i++)
          push_code (&session, i);
        n_ids = session.n_ids;
        for (guint again = 0; again < 2; again++)
          {
            arra_session_likelihood (&session, &room, codes, n, SCALE, FALSE, likelihoods, NULL, &error);
            g_assert_no_error (error);
            g_assert_cmpuint (session.n_ids, ==, n_ids);
            assert_by_steps (codes, n, before, likelihoods, guided);
            assert_guided_alone (&session, &room, codes, n, likelihoods);
          }
        arra_session_clear (&session);
      }
}

static void
test_guided (void)
{
  assert_runs (TRUE);
}

static void
test_unguided (void)
{
  assert_runs (FALSE);
}

/* Behind the last code of a picture there is none. */
static void
test_end (void)
{
  g_auto (ArraLikelihoodRoom) room = { 0 };
  const guint32 codes[] = { 0, 0 };
  ArraLikelihood likelihoods[2];
  ArraSession session;
  g_autoptr (GError) error = NULL;
  guint n_ids;

  begin (&session, TRUE);
  g_assert_true (arra_likelihood_room_init (&room, &session, 2, NULL));
  for (guint i = 0; i < 15; i++)
    push_code (&session, i);
  n_ids = session.n_ids;
  g_assert_false (arra_session_likelihood (&session, &room, codes, 2, SCALE, FALSE, likelihoods, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_FAILED);
  g_assert_cmpuint (session.n_ids, ==, n_ids);
  arra_session_clear (&session);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  executive.kernels = arra_kernels_default (NULL);
  g_test_add_func ("/likelihood/guided", test_guided);
  g_test_add_func ("/likelihood/unguided", test_unguided);
  g_test_add_func ("/likelihood/end", test_end);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
