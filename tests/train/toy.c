/* toy.c - a thing that learns in microseconds, for tests of the loop around it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "toy.h"

#include <math.h>
#include <string.h>

#include "mapping.h"
#include "noise.h"

static const char *const metrics[] = { "loss", "norm", NULL };
static const char *const valid_metrics[] = { "loss", NULL };

void
toy_init (Toy *toy)
{
  *toy = (Toy) { .poison = -1, .worse_from = -1, .stop_at = -1 };
}

static double
target (guint i)
{
  return sin (i);
}

static double
distance (const Toy *toy)
{
  double sum = 0;

  for (guint i = 0; i < TOY_N; i++)
    sum += (toy->weights[i] - target (i)) * (toy->weights[i] - target (i));
  return sum;
}

static gboolean
step_toy (gpointer self, const ArraTrainStep *step, double *out, GCancellable *cancellable, GError **error)
{
  Toy *toy = self;

  g_assert_cmpint (toy->steps, ==, (gint64) step->index);
  for (guint i = 0; i < TOY_N; i++)
    {
      double noise = arra_noise_bits (step->seed, (guint32) step->index, i, 0) * 0x1p-32 - 0.5;

      toy->momentum[i] = 0.9 * toy->momentum[i] + toy->weights[i] - target (i) + 0.1 * noise;
      toy->weights[i] -= (float) (step->learning_rate * toy->momentum[i]);
    }
  toy->steps++;
  if (toy->pause > 0)
    g_usleep (toy->pause);
  if ((gint64) step->index == toy->stop_at)
    g_cancellable_cancel (toy->stop);
  out[0] = (gint64) step->index == toy->poison ? NAN : distance (toy);
  out[1] = toy->momentum[0];
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
validate_toy (gpointer self, double *out, GCancellable *cancellable, GError **error)
{
  const Toy *toy = self;
  gboolean worse = toy->worse_from >= 0 && toy->steps >= toy->worse_from;

  out[0] = worse ? 1000.0 + (double) toy->steps : 100.0 / (double) toy->steps;
  return TRUE;
}

static gboolean
visit_toy (gpointer self, ArraStateFunc func, gpointer user, GError **error)
{
  Toy *toy = self;

  return func ("weights", ARRA_F32, TOY_N, toy->weights, user, error)
         && func ("momentum", ARRA_F64, TOY_N, toy->momentum, user, error)
         && func ("steps", ARRA_I64, 1, &toy->steps, user, error);
}

static void
hash_toy (gpointer self, GChecksum *hash)
{
  g_checksum_update (hash, &((const Toy *) self)->data, 1);
}

static gboolean
save_toy (gpointer self, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "weights.bin", NULL);
  const Toy *toy = self;

  return arra_write_file (path, toy->weights, sizeof toy->weights, error);
}

static gsize
samples_of_toy (gpointer self)
{
  return 3;
}

static void
free_toy (gpointer self)
{
}

const ArraTraineeClass toy_class = { .kind = "toy",
                                     .metrics = metrics,
                                     .valid_metrics = valid_metrics,
                                     .step = step_toy,
                                     .validate = validate_toy,
                                     .visit_state = visit_toy,
                                     .hash_data = hash_toy,
                                     .save_model = save_toy,
                                     .samples_per_step = samples_of_toy,
                                     .free = free_toy };
const ArraTraineeClass toy_class_blind = { .kind = "toy",
                                           .metrics = metrics,
                                           .step = step_toy,
                                           .visit_state = visit_toy,
                                           .hash_data = hash_toy,
                                           .save_model = save_toy,
                                           .free = free_toy };

ArraYaml *
toy_config (const char *folder, const char *more)
{
  g_autofree char *text
      = g_strdup_printf ("kind: toy\noutput: %s\nseed: 5\ntraining:\n  schedule: constant\n  learning_rate: 0.1\n"
                         "  steps: 40\n  checkpoint_minutes: 0\n%s",
                         folder, more);
  g_autoptr (GError) error = NULL;
  ArraYaml *config = arra_yaml_parse (text, strlen (text), "toy.yaml", &error);

  g_assert_no_error (error);
  return config;
}
