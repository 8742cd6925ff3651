/* test-parallel_mpi.c - `mpirun -n 2 arra train` is `arra train` with the same batch, to a bound; what
 * befalls one process ends both
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <signal.h>
#include <string.h>

#include "source.h"
#include "tiny_training.h"

/* Relative distance of the parameters after 20 steps: one process and two add up in another order, no more. */
#define BOUND 1e-5

#define SHARED mpirun, "--allow-run-as-root", "--oversubscribe", "-n", "2"
#define TRAIN                                                                           \
  "train", "train.yaml", "--threads", "1", "--set", "training.sample_every=0", "--set", \
      "training.checkpoint_every=10", "--steps", "20", "-o"

static const char *arra, *mpirun; /* paths; the harness runs env, which runs them */

static gboolean
begin (void)
{
  if (*mpirun == '\0')
    {
      g_test_skip ("built without MPI (-Dmpi)");
      return FALSE;
    }
  tiny_training_begin ();
  /* What OpenMPI never frees is in modules that are gone when leaks are looked for: leaks.supp cannot name
   * it. */
  harness_setenv ("ASAN_OPTIONS", "detect_leaks=0");
  harness_setenv ("OMPI_MCA_rmaps_base_oversubscribe", "1");
  return TRUE;
}

static void
train_alone (const char *output)
{
  g_autoptr (Outcome) outcome = arra_run (arra, TRAIN, output, "--set", "optimizer.micro_batch=2", NULL);

  assert_status (outcome, 0);
}

static void
train_shared (const char *output)
{
  g_autoptr (Outcome) outcome = arra_run (SHARED, arra, TRAIN, output, NULL);

  assert_status (outcome, 0);
  assert_says (outcome->out, "20 steps in");
  g_assert_null (strstr (strstr (outcome->out, "20 steps in") + 1, "20 steps in")); /* one of them speaks */
}

/* ------------------------------------------------------------------ equal */

static double
distance_of (const char *name, const char *other_name)
{
  g_autofree char *path = scratch_path (name), *other_path = scratch_path (other_name);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (path, &error),
                         other = arra_safetensors_open (other_path, &error);
  double square = 0, norm = 0;

  g_assert_no_error (error);
  for (gsize k = 0; k < arra_source_count (source); k++)
    {
      const ArraTensor *tensor = arra_source_tensor (source, k);
      const float *a = tensor->data, *b = arra_source_find (other, arra_source_name (source, k))->data;

      for (gsize i = 0; i < tensor->n_bytes / sizeof (float); i++)
        {
          square += pow ((double) (a[i] - b[i]), 2);
          norm += pow ((double) a[i], 2);
        }
    }
  g_assert_cmpfloat (norm, >, 0);
  return sqrt (square / norm);
}

/* The best model of 20 steps, dropout, validation and average included; and the same bytes at each run. */
static void
test_equal (void)
{
  double distance;

  if (!begin ())
    return;
  train_alone ("one");
  train_shared ("two");
  train_shared ("again");
  g_assert_true (same_bytes ("two/model/model.safetensors", "again/model/model.safetensors"));
  distance = distance_of ("one/model/model.safetensors", "two/model/model.safetensors");
  g_test_message ("relative distance %g", distance);
  g_assert_cmpfloat (distance, <=, BOUND);
  harness_end ();
}

/* ------------------------------------------------------------------ ends */

/* The second process is given one option more. A shell adds it, since `mpirun A : B` crashes in Open MPI 5.0.7. */
static Outcome *
run_unlike (const char *option, const char *value)
{
  static const char add_option[] = "option=$1 value=$2; shift 2;"
                                   "[ \"$OMPI_COMM_WORLD_RANK\" = 0 ] || set -- \"$@\" \"$option\" \"$value\";"
                                   "exec \"$@\"";

  return arra_run (SHARED, "sh", "-c", add_option, "sh", option, value, arra, TRAIN, "out", NULL);
}

static void
test_fault (void)
{
  g_autoptr (Outcome) missing = NULL, unlike = NULL;

  if (!begin ())
    return;
  missing = run_unlike ("--set", "data.tokens=none.tokens");
  g_assert_cmpint (missing->status, >, 0);
  assert_says (missing->err, "Process 1: ");
  assert_says (missing->err, "none.tokens");
  unlike = run_unlike ("--set", "objective.lambda=0.5");
  g_assert_cmpint (unlike->status, >, 0);
  assert_says (unlike->err, "do not begin alike");
  harness_end ();
}

/* Told to stop, they save, and go on to the bytes of an uninterrupted run. */
static void
test_stop (void)
{
  const char *const args[] = { SHARED, arra, TRAIN, "broken", NULL };
  g_autoptr (Outcome) stopped = NULL, resumed = NULL;
  GSubprocess *process;

  if (!begin ())
    return;
  train_shared ("whole");
  process = arra_start (args, -1);
  while (!scratch_has ("broken/training.safetensors"))
    g_usleep (1000);
  g_subprocess_send_signal (process, SIGTERM);
  stopped = arra_finish (process, NULL);
  g_test_message ("%d %s", stopped->status, stopped->out);
  resumed = arra_run (SHARED, arra, TRAIN, "broken", "--resume", NULL);
  assert_status (resumed, 0);
  g_assert_true (same_bytes ("whole/model/model.safetensors", "broken/model/model.safetensors"));
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  arra = g_getenv ("ARRA_SHARED_PROGRAM");
  mpirun = g_getenv ("ARRA_MPIRUN");
  g_test_add_func ("/parallel-mpi/equal", test_equal);
  g_test_add_func ("/parallel-mpi/fault", test_fault);
  g_test_add_func ("/parallel-mpi/stop", test_stop);
  return g_test_run ();
}
