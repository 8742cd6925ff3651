/* test-job_mosaic.c - pictures of any size, with holes, without seams: the codes that the model gives for
 * what it sees, whatever stops in between
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "job_mosaic.h"
#include "mem.h"
#include "models.h"
#include "request_mosaic.h"

#define WINDOW 4 /* codes on a side */

static char *tiny, *file;
static ArraCheckpoint *checkpoint;
static guint patch;

static ArraRequest
request_of (guint columns, guint rows)
{
  return models_request (checkpoint, columns * patch, rows * patch);
}

static const ArraAnswer *
answer_of (const ArraJob *job)
{
  return &job->answers[0];
}

/* The greedy choice after the window's codes before @place, by a session of its own. */
static guint32
choose (const ArraJob *job, const ArraMosaicStage *stage, const guint32 *codes, guint place)
{
  const ArraLayout *layout = checkpoint->layout;
  ArraSession session;
  guint32 head[ARRA_LAYOUT_HEAD], id;
  guint n;

  g_assert_true (arra_session_init (&session, checkpoint, &job->exec, &job->capacities, NULL, TRUE, NULL));
  for (guint i = 0; i < job->prompt_length; i++)
    g_assert_true (arra_session_push (&session, job->session.ids[i], NULL));
  n = arra_layout_head (layout, WINDOW, WINDOW, head);
  for (guint i = 0; i < n; i++)
    g_assert_true (arra_session_push (&session, head[i], NULL));
  for (guint i = 0; i <= place; i++)
    {
      while (session.grammar.expect == ARRA_EXPECT_FORCED)
        g_assert_true (arra_session_push (&session, session.grammar.forced, NULL));
      if (i < place)
        g_assert_true (arra_session_push (
            &session, arra_layout_id (layout, codes[arra_mosaic_cell (&job->mosaic, stage->row, stage->column, i)]),
            NULL));
    }
  g_assert_true (arra_session_next (&session, &job->sampling, 0, 0, &id, NULL, NULL, NULL, NULL));
  arra_session_clear (&session);
  return (guint32) arra_layout_code (layout, id);
}

/* Where in the window of @stage its cell @index is. */
static guint
place_of (const ArraMosaic *mosaic, const ArraMosaicStage *stage, guint index)
{
  for (guint place = 0; place < WINDOW * WINDOW; place++)
    if (arra_mosaic_cell (mosaic, stage->row, stage->column, place) == mosaic->cells[index])
      return place;
  g_assert_not_reached ();
}

/* Every code of a picture of several windows is the one the model gives for what it sees of the others. */
static void
test_by_hand (void)
{
  ArraRequest request = request_of (6, 7);
  g_autoptr (ArraJob) job = NULL;
  const ArraMosaic *mosaic;

  request.greedy = TRUE;
  job = models_run (checkpoint, &request);
  mosaic = &job->mosaic;
  g_assert_cmpuint (answer_of (job)->n_tokens, ==, 6 * 7);
  g_assert_true (answer_of (job)->finished);
  g_assert_cmpuint (mosaic->n_stages, >, 4);
  for (guint i = 0; i < mosaic->n_stages; i++)
    for (guint k = mosaic->stages[i].begin; k < mosaic->stages[i].end; k++)
      g_assert_cmpuint (answer_of (job)->tokens[mosaic->turns[k]], ==,
                        choose (job, &mosaic->stages[i], mosaic->codes, place_of (mosaic, &mosaic->stages[i], k)));
}

static void
assert_same_codes (const ArraJob *a, const ArraJob *b)
{
  g_assert_cmpuint (answer_of (b)->n_tokens, ==, answer_of (a)->n_tokens);
  g_assert_cmpmem (answer_of (a)->tokens, answer_of (a)->n_tokens * sizeof (guint32), answer_of (b)->tokens,
                   answer_of (b)->n_tokens * sizeof (guint32));
}

static void
test_threads (void)
{
  ArraRequest request = request_of (7, 5);
  g_autoptr (ArraJob) one = NULL, three = NULL;

  request.seamless = ARRA_SEAMLESS_X | ARRA_SEAMLESS_Y;
  one = models_run (checkpoint, &request);
  request.threads = 3;
  three = models_run (checkpoint, &request);
  assert_same_codes (one, three);
}

