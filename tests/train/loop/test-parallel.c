/* test-parallel.c - several processes (here: threads) train to what one alone trains to, and to the same bits
 * each
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "few_pictures.h"
#include "kinds.h"
#include "noise.h"
#include "trainer.h"

#define MOST 4

static char *folder; /* a checkpoint with a tokenizer */
static FewPictures pictures;

/* ------------------------------------------------------------------ threads in the place of processes */

typedef struct
{
  GMutex lock;
  GCond cond;
  guint size, n_here;
  guint64 round;
  const void *own[MOST];
} Circle;

typedef struct _Seat Seat;
struct _Seat
{
  Circle *circle;
  ArraParallel parallel;
  void (*work) (Seat *seat);
  gpointer user;
};

static void
wait_for_all (Circle *circle)
{
  guint64 round;

  g_mutex_lock (&circle->lock);
  round = circle->round;
  if (++circle->n_here == circle->size)
    {
      circle->n_here = 0;
      circle->round++;
      g_cond_broadcast (&circle->cond);
    }
  while (circle->round == round)
    g_cond_wait (&circle->cond, &circle->lock);
  g_mutex_unlock (&circle->lock);
}

static void
gather (const void *own, gsize n_bytes, void *all, gpointer user)
{
  Seat *seat = user;
  Circle *circle = seat->circle;

  circle->own[seat->parallel.rank] = own;
  wait_for_all (circle);
  for (guint rank = 0; rank < circle->size; rank++)
    memcpy ((guint8 *) all + rank * n_bytes, circle->own[rank], n_bytes);
  wait_for_all (circle); /* before anybody changes what is his */
}

static gpointer
run_seat (gpointer data)
{
  Seat *seat = data;

  seat->work (seat);
  return NULL;
}

/* @work in @size threads at once, with @users of theirs ([size], of @user_size bytes). */
static void
run_together (guint size, void (*work) (Seat *seat), gpointer users, gsize user_size)
{
  Circle circle = { .size = size };
  Seat seats[MOST];
  GThread *threads[MOST];

  g_mutex_init (&circle.lock);
  g_cond_init (&circle.cond);
  for (guint rank = 0; rank < size; rank++)
    {
      seats[rank] = (Seat) { &circle, { rank, size, gather, &seats[rank] }, work, (guint8 *) users + rank * user_size };
      threads[rank] = g_thread_new ("process", run_seat, &seats[rank]);
    }
  for (guint rank = 0; rank < size; rank++)
    g_thread_join (threads[rank]);
  g_mutex_clear (&circle.lock);
  g_cond_clear (&circle.cond);
}

/* ------------------------------------------------------------------ exchange */

static void
test_part (void)
{
  guint first, end;

  arra_parallel_part (NULL, 7, &first, &end);
  g_assert_true (first == 0 && end == 7);
  for (guint size = 1; size <= 5; size++)
    for (guint n = 0; n < 12; n++)
      {
        guint next = 0;

        for (guint rank = 0; rank < size; rank++)
          {
            arra_parallel_part (&(ArraParallel) { rank, size, NULL, NULL }, n, &first, &end);
            g_assert_cmpuint (first, ==, next);
            g_assert_true (end - first == n / size || end - first == n / size + 1);
            next = end;
          }
        g_assert_cmpuint (next, ==, n);
      }
}

#define N_NUMBERS (2 * 65536 + 77)

/* Of very different sizes, so that the order of a sum shows. */
static float
number_of (guint rank, guint i)
{
  return ldexpf ((float) arra_noise_bits (1, rank, 0, i) * 0x1p-31f - 1, (int) (rank * 9 + i) % 20);
}

static void
add_numbers (Seat *seat)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  float *numbers = seat->user;
  double two[2] = { seat->parallel.rank, 0.25 };

  for (guint i = 0; i < N_NUMBERS; i++)
    numbers[i] = number_of (seat->parallel.rank, i);
  g_assert_true (arra_parallel_add (&seat->parallel, &exec, numbers, N_NUMBERS, NULL));
  arra_parallel_add_doubles (&seat->parallel, two, 2);
  g_assert_true (two[0] == 3 && two[1] == 0.75);
  g_assert_cmpuint (arra_parallel_largest (&seat->parallel, 7 - seat->parallel.rank), ==, 7);
  g_assert_true (arra_parallel_is_same (&seat->parallel, "like", 4));
  g_assert_false (arra_parallel_is_same (&seat->parallel, &seat->parallel.rank, sizeof (guint)));
}

