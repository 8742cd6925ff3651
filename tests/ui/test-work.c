/* test-work.c - the thread that makes pictures: finished, stopped, continued, closed in the middle, failing
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <work.h>

#include "fixture.h"
#include "no_threads.h"

typedef struct
{
  char *folder;
  ArraCheckpoint *described;
  ArraWork *work;
  GMainLoop *loop;
  GThread *main;
  GPtrArray *made;
  guint n_states, n_previews;
  gboolean stop_soon;
  GError *error;
  guint answers;
  double each; /* of the last */
} Case;

static void
on_progress (const ArraWorkState *state, const ArraPicture *preview, gpointer data)
{
  Case *self = data;

  g_assert_true (g_thread_self () == self->main);
  g_assert_cmpfloat (state->fraction, <=, 1);
  g_assert_cmpuint (state->answer, <, state->count);
  self->n_states++;
  self->n_previews += preview != NULL ? 1 : 0;
  if (self->stop_soon && state->phase == ARRA_WORK_TOKENS)
    arra_work_stop (self->work);
}

static void
on_made (ArraMade *made, gpointer data)
{
  Case *self = data;

  g_assert_true (g_thread_self () == self->main);
  for (guint i = 0; i < self->made->len; i++)
    if (arra_made_is_same (self->made->pdata[i], made))
      g_ptr_array_remove_index (self->made, i);
  g_ptr_array_add (self->made, made);
}

static void
on_said (const char *text, gpointer data)
{
  g_assert_nonnull (text);
}

static void
on_done (const GError *error, gpointer data)
{
  Case *self = data;

  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  g_main_loop_quit (self->loop);
}

static void
on_answered (const ArraQuestion *question, const ArraLikeliness *answer, const GError *error, gpointer data)
{
  Case *self = data;

  g_assert_true (g_thread_self () == self->main);
  g_assert_true (arra_question_is (question, self->made->pdata[0], question->phrase));
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  g_assert_true ((answer == NULL) == (error != NULL));
  self->answers += answer != NULL ? 1 : 0;
  self->each = answer != NULL ? answer->each : 0;
  g_main_loop_quit (self->loop);
}

static const ArraWorkFuncs funcs = { on_progress, on_made, on_said, on_done, on_answered };

static void
set_up (Case *self, gconstpointer data)
{
  const ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (GError) error = NULL;

  self->folder = fixture_make_named ("tiny");
  self->described = arra_checkpoint_open (self->folder, &options, NULL, &error);
  g_assert_no_error (error);
  self->loop = g_main_loop_new (NULL, FALSE);
  self->main = g_thread_self ();
  self->made = g_ptr_array_new_with_free_func ((GDestroyNotify) arra_made_free);
  self->work = arra_work_new (&funcs, self);
}

static void
tear_down (Case *self, gconstpointer data)
{
  arra_work_free (self->work);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (self->made);
  g_main_loop_unref (self->loop);
  g_clear_error (&self->error);
  arra_checkpoint_unref (self->described);
  fixture_remove (self->folder);
  g_free (self->folder);
}

static void
fill (Case *self, ArraRequest *request)
{
  arra_request_init (request, self->described);
  request->prompt = "a word";
  request->width = request->height = 32;
  request->seed = 7;
}

static void
assert_as_in_a_job (Case *self, const ArraRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (self->folder, NULL, NULL, &error);
  g_autoptr (ArraJob) job = arra_job_new (checkpoint, request, &error);

  g_assert_no_error (error);
  g_assert_true (arra_job_run (job, NULL, &error));
  g_assert_cmpuint (self->made->len, ==, request->count);
  for (guint i = 0; i < self->made->len; i++)
    {
      const ArraMade *made = self->made->pdata[i];
      const ArraPicture *picture = arra_job_decode (job, i, 0, NULL, &error);
      g_autofree char *recipe = arra_job_recipe (job, i, TRUE);

      g_assert_no_error (error);
      g_assert_cmpuint (made->answer, ==, request->first + i);
      g_assert_cmpuint (made->seed, ==, 7);
      g_assert_cmpmem (made->picture.pixels, (gsize) made->picture.width * made->picture.height * 3, picture->pixels,
                       (gsize) picture->width * picture->height * 3);
      g_assert_cmpstr (made->recipe, ==, recipe);
      g_assert_nonnull (strstr (made->recipe, "a word"));
      g_assert_null (strstr (made->recipe_bare, "a word"));
    }
}

