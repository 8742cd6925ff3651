/* test-session.c - blocks, single tokens, rewinding and cancellations give the same choice
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mem.h"
#include "models.h"
#include "session.h"
#include "vocabulary.h"

#define N_PROMPT 20
#define CAPACITY 200

static char *tiny;
static ArraCheckpoint *checkpoint;
static ArraExec executive;

static ArraSampling
sampling (void)
{
  return (
      ArraSampling) { .guidance_scale = 3, .temperature = 1, .top_p = 0.9, .top_k = 30, .text_top_k = 10, .seed = 3 };
}

static void
begin (ArraSession *session, guint block)
{
  const ArraCapacities capacities = { .prompt_tokens = N_PROMPT,
                                      .answer_tokens = CAPACITY,
                                      .context = N_PROMPT + CAPACITY,
                                      .uncond_context = CAPACITY,
                                      .rows = block,
                                      .threads = 1 };
  g_autoptr (GError) error = NULL;

  arra_session_init (session, checkpoint, &executive, &capacities, NULL, TRUE, &error);
  g_assert_no_error (error);
}

static void
push (ArraSession *session, guint32 id)
{
  g_autoptr (GError) error = NULL;

  arra_session_push (session, id, &error);
  g_assert_no_error (error);
}

/* A prompt and the frame of a picture of h x w grids */
static void
push_prompt (ArraSession *session, guint h, guint w)
{
  push (session, arra_vocabulary_of (checkpoint->layout)->bos);
  for (guint i = 1; i < N_PROMPT; i++)
    push (session, 300 + i);
  push (session, arra_vocabulary_of (checkpoint->layout)->image_start);
  push (session, arra_vocabulary_of (checkpoint->layout)->id_of_size[h]);
  push (session, arra_vocabulary_of (checkpoint->layout)->id_of_size[w]);
}

static guint32
next (ArraSession *session)
{
  const ArraSampling settings = sampling ();
  g_autoptr (GError) error = NULL;
  guint32 id;

  arra_session_next (session, &settings, 0, session->n_ids, &id, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return id;
}

static void
write_tokens (ArraSession *session, guint n)
{
  for (guint i = 0; i < n; i++)
    push (session, next (session));
}

static void
assert_same (const ArraSession *a, const ArraSession *b)
{
  g_assert_cmpmem (a->ids, a->n_ids * sizeof (guint32), b->ids, b->n_ids * sizeof (guint32));
}

static void
assert_same_logits (const ArraSession *a, const ArraSession *b)
{
  const gsize size = checkpoint->decoder.shape.n_logits * sizeof (float);

  g_assert_cmpmem (a->logits[0], size, b->logits[0], size);
  g_assert_cmpmem (a->logits[1], size, b->logits[1], size);
}

static void
test_blocks (void)
{
  static const guint blocks[] = { 1, 2, 3, 7, 64 };
  ArraSession first;

  begin (&first, 16);
  push_prompt (&first, 2, 2);
  write_tokens (&first, 15);
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      ArraSession session, late;

      begin (&session, blocks[i]);
      push_prompt (&session, 2, 2);
      write_tokens (&session, 15);
      assert_same (&first, &session);
      /* all at once, as a resumed job reads */
      begin (&late, blocks[i]);
      for (guint k = 0; k < first.n_ids - 1; k++)
        push (&late, first.ids[k]);
      push (&late, next (&late));
      assert_same (&first, &late);
      next (&late);
      next (&session);
      assert_same_logits (&session, &late);
      arra_session_clear (&session);
      arra_session_clear (&late);
    }
  arra_session_clear (&first);
}

static void
test_rewind (void)
{
  ArraSession session, other;

  begin (&session, 16);
  begin (&other, 16);
  push_prompt (&session, 2, 2);
  push_prompt (&other, 2, 2);
  write_tokens (&session, 12);
  write_tokens (&other, 21); /* the whole picture and then text */
  for (guint n = 12; n-- > 0;)
    {
      arra_session_rewind (&session, N_PROMPT + 3 + n);
      write_tokens (&session, 12 - n);
    }
  arra_session_rewind (&other, N_PROMPT + 3 + 12);
  assert_same (&session, &other);
  next (&session);
  next (&other);
  assert_same_logits (&session, &other);
  /* into another picture */
  arra_session_rewind (&session, N_PROMPT);
  push (&session, 400);
  push (&session, arra_vocabulary_of (checkpoint->layout)->image_start);
  push (&session, arra_vocabulary_of (checkpoint->layout)->id_of_size[1]);
  push (&session, arra_vocabulary_of (checkpoint->layout)->id_of_size[2]);
  write_tokens (&session, 5);
  arra_session_clear (&other);
  begin (&other, 16);
  for (guint i = 0; i < N_PROMPT + 4; i++)
    push (&other, session.ids[i]);
  write_tokens (&other, 5);
  assert_same (&session, &other);
  arra_session_clear (&session);
  arra_session_clear (&other);
}