/* In the order of ranks, whoever comes first. */
static void
test_add (void)
{
  g_autofree float *numbers = g_new (float, 3 * N_NUMBERS);

  run_together (3, add_numbers, numbers, N_NUMBERS * sizeof (float));
  for (guint i = 0; i < N_NUMBERS; i++)
    numbers[i] = numbers[i] == (number_of (0, i) + number_of (1, i)) + number_of (2, i) ? numbers[i] : NAN;
  for (guint rank = 0; rank < 3; rank++)
    g_assert_cmpmem (numbers + rank * N_NUMBERS, N_NUMBERS * sizeof (float), numbers, N_NUMBERS * sizeof (float));
}

static void
disagree (Seat *seat)
{
  guint rank = seat->parallel.rank;
  const gint code = rank == 1 ? ARRA_ERROR_NO_MEMORY : ARRA_ERROR_FAILED;
  g_autoptr (GError) error = NULL, other = NULL;
  GError *fault = NULL;

  g_assert_true (arra_parallel_agree (&seat->parallel, NULL, &error));
  g_assert_no_error (error);
  if (rank == 1)
    g_set_error (&fault, ARRA_ERROR, ARRA_ERROR_NO_MEMORY, "no room");
  g_assert_false (arra_parallel_agree (&seat->parallel, fault, &error));
  g_assert_error (error, ARRA_ERROR, code);
  g_assert_cmpstr (error->message, ==, rank == 1 ? "no room" : "Process 1: no room");
  fault = rank == 2 ? g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough") : NULL;
  g_assert_false (arra_parallel_agree (&seat->parallel, fault, &other));
  g_assert_error (other, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_agree (void)
{
  guint8 nothing[3];

  run_together (3, disagree, nothing, 1);
}

/* ------------------------------------------------------------------ a step */

typedef struct
{
  const char *more; /* of the configuration */
  const ArraParallel *parallel;
  double metrics[ARRA_TRAIN_METRICS];
  gsize size;
  float *gradient; /* of the first step, not clipped */
} Step;

static ArraTrainee
make_trainee (const ArraYaml *config, const ArraParallel *parallel)
{
  g_autoptr (GError) error = NULL;
  ArraTrainSetup setup = { .exec = { arra_kernels_get (ARRA_CPU_C), NULL }, .seed = 3, .parallel = parallel };
  ArraPictureItems items = few_pictures_items (&pictures, TRUE);
  ArraTrainee trainee;

  arra_transformer_trainee_new_with (config, &setup, &items, &trainee, &error);
  g_assert_no_error (error);
  return trainee;
}

static void
make_step (Step *step)
{
  const ArraTrainStep at = { .index = 0, .learning_rate = 0.01, .seed = 3 };
  g_autofree char *text = g_strconcat ("  clip: 1e9\n", step->more, NULL);
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", text);
  ArraTrainee trainee = make_trainee (config, step->parallel);
  const ArraTransformerTrainee *t = trainee.self;
  g_autoptr (GError) error = NULL;

  trainee.klass->step (trainee.self, &at, step->metrics, NULL, &error);
  g_assert_no_error (error);
  step->size = t->parameters->size * sizeof (float);
  step->gradient = g_memdup2 (t->parameters->grad, step->size);
  arra_trainee_clear (&trainee);
}

static void
make_shared_step (Seat *seat)
{
  Step *step = seat->user;

  step->parallel = &seat->parallel;
  make_step (step);
}

/* @more, with @more_alone for the one: parts of the batch that are computed together are to be the same. */
static void
compare_step (guint size, const char *more, const char *more_alone)
{
  g_autofree char *text = g_strconcat (more_alone, more, NULL);
  Step alone = { .more = text }, shared[MOST];
  double square = 0;

  for (guint rank = 0; rank < size; rank++)
    shared[rank] = (Step) { .more = more };
  make_step (&alone);
  run_together (size, make_shared_step, shared, sizeof *shared);
  for (guint rank = 1; rank < size; rank++)
    {
      g_assert_cmpmem (shared[rank].gradient, shared[rank].size, shared[0].gradient, alone.size);
      g_assert_cmpmem (shared[rank].metrics, sizeof alone.metrics, shared[0].metrics, sizeof alone.metrics);
    }
  for (guint i = 0; i < 5; i++)
    g_assert_cmpfloat (fabs (shared[0].metrics[i] - alone.metrics[i]), <=, 1e-6 * alone.metrics[i]);
  for (gsize i = 0; i < alone.size / sizeof (float); i++)
    square += pow ((double) (alone.gradient[i] - shared[0].gradient[i]), 2);
  g_test_message ("%u: difference %g of %g", size, sqrt (square), alone.metrics[4]);
  g_assert_cmpfloat (sqrt (square), <, 1e-6 * alone.metrics[4]);
  g_free (alone.gradient);
  for (guint rank = 0; rank < size; rank++)
    g_free (shared[rank].gradient);
}

static void
test_step (void)
{
  compare_step (2, "objective: {dropout: 0}\n", "");
  compare_step (3, "objective: {dropout: 0}\n", ""); /* 1, 1 and 2 pictures */
  compare_step (4, "objective: {dropout: 0, measure: mse}\n", "");
  compare_step (2, "objective: {dropout: 0.2}\ndata: {drop_prompt: 0.4}\n", "  micro_batch: 2\n");
}

/* ------------------------------------------------------------------ a training */

typedef struct
{
  const ArraParallel *parallel;
  char *output;
  GCancellable *stop; /* (nullable): when the third step is made */
  gboolean resume;
  GByteArray *state;
  ArraTrainOutcome outcome;
} Training;

static gboolean
append_state (const char *name, ArraDType dtype, gsize count, void *data, gpointer user, GError **error)
{
  gint64 shape = (gint64) count;
  gsize size;

  g_assert_true (arra_tensor_bytes (dtype, 1, &shape, &size));
  g_byte_array_append (user, data, (guint) size);
  return TRUE;
}

static void
stop_at_three (const ArraTrainNews *news, gpointer user)
{
  if (news->step == 3 && user != NULL)
    g_cancellable_cancel (user);
}

static void
train (Training *training)
{
  static const char more[] = "  micro_batch: 2\n  ema: 0.9\nobjective: {dropout: 0.1}\ndata: {held_out: 3}\n";
  g_autoptr (ArraYaml) config = few_pictures_config (folder, training->output, more);
  ArraTrainCalls calls
      = { .stepped = stop_at_three, .user = training->stop, .stop = training->stop, .parallel = training->parallel };
  ArraTrainee trainee = make_trainee (config, training->parallel);
  ArraTrainerSettings settings;
  g_autoptr (GError) error = NULL;

  arra_trainer_settings_read (config, &settings, &error);
  g_assert_no_error (error);
  arra_train (&trainee, config, &settings, training->resume, &calls, &training->outcome, &error);
  g_assert_no_error (error);
  training->state = g_byte_array_new ();
  trainee.klass->visit_state (trainee.self, append_state, training->state, NULL);
  arra_trainee_clear (&trainee);
  arra_trainer_settings_clear (&settings);
}

static void
train_shared (Seat *seat)
{
  Training *training = seat->user;

  training->parallel = &seat->parallel;
  train (training);
}

/* Two, the second of which is stopped after the third step when @stop; their states are compared. Returns the
 * first one's. */
static GByteArray *
train_two (const char *output, GCancellable *stop, gboolean resume)
{
  Training two[2] = { { .output = (char *) output, .resume = resume },
                      { .output = (char *) output, .resume = resume, .stop = stop } };

  run_together (2, train_shared, two, sizeof *two);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (two[i].outcome.end, ==, stop != NULL ? ARRA_TRAINED_STOPPED : ARRA_TRAINED_ALL);
      g_assert_cmpuint (two[i].outcome.step, ==, stop != NULL ? 3 : 6);
    }
  g_assert_true (two[0].outcome.best == two[1].outcome.best || stop != NULL);
  g_assert_cmpmem (two[0].state->data, two[0].state->len, two[1].state->data, two[1].state->len);
  g_byte_array_unref (two[1].state);
  return two[0].state;
}

/* A stop that one of them is told of ends both after the same step, and both go on from there to the same
 * bits. */
static void
test_train (void)
{
  g_autofree char *whole = g_build_filename (folder, "whole", NULL),
                  *broken = g_build_filename (folder, "broken", NULL);
  g_autofree char *one = g_build_filename (folder, "one", NULL);
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (GByteArray) state = train_two (whole, NULL, FALSE), stopped = train_two (broken, stop, FALSE);
  g_autoptr (GByteArray) resumed = train_two (broken, NULL, TRUE);
  Training alone = { .output = one };
  double square = 0, norm = 0;
  gsize n;

  g_assert_true (stopped->len == state->len && memcmp (stopped->data, state->data, state->len) != 0);
  g_assert_cmpmem (state->data, state->len, resumed->data, resumed->len);
  train (&alone);
  n = (alone.state->len - 8) / 4 / 4; /* parameters, two moments, average, and the count of steps */
  for (gsize i = 0; i < n; i++)
    {
      float a = ((const float *) (const void *) alone.state->data)[i];
      float b = ((const float *) (const void *) state->data)[i];

      square += pow ((double) (a - b), 2);
      norm += pow ((double) a, 2);
    }
  g_test_message ("after 6 steps parameters differ by %g of %g", sqrt (square), sqrt (norm));
  g_assert_cmpfloat (sqrt (square), <=, 1e-5 * sqrt (norm));
  g_byte_array_unref (alone.state);
}

/* ------------------------------------------------------------------ refused */

static void
begin_unlike (Seat *seat)
{
  g_autofree char *output = g_build_filename (folder, "unlike", NULL);
  g_autoptr (ArraYaml) config = few_pictures_config (folder, output, "");
  ArraTrainCalls calls = { .parallel = &seat->parallel };
  ArraTrainerSettings settings;
  ArraTrainOutcome outcome;
  ArraTrainee trainee;
  g_autoptr (GError) error = NULL;

  if (seat->parallel.rank == 1)
    g_assert_true (arra_yaml_set (config, "objective.lambda", "0.5", NULL));
  trainee = make_trainee (config, &seat->parallel);
  arra_trainer_settings_read (config, &settings, NULL);
  g_assert_false (arra_train (&trainee, config, &settings, FALSE, &calls, &outcome, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "do not begin alike"));
  arra_trainee_clear (&trainee);
  arra_trainer_settings_clear (&settings);
}

static void
refuse (const ArraYaml *config, guint size, const char *word)
{
  const ArraParallel parallel = { 0, size, gather, NULL };
  const ArraTrainSetup setup = { .exec = { arra_kernels_get (ARRA_CPU_C), NULL }, .parallel = &parallel };
  ArraPictureItems items = few_pictures_items (&pictures, TRUE);
  ArraTrainee trainee;
  g_autoptr (GError) error = NULL;

  if (strcmp (arra_yaml_get_string (config, "kind", NULL), "transformer") == 0)
    g_assert_false (arra_transformer_trainee_new_with (config, &setup, &items, &trainee, &error));
  else
    g_assert_false (arra_trainee_make (config, &setup, &trainee, &error));
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_n_share (void)
{
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", "");
  guint8 nothing[2];

  refuse (config, 5, "5 processes cannot share \"optimizer.batch\", 4 pictures");
  g_assert_true (arra_yaml_set (config, "kind", "vqgan", NULL));
  refuse (config, 2, "2 processes cannot share a training of the kind \"vqgan\"");
  run_together (2, begin_unlike, nothing, 1);
}

int
main (int argc, char **argv)
{
  Fixture fixture;
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_init (&fixture);
  folder = fixture_make (&fixture);
  few_pictures_init (&pictures, 7);
  g_test_add_func ("/parallel/part", test_part);
  g_test_add_func ("/parallel/add", test_add);
  g_test_add_func ("/parallel/agree", test_agree);
  g_test_add_func ("/parallel/step", test_step);
  g_test_add_func ("/parallel/train", test_train);
  g_test_add_func ("/parallel/n-share", test_n_share);
  status = g_test_run ();
  fixture_remove (folder);
  g_free (folder);
  return status;
}