/* Tries that are made side by side and one after another are the same. */
static void
test_together (void)
{
  ArraRequest request = request_of (7, 5);
  g_autoptr (ArraJob) together = NULL, some = NULL, alone = NULL;

  request.seamless = ARRA_SEAMLESS_X | ARRA_SEAMLESS_Y;
  request.tries = 5;
  together = models_run (checkpoint, &request);
  g_assert_cmpuint (together->n_together, ==, ARRA_MAX_TRIES);
  some = models_job (checkpoint, &request);
  some->n_together = 2;
  g_assert_true (arra_job_run (some, NULL, NULL));
  some->n_together = ARRA_MAX_TRIES; /* as it was made */
  alone = models_job (checkpoint, &request);
  alone->n_together = 1;
  g_assert_true (arra_job_run (alone, NULL, NULL));
  alone->n_together = ARRA_MAX_TRIES;
  assert_same_codes (together, some);
  assert_same_codes (together, alone);
}

/* Windows that are made side by side and one after another give the same picture. */
static void
test_windows (void)
{
  ArraRequest request = request_of (11, 9);
  g_autoptr (ArraJob) beside = NULL;

  request.seamless = ARRA_SEAMLESS_X | ARRA_SEAMLESS_Y;
  beside = models_run (checkpoint, &request);
  g_assert_cmpuint (beside->shape.together, >, 2);
  arra_job_mosaic_restore (beside, 0);
  for (guint together = 1; together < 3; together++)
    {
      g_autoptr (ArraJob) job = NULL;

      request.together = together;
      job = models_run (checkpoint, &request);
      g_assert_cmpuint (job->shape.together, ==, together);
      arra_job_mosaic_restore (job, 0);
      g_assert_cmpmem (beside->mosaic.codes, 99 * sizeof (guint32), job->mosaic.codes, 99 * sizeof (guint32));
    }
}

/* Saved tokens are read in the order in which they were made, which a recipe without a word of it has row by row. */
static void
test_saved_order (void)
{
  ArraRequest request = request_of (11, 9);
  g_autoptr (ArraJob) by_rows = NULL, beside = models_run (checkpoint, &request), read = NULL;
  g_autofree char *text = NULL;

  request.together = 1;
  by_rows = models_run (checkpoint, &request);
  text = arra_job_recipe (by_rows, 0, TRUE);
  g_assert_null (strstr (text, "together"));
  g_assert_true (arra_job_save_tokens (by_rows, file, NULL));
  read = arra_job_resume (checkpoint, file, NULL, NULL);
  assert_same_codes (by_rows, read);
  arra_job_mosaic_restore (read, 0);
  arra_job_mosaic_restore (beside, 0);
  g_assert_cmpmem (beside->mosaic.codes, 99 * sizeof (guint32), read->mosaic.codes, 99 * sizeof (guint32));
  g_clear_pointer (&read, arra_job_free);
  g_assert_true (arra_job_save_tokens (beside, file, NULL));
  read = arra_job_resume (checkpoint, file, NULL, NULL);
  arra_job_mosaic_restore (read, 0);
  g_assert_cmpmem (beside->mosaic.codes, 99 * sizeof (guint32), read->mosaic.codes, 99 * sizeof (guint32));
}

/* A picture of the model's own size begins with the very codes it has with seams; only those at its edges are
 * made again. */
static void
test_own_size_seamless (void)
{
  ArraRequest request = request_of (WINDOW, WINDOW);
  g_autoptr (ArraJob) plain = models_run (checkpoint, &request), seamless = NULL;
  g_autofree guint32 *codes = g_new (guint32, WINDOW * WINDOW);
  ArraPictureSpan span;

  g_assert_false (arra_job_is_mosaic (plain));
  g_assert_true (arra_answer_picture (answer_of (plain), checkpoint->layout, 0, &span));
  arra_answer_codes (answer_of (plain), checkpoint->layout, &span, codes);
  request.seamless = ARRA_SEAMLESS_X;
  seamless = models_run (checkpoint, &request);
  g_assert_true (arra_job_is_mosaic (seamless));
  g_assert_cmpmem (codes, WINDOW * WINDOW * sizeof *codes, answer_of (seamless)->tokens,
                   WINDOW * WINDOW * sizeof *codes);
  arra_job_mosaic_restore (seamless, 0);
  for (guint i = 0; i < WINDOW * WINDOW; i++)
    if (i % WINDOW != 0 && i % WINDOW != WINDOW - 1)
      g_assert_cmpuint (seamless->mosaic.codes[i], ==, codes[i]);
}

