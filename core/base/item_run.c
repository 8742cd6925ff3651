/* item_run.c - many items, each of them one thread's work from begin to end
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "item_run.h"

typedef struct
{
  const ArraItemRun *run;
  GArray *left;     /* guint: items to be done */
  guint n_done;     /* atomic */
  guint n_told;     /* the caller's: of them */
  gboolean stopped; /* atomic: @error is set */
  GMutex lock;      /* of @error */
  GError *error;    /* the first one */
} State;

static void
stop (State *state, GError *fault)
{
  g_mutex_lock (&state->lock);
  if (state->error == NULL)
    state->error = g_steal_pointer (&fault);
  g_mutex_unlock (&state->lock);
  g_clear_error (&fault);
  g_atomic_int_set (&state->stopped, TRUE);
}

static void
tell (State *state, guint n_done)
{
  const ArraItemRun *run = state->run;

  if (run->progress != NULL && n_done > state->n_told)
    run->progress (run->n - state->left->len + n_done, run->n, run->progress_user);
  state->n_told = n_done;
}

/* An ArraPoolFunc */
static void
work_on (gsize begin, gsize end, guint worker, gpointer data)
{
  State *state = data;
  const ArraItemRun *run = state->run;

  for (gsize i = begin; i < end && !g_atomic_int_get (&state->stopped); i++)
    {
      GError *fault = NULL;

      if (g_cancellable_set_error_if_cancelled (run->cancellable, &fault)
          || !run->work (g_array_index (state->left, guint, i), worker, run->user, &fault))
        {
          stop (state, fault);
          return;
        }
      g_atomic_int_inc (&state->n_done);
      if (worker == 0)
        tell (state, (guint) g_atomic_int_get (&state->n_done));
    }
}

static GArray *
items_left (const ArraItemRun *run)
{
  GArray *left = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < run->n; i++)
    if (run->done == NULL || !run->done (i, run->user))
      g_array_append_val (left, i);
  return left;
}

gboolean
arra_item_run (ArraPool *pool, const ArraItemRun *run, guint *n_new, GError **error)
{
  g_autoptr (GArray) left = items_left (run);
  State state = { .run = run, .left = left };

  if (n_new != NULL)
    *n_new = left->len;
  g_mutex_init (&state.lock);
  arra_pool_run (pool, left->len, 1, work_on, &state);
  g_mutex_clear (&state.lock);
  if (state.error != NULL)
    {
      g_propagate_error (error, state.error);
      return FALSE;
    }
  tell (&state, left->len);
  return TRUE;
}