/* A second picture begins with an empty unconditional branch. */
static void
test_second_picture (void)
{
  ArraSession session, alone;

  begin (&session, 16);
  push_prompt (&session, 1, 1);
  write_tokens (&session, 7); /* 2 x (2 + 1) + 1 */
  g_assert_cmpint (session.grammar.expect, ==, ARRA_EXPECT_TEXT);
  push (&session, 350);
  push (&session, arra_vocabulary_of (checkpoint->layout)->image_start);
  push (&session, arra_vocabulary_of (checkpoint->layout)->id_of_size[1]);
  push (&session, arra_vocabulary_of (checkpoint->layout)->id_of_size[1]);
  next (&session);
  begin (&alone, 16);
  push (&alone, arra_vocabulary_of (checkpoint->layout)->image_start);
  push (&alone, arra_vocabulary_of (checkpoint->layout)->id_of_size[1]);
  push (&alone, arra_vocabulary_of (checkpoint->layout)->id_of_size[1]);
  next (&alone);
  g_assert_cmpmem (session.logits[1], checkpoint->decoder.shape.n_logits * sizeof (float), alone.logits[1],
                   checkpoint->decoder.shape.n_logits * sizeof (float));
  /* what the unconditional branch sees of a picture is what a sequence of its own would say */
  g_assert_cmpmem (alone.logits[0], checkpoint->decoder.shape.n_logits * sizeof (float), alone.logits[1],
                   checkpoint->decoder.shape.n_logits * sizeof (float));
  arra_session_clear (&session);
  arra_session_clear (&alone);
}

static void
stop_reading (guint done, guint total, gpointer cancellable)
{
  g_assert_cmpuint (done, <, total);
  g_cancellable_cancel (cancellable);
}

/* A cancelled reading keeps its blocks. */
static void
test_cancel (void)
{
  const ArraSampling settings = sampling ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ArraSession session, other;
  guint stops = 0, unread;
  guint32 id, expected;
  g_autoptr (GError) error = NULL;

  begin (&session, 4);
  begin (&other, 64);
  push_prompt (&session, 2, 2);
  push_prompt (&other, 2, 2);
  expected = next (&other);
  unread = arra_session_unread (&session);
  while (
      !arra_session_next (&session, &settings, 0, session.n_ids, &id, stop_reading, cancellable, cancellable, &error))
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      g_assert_cmpuint (arra_session_unread (&session), <, unread);
      unread = arra_session_unread (&session);
      g_cancellable_reset (cancellable);
      stops++;
    }
  g_assert_cmpuint (stops, >=, 4);
  g_assert_cmpuint (id, ==, expected);
  assert_same_logits (&session, &other);
  arra_session_clear (&session);
  arra_session_clear (&other);
}

static void
test_full (void)
{
  ArraSession session;
  g_autoptr (GError) error = NULL;

  begin (&session, 16);
  for (guint i = 0; i < N_PROMPT + CAPACITY; i++)
    push (&session, 300);
  g_assert_false (arra_session_push (&session, 300, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_FAILED);
  arra_session_clear (&session);
}

/* Passes of @size positions, or of as many as each draws (0), give the tokens that passes of one token give, whether
 * guesses come true or not, also when the sequence turns another way in between; where they come true there are fewer
 * passes. */
static void
check_lookahead (guint size, gboolean greedy)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (size);
  const ArraSampling settings = {
    .guidance_scale = 3, .temperature = 1, .top_p = 0.9, .top_k = 30, .text_top_k = 10, .greedy = greedy, .seed = 3
  };
  ArraSession plain, ahead;

  begin (&plain, 64);
  begin (&ahead, 64);
  plain.lookahead.fixed = 1;
  plain.cfg_interval = ahead.cfg_interval = size % 3 == 0 ? 12 : -1;
  push_prompt (&plain, 3, 3);
  push_prompt (&ahead, 3, 3);
  for (guint i = 0; plain.grammar.expect == ARRA_EXPECT_CODE || plain.grammar.expect == ARRA_EXPECT_FORCED; i++)
    {
      guint32 a, b;

      ahead.lookahead.fixed = size > 0 ? size : (guint) g_rand_int_range (rand, 1, ARRA_LOOKAHEAD + 1);
      g_assert_true (arra_session_next (&plain, &settings, 0, plain.n_ids, &a, NULL, NULL, NULL, NULL));
      g_assert_true (arra_session_next (&ahead, &settings, 0, ahead.n_ids, &b, NULL, NULL, NULL, NULL));
      g_assert_cmpuint (a, ==, b);
      if (plain.grammar.expect == ARRA_EXPECT_CODE && plain.cfg_interval < 0)
        assert_same_logits (&plain, &ahead);
      if (plain.grammar.expect == ARRA_EXPECT_CODE && i % 11 == 5) /* as an edited picture goes on */
        a = arra_layout_id (checkpoint->layout, i);
      push (&plain, a);
      push (&ahead, a);
      if (i % 13 == 7)
        {
          arra_session_rewind (&plain, plain.n_ids - 2);
          arra_session_rewind (&ahead, ahead.n_ids - 2);
        }
      g_assert_cmpuint (i, <, 1000);
    }
  assert_same (&plain, &ahead);
  g_assert_cmpuint (plain.lookahead.n_passes, ==, plain.lookahead.n_tokens);
  g_assert_cmpuint (ahead.lookahead.n_passes, <=, ahead.lookahead.n_tokens);
  g_test_message ("%u%s: %u passes for %u tokens", size, greedy ? ", greedy" : "", (guint) ahead.lookahead.n_passes,
                  (guint) ahead.lookahead.n_tokens);
  arra_session_clear (&plain);
  arra_session_clear (&ahead);
}

static void
test_lookahead (void)
{
  for (guint size = 0; size <= ARRA_LOOKAHEAD; size++)
    {
      check_lookahead (size, FALSE);
      check_lookahead (size, TRUE);
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  executive.kernels = arra_kernels_default (NULL);
  g_test_add_func ("/session/blocks", test_blocks);
  g_test_add_func ("/session/rewind", test_rewind);
  g_test_add_func ("/session/second-picture", test_second_picture);
  g_test_add_func ("/session/cancel", test_cancel);
  g_test_add_func ("/session/full", test_full);
  g_test_add_func ("/session/lookahead", test_lookahead);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