/* Known codes with a hole of 2 x 2. */
static gint32 *
holed (guint columns, guint rows)
{
  gint32 *known = g_new (gint32, columns * rows);

  for (guint i = 0; i < columns * rows; i++)
    known[i] = (gint32) (i * 7 % checkpoint->layout->n_codes);
  for (guint i = 0; i < 4; i++)
    known[(2 + i / 2) * columns + 2 + i % 2] = ARRA_CODE_FREE;
  return known;
}

static void
test_hole (void)
{
  ArraRequest request = request_of (9, 6);
  g_autofree gint32 *known = holed (9, 6);
  g_autoptr (ArraJob) job = NULL;

  request.known = known;
  request.known_columns = 9;
  request.known_rows = 6;
  job = models_run (checkpoint, &request);
  g_assert_cmpuint (answer_of (job)->n_tokens, ==, 4);
  arra_job_mosaic_restore (job, 0);
  for (guint i = 0; i < 54; i++)
    if (known[i] != ARRA_CODE_FREE)
      g_assert_cmpuint (job->mosaic.codes[i], ==, (guint) known[i]);
}

/* How likely the codes beside the first run of the hole are with what was made there. */
static double
likelihood_behind (const ArraJob *job)
{
  const ArraMosaic *mosaic = &job->mosaic;
  const ArraMosaicStage *stage = &mosaic->stages[0];
  const ArraLayout *layout = checkpoint->layout;
  const guint end = place_of (mosaic, stage, 1) + 1;
  g_auto (ArraLikelihoodRoom) room = { 0 };
  ArraLikelihood likelihoods[WINDOW];
  guint32 head[ARRA_LAYOUT_HEAD], following[WINDOW];
  guint n = 0, n_head = arra_layout_head (layout, WINDOW, WINDOW, head);
  ArraSession session;
  double sum = 0;

  g_assert_true (arra_session_init (&session, checkpoint, &job->exec, &job->capacities, NULL, TRUE, NULL));
  g_assert_true (arra_likelihood_room_init (&room, &session, WINDOW, NULL));
  for (guint i = 0; i < job->prompt_length; i++)
    g_assert_true (arra_session_push (&session, job->session.ids[i], NULL));
  for (guint i = 0; i < n_head; i++)
    g_assert_true (arra_session_push (&session, head[i], NULL));
  for (guint i = 0; i < end; i++)
    {
      while (session.grammar.expect == ARRA_EXPECT_FORCED)
        g_assert_true (arra_session_push (&session, session.grammar.forced, NULL));
      g_assert_true (arra_session_push (
          &session, arra_layout_id (layout, mosaic->codes[arra_mosaic_cell (mosaic, stage->row, stage->column, i)]),
          NULL));
    }
  for (guint place = end; place % WINDOW != 0; place++)
    following[n++] = mosaic->codes[arra_mosaic_cell (mosaic, stage->row, stage->column, place)];
  g_assert_cmpuint (n, >, 0);
  g_assert_true (arra_session_likelihood (&session, &room, following, n, job->sampling.guidance_scale, TRUE,
                                          likelihoods, NULL, NULL));
  for (guint i = 0; i < n; i++)
    sum += likelihoods[i].guided;
  arra_session_clear (&session);
  return sum;
}

/* With one try of each run, and with eight. */
static void
run_both (ArraRequest *request, guint64 seed, ArraJob **one, ArraJob **several)
{
  request->seed = seed;
  request->tries = 1;
  *one = models_run (checkpoint, request);
  request->tries = 8;
  *several = models_run (checkpoint, request);
  arra_job_mosaic_restore (*one, 0);
  arra_job_mosaic_restore (*several, 0);
}

/* More tries find what fits better, and the first of them is what one alone finds. */
static void
test_tries (void)
{
  ArraRequest request = request_of (9, 6);
  g_autofree gint32 *known = holed (9, 6);
  gboolean changed = FALSE;

  request.known = known;
  request.known_columns = 9;
  request.known_rows = 6;
  for (guint64 seed = 0; seed < 8; seed++)
    {
      g_autoptr (ArraJob) one = NULL, several = NULL;

      run_both (&request, seed, &one, &several);
      g_assert_cmpfloat (likelihood_behind (several), >=, likelihood_behind (one));
      changed |= likelihood_behind (several) > likelihood_behind (one);
    }
  g_assert_true (changed);
}