static void
test_finish (Case *self, gconstpointer data)
{
  ArraRequest request;

  fill (self, &request);
  request.count = 3;
  request.first = 2;
  arra_work_start (self->work, self->described, &request, NULL);
  g_assert_true (arra_work_is_running (self->work));
  g_main_loop_run (self->loop);
  g_assert_no_error (self->error);
  g_assert_false (arra_work_is_running (self->work) || arra_work_can_continue (self->work));
  g_assert_cmpuint (self->n_states, >, 0);
  for (guint i = 0; i < self->made->len; i++)
    g_assert_cmpfloat (((const ArraMade *) self->made->pdata[i])->pace, >, 0);
  assert_as_in_a_job (self, &request);
}

/* A batch after another one uses the open checkpoint and has a number of its own. */
static void
test_again (Case *self, gconstpointer data)
{
  ArraRequest request;

  fill (self, &request);
  for (guint batch = 1; batch <= 2; batch++)
    {
      arra_work_start (self->work, self->described, &request, NULL);
      g_main_loop_run (self->loop);
      g_assert_no_error (self->error);
      g_assert_cmpuint (arra_work_batch (self->work), ==, batch);
      g_assert_cmpuint (self->made->len, ==, batch);
    }
}

static void
test_stop_and_continue (Case *self, gconstpointer data)
{
  ArraRequest request;
  guint stops = 0;

  fill (self, &request);
  request.count = 2;
  self->stop_soon = TRUE;
  arra_work_start (self->work, self->described, &request, NULL);
  g_main_loop_run (self->loop);
  while (g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_assert_true (arra_work_can_continue (self->work));
      for (guint i = 0; i + 1 < self->made->len; i++)
        g_assert_false (arra_made_is_partial (self->made->pdata[i]));
      self->stop_soon = ++stops < 20;
      arra_work_continue (self->work);
      g_main_loop_run (self->loop);
    }
  g_assert_no_error (self->error);
  g_assert_cmpuint (stops, >, 0);
  assert_as_in_a_job (self, &request);
}

/* Stopped before the thread did anything: nothing was made, and all of it can still be. */
static void
test_stop_at_once (Case *self, gconstpointer data)
{
  ArraRequest request;

  fill (self, &request);
  arra_work_start (self->work, self->described, &request, NULL);
  arra_work_stop (self->work);
  g_main_loop_run (self->loop);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (arra_work_can_continue (self->work));
  arra_work_continue (self->work);
  g_main_loop_run (self->loop);
  g_assert_no_error (self->error);
  assert_as_in_a_job (self, &request);
}

