/* trainee_test.c - what tests of every kind of trainee do with it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "trainee_test.h"

#include <string.h>

void
trainee_test_steps (const ArraTrainee *trainee, guint first, guint last, double learning_rate, double *metrics)
{
  for (guint i = first; i < last; i++)
    {
      const ArraTrainStep step = { i, learning_rate, 9 };

      g_assert_true (trainee->klass->step (trainee->self, &step, metrics, NULL, NULL));
    }
}

static gsize
size_of_part (ArraDType dtype, gsize count)
{
  return count * (dtype == ARRA_F32 ? 4 : 8);
}

static gboolean
append_part (const char *name, ArraDType dtype, gsize count, void *data, gpointer user, GError **error)
{
  g_byte_array_append (user, data, (guint) size_of_part (dtype, count));
  return TRUE;
}

GByteArray *
trainee_test_state (const ArraTrainee *trainee)
{
  GByteArray *state = g_byte_array_new ();

  g_assert_true (trainee->klass->visit_state (trainee->self, append_part, state, NULL));
  return state;
}

static gboolean
set_part (const char *name, ArraDType dtype, gsize count, void *data, gpointer user, GError **error)
{
  const guint8 **next = user;

  memcpy (data, *next, size_of_part (dtype, count));
  *next += size_of_part (dtype, count);
  return TRUE;
}

void
trainee_test_set_state (const ArraTrainee *trainee, const GByteArray *state)
{
  const guint8 *next = state->data;

  g_assert_true (trainee->klass->visit_state (trainee->self, set_part, &next, NULL));
  g_assert_true (next == state->data + state->len);
}

static char *
hash_of_data (const ArraTrainee *trainee)
{
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);

  trainee->klass->hash_data (trainee->self, hash);
  return g_strdup (g_checksum_get_string (hash));
}

void
trainee_test_data_counts (const ArraTrainee *trainee, void *byte)
{
  g_autofree char *before = hash_of_data (trainee), *changed = NULL, *after = NULL;

  *(guint8 *) byte ^= 1;
  changed = hash_of_data (trainee);
  *(guint8 *) byte ^= 1;
  after = hash_of_data (trainee);
  g_assert_cmpstr (changed, !=, before);
  g_assert_cmpstr (after, ==, before);
}