/* A row with nothing known before it is tried from its beginning on. */
static void
test_tries_begin (void)
{
  ArraRequest request = request_of (9, 6);
  g_autofree gint32 *known = holed (9, 6);
  gboolean changed = FALSE;

  request.known = known;
  request.known_columns = 9;
  request.known_rows = 6;
  for (guint i = 0; i < 8; i++) /* at the left, so that a window has what follows a row, too */
    known[(2 + i / 4) * 9 + i % 4] = i % 4 < 3 ? ARRA_CODE_FREE : 1;
  for (guint64 seed = 0; seed < 8; seed++)
    {
      g_autoptr (ArraJob) one = NULL, several = NULL;

      run_both (&request, seed, &one, &several);
      changed |= answer_of (several)->tokens[0] != answer_of (one)->tokens[0];
    }
  g_assert_true (changed);
}

/* ---- stopping */

static guint calls, wait; /* before the next stop */

static void
stop (const ArraProgress *progress, gpointer data)
{
  if (++calls < wait)
    return;
  g_cancellable_cancel (data);
  calls = 0;
  wait += 3; /* what is ranked is tried from its beginning again: each stop comes later than the one before */
}

/* Told of every token. */
static void
watch (ArraJob *job, GCancellable *cancellable)
{
  arra_job_set_progress (job, stop, cancellable, TRUE);
  job->pace.report_every = 0;
}

static void
assert_resumes (const ArraRequest *request)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (ArraJob) whole = models_run (checkpoint, request), job = NULL;
  g_autoptr (GError) error = NULL;
  guint stops = 0;

  calls = 0;
  wait = 5;
  job = arra_job_new (checkpoint, request, &error);
  g_assert_no_error (error);
  watch (job, cancellable);
  while (!arra_job_run (job, cancellable, &error))
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      g_cancellable_reset (cancellable);
      g_assert_true (arra_job_save_tokens (job, file, NULL));
      arra_job_free (job);
      job = arra_job_resume (checkpoint, file, NULL, &error);
      g_assert_no_error (error);
      watch (job, cancellable);
      stops++;
    }
  g_assert_cmpuint (stops, >, 0);
  assert_same_codes (whole, job);
}