/* Freed while it runs, with frames on their way. */
static void
test_free_in_the_middle (Case *self, gconstpointer data)
{
  ArraRequest request;

  fill (self, &request);
  request.count = 60;
  arra_work_start (self->work, self->described, &request, NULL);
  while (self->n_states < 3)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_failures (Case *self, gconstpointer data)
{
  g_autofree char *weights = g_build_filename (self->folder, "model.safetensors", NULL);
  ArraRequest request;

  fill (self, &request);
  request.temperature = -1;
  arra_work_start (self->work, self->described, &request, NULL);
  g_main_loop_run (self->loop);
  g_assert_error (self->error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_false (arra_work_can_continue (self->work));
  arra_work_free (self->work);
  self->work = arra_work_new (&funcs, self);
  g_assert_cmpint (g_unlink (weights), ==, 0);
  request.temperature = 1;
  arra_work_start (self->work, self->described, &request, NULL);
  g_main_loop_run (self->loop);
  g_assert_nonnull (self->error);
  g_assert_nonnull (strstr (self->error->message, self->folder));
  g_assert_cmpuint (self->made->len, ==, 0);
}

/* ---- how likely a picture is */

static void
ask (Case *self, const char *phrase)
{
  arra_work_ask (self->work, arra_question_new (self->made->pdata[0], phrase, NULL));
  g_assert_nonnull (arra_work_asks (self->work));
}

/* What the library says of the picture's codes. */
static double
asked_in_library (Case *self, const char *phrase)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (self->folder, NULL, NULL, &error);
  const ArraMade *made = self->made->pdata[0];
  const gsize n = (gsize) made->code_rows * made->code_columns;
  g_autofree double *map = NULL;
  ArraRequest request;
  double sum = 0;

  fill (self, &request);
  map = arra_checkpoint_map (checkpoint, &request, phrase, made->codes, made->code_rows, made->code_columns, NULL, NULL,
                             NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    sum += map[i];
  return sum / (double) n;
}

static void
test_ask (Case *self, gconstpointer data)
{
  static const char *const phrases[] = { NULL, "another word" };
  ArraRequest request;

  fill (self, &request);
  arra_work_start (self->work, self->described, &request, NULL);
  g_main_loop_run (self->loop);
  for (gsize i = 0; i < G_N_ELEMENTS (phrases); i++)
    {
      ask (self, phrases[i]);
      g_main_loop_run (self->loop);
      g_assert_no_error (self->error);
      g_assert_false (arra_work_is_running (self->work));
      g_assert_cmpuint (self->answers, ==, i + 1);
      g_assert_cmpfloat (self->each, ==, asked_in_library (self, phrases[i]));
    }
}

/* It ends like everything else, and what was stopped before can be continued all the same. */
static void
test_ask_in_the_middle (Case *self, gconstpointer data)
{
  ArraRequest request;

  fill (self, &request);
  request.count = 2;
  arra_work_start (self->work, self->described, &request, NULL);
  while (self->made->len == 0)
    g_main_context_iteration (NULL, TRUE);
  arra_work_stop (self->work);
  g_main_loop_run (self->loop);
  if (self->error == NULL)
    return; /* it was finished before it heard of that */
  g_assert_true (arra_work_can_continue (self->work));
  ask (self, NULL);
  arra_work_stop (self->work);
  g_main_loop_run (self->loop);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (arra_work_can_continue (self->work));
  ask (self, NULL);
  g_main_loop_run (self->loop);
  g_assert_no_error (self->error);
  g_assert_true (arra_work_can_continue (self->work));
  arra_work_continue (self->work);
  g_main_loop_run (self->loop);
  assert_as_in_a_job (self, &request);
}

/* Freed while it is asked. */
static void
test_ask_and_leave (Case *self, gconstpointer data)
{
  ArraRequest request;

  fill (self, &request);
  arra_work_start (self->work, self->described, &request, NULL);
  g_main_loop_run (self->loop);
  ask (self, NULL);
}

static gboolean
has_no_thread (gpointer data)
{
  Case *self = data;
  ArraRequest request;

  fill (self, &request);
  arra_work_start (self->work, self->described, &request, NULL);
  g_main_loop_run (self->loop);
  return self->error != NULL && !arra_work_is_running (self->work) && !arra_work_can_continue (self->work);
}

static void
test_no_thread (Case *self, gconstpointer data)
{
  g_assert_true (no_threads_check (has_no_thread, self));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Case *self, gconstpointer data);
  } cases[] = {
    { "/ui/session/finish", test_finish },
    { "/ui/session/again", test_again },
    { "/ui/session/stop-and-continue", test_stop_and_continue },
    { "/ui/session/stop-at-once", test_stop_at_once },
    { "/ui/session/free-in-the-middle", test_free_in_the_middle },
    { "/ui/session/failures", test_failures },
    { "/ui/session/ask", test_ask },
    { "/ui/session/ask-in-the-middle", test_ask_in_the_middle },
    { "/ui/session/ask-and-leave", test_ask_and_leave },
    { "/ui/session/no-thread", test_no_thread },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].name, Case, NULL, set_up, cases[i].run, tear_down);
  return g_test_run ();
}
