/* test-toy_family.c - a new family is a folder and a row: with these alone a job and the command run,
 * describe and convert its models
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "checkpoint.h"
#include "fixture.h"
#include "job.h"
#include "toy_family.h"

/* Whatever a shape asks for, in numbers that differ. */
typedef struct
{
  GArray *tensors; /* ArraNamedTensor */
  GPtrArray *owned;
  guint32 state;
} Weights;

static gboolean
add_tensor (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error)
{
  Weights *weights = data;
  ArraNamedTensor item = { g_strdup (name), { .dtype = ARRA_F32, .n_dims = n_dims } };
  gsize n = 1;
  float *values;

  for (guint d = 0; d < n_dims; d++)
    n *= (gsize) (item.tensor.shape[d] = shape[d]);
  values = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    {
      weights->state = weights->state * 1664525u + 1013904223u;
      values[i] = n_dims == 1 ? 1.0f : (float) (weights->state >> 8) * 0x1p-24f - 0.5f;
    }
  item.tensor.data = values;
  item.tensor.n_bytes = n * sizeof *values;
  g_ptr_array_add (weights->owned, values);
  g_ptr_array_add (weights->owned, (gpointer) item.name);
  g_array_append_val (weights->tensors, item);
  return TRUE;
}

static char *
write_model (void)
{
  char *directory = fixture_directory ();
  g_autofree char *path = g_build_filename (directory, "model.safetensors", NULL);
  Weights weights
      = { g_array_new (FALSE, FALSE, sizeof (ArraNamedTensor)), g_ptr_array_new_with_free_func (g_free), 3 };
  ArraDecoder decoder = { .family = &toy_family };
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  toy_family.describe (&decoder, NULL);
  decoder.weights.n_layers = TOY_LAYERS;
  decoder.weights.prefix = "";
  g_assert_true (arra_weights_describe (&decoder.weights, add_tensor, &weights, NULL));
  arra_safetensors_write (path, (const ArraNamedTensor *) (void *) weights.tensors->data, weights.tensors->len, &error);
  g_assert_no_error (error);
  g_array_unref (weights.tensors);
  g_ptr_array_unref (weights.owned);
  fixture_init (&fixture);
  fixture.codes = TOY_CODES;
  g_assert_true (fixture_write_vqgan (&fixture, directory, NULL));
  return directory;
}

static void
test_job (void)
{
  char *directory = write_model ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (directory, NULL, NULL, &error);
  const ArraPicture *picture;
  ArraRequest request;
  ArraJob *job;

  g_assert_no_error (error);
  g_assert_true (checkpoint->decoder.family == &toy_family);
  arra_request_init (&request, checkpoint);
  request.prompt = "bunny";
  job = arra_job_new (checkpoint, &request, &error);
  g_assert_no_error (error);
  arra_job_run (job, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (job->answers[0].n_tokens, ==, TOY_SIDE * TOY_SIDE);
  picture = arra_job_decode (job, 0, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (picture->width, ==, request.width);
  arra_job_free (job);
  fixture_remove (directory);
  g_free (directory);
}

/* What the command prints, which must succeed. (transfer full) */
static char *
arra (const char *directory, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("'%s' %s", g_getenv ("ARRA_TOY"), line);
  g_auto (GStrv) argv = NULL;
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  char *out = NULL;
  int status;

  g_assert_true (g_shell_parse_argv (whole, NULL, &argv, NULL));
  g_spawn_sync (directory, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("arra %s: %s", line, err);
  return out;
}

static char *
contents (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_command (void)
{
  char *directory = write_model ();
  g_autofree char *info = arra (directory, "info .");
  g_autofree char *made = arra (directory, "generate --model . doll --seed 5 --no-metadata -q -o a.png");
  g_autofree char *converted = arra (directory, "convert . -o toy.gguf -q");
  g_autofree char *kept = arra (directory, "generate --model . doll --seed 5 --count 3 --keep 1 -o kept.png");
  g_autofree char *map = arra (directory, "map --model . a.png --phrase doll --json -o map.png");
  g_autofree char *again = arra (directory, "generate --model toy.gguf 2 --seed 5 --no-metadata -q -o b.png");
  g_autofree char *a = contents (directory, "a.png"), *b = contents (directory, "b.png");

  g_assert_nonnull (strstr (info, "Toy, "));
  g_assert_cmpstr (made, ==, "");
  g_assert_nonnull (strstr (kept, "kept.png: score "));
  g_assert_nonnull (strstr (map, "\"values\": ["));
  g_assert_cmpstr (converted, ==, "");
  g_assert_cmpstr (again, ==, "");
  g_assert_cmpmem (a, 8, "\x89PNG\r\n\x1a\n", 8);
  g_assert_cmpmem (a, 64, b, 64);
  fixture_remove (directory);
  g_free (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/toy_family/job", test_job);
  g_test_add_func ("/toy_family/command", test_command);
  return g_test_run ();
}