/* Cut anywhere, as a killed process leaves it. */
static void
assert_resumes_anywhere (const ArraRequest *request)
{
  g_autoptr (ArraJob) whole = models_run (checkpoint, request);
  const ArraAnswer kept = whole->answers[0];

  for (guint n = 0; n < kept.n_tokens; n += 5)
    {
      g_autoptr (ArraJob) job = NULL;
      g_autoptr (GError) error = NULL;

      whole->answers[0].n_tokens = n;
      whole->answers[0].finished = FALSE;
      g_assert_true (arra_job_save_tokens (whole, file, NULL));
      whole->answers[0] = kept;
      job = arra_job_resume (checkpoint, file, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (arra_job_run (job, NULL, NULL));
      assert_same_codes (whole, job);
    }
}

static void
test_resume (void)
{
  ArraRequest request = request_of (7, 6);
  g_autofree gint32 *known = NULL;

  assert_resumes (&request);
  assert_resumes_anywhere (&request);
  request.seamless = ARRA_SEAMLESS_X | ARRA_SEAMLESS_Y;
  assert_resumes (&request);
  request.seamless = 0;
  known = holed (7, 6);
  request.known = known;
  request.known_columns = 7;
  request.known_rows = 6;
  assert_resumes (&request);
}

/* ---- pictures */

static const ArraPicture *
decode (ArraJob *job)
{
  g_autoptr (GError) error = NULL;
  const ArraPicture *picture = arra_job_decode (job, 0, 0, NULL, &error);

  g_assert_no_error (error);
  return picture;
}

/* Any number of pixels; the smallest picture is cut out of a window. */
static void
test_pixels (void)
{
  static const guint sizes[][2] = { { 1, 1 }, { 13, 50 }, { 33, 32 }, { 65, 17 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const ArraRequest request = models_request (checkpoint, sizes[i][0], sizes[i][1]);
      g_autoptr (ArraJob) job = models_run (checkpoint, &request);
      const ArraPicture *picture = decode (job);
      g_autofree char *text = arra_job_text (job, 0);

      g_assert_cmpuint (picture->width, ==, sizes[i][0]);
      g_assert_cmpuint (picture->height, ==, sizes[i][1]);
      g_assert_cmpuint (picture->rows_finished, ==, picture->rows_total);
      g_assert_cmpuint (arra_job_n_pictures (job, 0), ==, 1);
      g_assert_cmpstr (text, ==, "<|image|>");
      g_assert_true (decode (job) == picture);
    }
}

/* What is not there yet is not shown: whole rows alone. */
static void
test_partial (void)
{
  ArraRequest request = request_of (6, 8);
  g_autoptr (ArraJob) job = NULL;
  const ArraPicture *picture;
  g_autoptr (GError) error = NULL;

  request.together = 1;
  job = models_run (checkpoint, &request);
  job->answers[0].finished = FALSE;
  job->answers[0].n_tokens = job->mosaic.stages[2].begin;
  picture = decode (job);
  g_assert_cmpuint (picture->height, ==, WINDOW * patch);
  g_assert_cmpuint (picture->rows_finished, ==, WINDOW);
  g_ptr_array_set_size (job->kept, 0);
  job->answers[0].n_tokens = 3;
  g_assert_null (arra_job_decode (job, 0, 0, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
}

static void
count_preview (const ArraProgress *progress, gpointer data)
{
  guint *n = data;

  if (progress->preview == NULL || progress->phase != ARRA_PHASE_TOKENS)
    return;
  g_assert_cmpuint (progress->preview->height, ==, 8 * patch);
  ++*n;
}

static void
test_preview (void)
{
  ArraRequest request = request_of (6, 8);
  g_autoptr (ArraJob) job = models_job (checkpoint, &request);
  guint n = 0;

  arra_job_set_progress (job, count_preview, &n, TRUE);
  job->pace.per_code = 1e-12; /* previews cost nothing */
  job->pace.per_code_known = TRUE;
  g_assert_true (arra_job_run (job, NULL, NULL));
  g_assert_cmpuint (n, >, 0);
}

/* ---- what cannot be */

static void
assert_refused (const ArraRequest *request, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_job_new (checkpoint, request, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, words));
}

/* A checkpoint that leaves the size to whoever asks has no windows. */
static void
test_no_size (void)
{
  const ArraRequest defaults = checkpoint->defaults;
  static const gint32 known[] = { 0, ARRA_CODE_FREE, 0, 0 };
  const guint side = arra_checkpoint_grid (checkpoint), codes = arra_checkpoint_codes (checkpoint, side);
  ArraRequest request = models_request (checkpoint, side, side);

  g_assert_cmpuint (codes * codes, <=, G_N_ELEMENTS (known));
  checkpoint->defaults.width = checkpoint->defaults.height = 0;
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      request.seamless = i == 0 ? ARRA_SEAMLESS_X : 0;
      request.known = i == 0 ? NULL : known;
      request.known_rows = request.known_columns = i == 0 ? 0 : codes;
      g_assert_null (arra_job_new (checkpoint, &request, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, "does not say which size"));
    }
  checkpoint->defaults = defaults;
}

static void
test_refused (void)
{
  static gint32 known[24];
  ArraRequest request = request_of (6, 4);

  request.seamless = ARRA_SEAMLESS_X;
  request.width++;
  assert_refused (&request, "without a seam");
  request = request_of (6, WINDOW - 1);
  request.seamless = ARRA_SEAMLESS_Y;
  assert_refused (&request, "at least");
  request.seamless = 4;
  assert_refused (&request, "edges");
  request = request_of (0, 0);
  request.seamless = ARRA_SEAMLESS_X;
  assert_refused (&request, "needs its size");
  request = request_of (6, 4);
  request.tries = ARRA_NO_TOKEN;
  assert_refused (&request, "tries");
  request.tries = 0;
  request.together = 17;
  assert_refused (&request, "side by side");
  request.together = 0;
  request.known = known;
  request.known_rows = 6;
  request.known_columns = 4;
  assert_refused (&request, "6 x 4 codes");
  request.known_rows = 4;
  request.known_columns = 6;
  assert_refused (&request, "nothing to make");
  known[3] = (gint32) checkpoint->layout->n_codes;
  assert_refused (&request, "none of the model's");
  known[3] = -2;
  assert_refused (&request, "none of the model's");
  request = models_request (checkpoint, 70000, 10);
  assert_refused (&request, "65536");
}

/* ---- recipes that say what cannot be */

static const struct
{
  const char *old, *replacement, *part;
} faults[] = {
  { "\"seamless\": 1", "\"seamless\": 4", "seamless" },
  { "\"seamless\": 1", "\"seamless\": \"x\"", "seamless" },
  { "\"tries\": 4", "\"tries\": 17", "tries" },
  { "\"tries\": 4", "\"tries\": 4, \"together\": 17", "together" },
  { "\"tries\": 4", "\"tries\": 4, \"together\": 0", "together" },
  { "\"known_rows\": 6", "\"known_rows\": 5", "known" },
  { "\"known_rows\": 6", "\"known_rows\": 4294967295", "known" },
  { "\"known_rows\": 6", "\"rows\": 6", "known_rows" },
  { "\"known\": [0", "\"known\": [-2", "known" },
  { "\"known\": [0", "\"known\": [0.5", "known" },
  { "\"known\": [0", "\"known\": [\"0\"", "known" },
  { "\"known\": [0", "\"known\": [99999999", "none of the model's" },
  { "\"known\": [0", "\"known\": [0,0", "known" },
  { "\"tokens\": [", "\"tokens\": [99999999,", "" },
  { "\"tokens\": [", "\"tokens\": [0,", "more than" },
  { "\"finished\": true", "\"finished\": false", "finished" },
};

static void
test_faults (void)
{
  ArraRequest request = request_of (9, 6);
  g_autofree gint32 *known = holed (9, 6);
  g_autofree char *recipe = NULL;
  g_autoptr (ArraJob) job = NULL;

  request.seamless = ARRA_SEAMLESS_X;
  request.known = known;
  request.known_columns = 9;
  request.known_rows = 6;
  job = models_run (checkpoint, &request);
  recipe = arra_job_recipe (job, 0, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      const char *at = strstr (recipe, faults[i].old);
      g_autofree char *broken = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (at);
      g_test_message ("%s", faults[i].replacement);
      broken = g_strdup_printf ("%.*s%s%s", (int) (at - recipe), recipe, faults[i].replacement,
                                at + strlen (faults[i].old));
      g_assert_true (g_file_set_contents (file, broken, -1, NULL));
      g_assert_null (arra_job_resume (checkpoint, file, NULL, &error));
      g_assert_nonnull (error);
      g_assert_cmpint (error->domain, ==, ARRA_ERROR);
      g_assert_nonnull (strstr (error->message, faults[i].part));
    }
}

/* What a job takes is what was planned. */
static void
assert_planned (const ArraRequest *request)
{
  const guint64 before = arra_mem_held ();
  ArraMemoryPlan plan;
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (GError) error = NULL;

  arra_checkpoint_plan (checkpoint, request, &plan, &error);
  g_assert_no_error (error);
  job = models_run (checkpoint, request);
  decode (job);
  g_assert_cmpuint (arra_mem_held () - before, <=, plan.cache + plan.work);
}

static void
test_planned (void)
{
  ArraRequest request = request_of (19, 11);
  g_autofree gint32 *known = holed (19, 11);

  assert_planned (&request);
  request.seamless = ARRA_SEAMLESS_X;
  assert_planned (&request);
  request.known = known;
  request.known_columns = 19;
  request.known_rows = 11;
  assert_planned (&request);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  file = g_build_filename (tiny, "saved.json", NULL);
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  patch = arra_checkpoint_size_grid (checkpoint) / checkpoint->layout->grid;
  checkpoint->defaults.width = checkpoint->defaults.height = WINDOW * patch;
  checkpoint->layout->n_grids = WINDOW / checkpoint->layout->grid;
  g_test_add_func ("/job-mosaic/together", test_together);
  g_test_add_func ("/job-mosaic/windows", test_windows);
  g_test_add_func ("/job-mosaic/saved-order", test_saved_order);
  g_test_add_func ("/job-mosaic/by-hand", test_by_hand);
  g_test_add_func ("/job-mosaic/threads", test_threads);
  g_test_add_func ("/job-mosaic/own-size-seamless", test_own_size_seamless);
  g_test_add_func ("/job-mosaic/hole", test_hole);
  g_test_add_func ("/job-mosaic/tries", test_tries);
  g_test_add_func ("/job-mosaic/tries-begin", test_tries_begin);
  g_test_add_func ("/job-mosaic/resume", test_resume);
  g_test_add_func ("/job-mosaic/pixels", test_pixels);
  g_test_add_func ("/job-mosaic/partial", test_partial);
  g_test_add_func ("/job-mosaic/preview", test_preview);
  g_test_add_func ("/job-mosaic/refused", test_refused);
  g_test_add_func ("/job-mosaic/no-size", test_no_size);
  g_test_add_func ("/job-mosaic/faults", test_faults);
  g_test_add_func ("/job-mosaic/planned", test_planned);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
